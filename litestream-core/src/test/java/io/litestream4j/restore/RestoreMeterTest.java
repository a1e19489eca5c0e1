package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class RestoreMeterTest {

    @Test
    void logsEveryTenSecondsAndTellsTheListenerEachTime() throws IOException {
        AtomicLong nanos = new AtomicLong();
        List<Long> heard = new ArrayList<>();
        RestoreMeter meter =
                new RestoreMeter(Path.of("app.db"), 4_000_000, (done, total) -> heard.add(done), nanos::get);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        Logger logger = (Logger) LoggerFactory.getLogger(Restorer.class);
        log.start();
        logger.addAppender(log);
        try (InputStream in = meter.count(new ByteArrayInputStream(new byte[4_000_000]))) {
            for (int second = 4; second <= 16; second += 4) {
                nanos.set(second * 1_000_000_000L);
                assertThat(in.read(new byte[1_000_000])).isEqualTo(1_000_000);
            }
            assertThat(in.read()).isEqualTo(-1);
        } finally {
            logger.detachAppender(log);
        }

        assertThat(heard).containsExactly(1_000_000L, 2_000_000L, 3_000_000L, 4_000_000L);
        assertThat(log.list)
                .extracting(ILoggingEvent::getFormattedMessage)
                .containsExactly("restoring app.db: 75 % of 4000000 compressed bytes, 0.3 MB/s, about 4 s left");
    }
}
