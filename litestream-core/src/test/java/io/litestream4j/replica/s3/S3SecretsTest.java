package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;

/** Whatever goes wrong, no key and no signature is in what we say of it. */
class S3SecretsTest {

    private static final Generation A = Generation.parse("00000000000000aa");
    private static final Position POSITION = new Position(A, 0, 0);

    @TempDir
    Path folder;

    private final List<String> said = new ArrayList<>();

    @Test
    void noFailureTellsAKey() throws IOException {
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        Logger ours = (Logger) LoggerFactory.getLogger("io.litestream4j");
        ours.setLevel(Level.TRACE);
        ours.addAppender(log);
        try (S3Server server = S3Server.start(folder);
                FaultProxy proxy = FaultProxy.before(server.port());
                S3Client s3 = S3Server.client(proxy.endpoint());
                S3ReplicaClient client = S3ReplicaClient.builder(s3, S3Server.location("app"))
                        .attemptTimeout(Duration.ofMillis(300))
                        .build()) {
            for (Fault fault : faults()) {
                proxy.heal();
                proxy.always(fault);
                failEveryWay(client);
            }
            said.add(client.toString() + client.url());
            said.add(S3Server.settings(server.endpoint()).toString());
            said.add(new S3ObjectSettings(null, "aws:kms", "canary-kms-key").toString());
        } finally {
            ours.detachAppender(log);
            ours.setLevel(null);
        }
        for (ILoggingEvent event : log.list) {
            said.add(event.getFormattedMessage());
        }
        assertThat(said).hasSizeGreaterThan(40);
        for (String text : said) {
            assertThat(text)
                    .doesNotContainIgnoringCase(S3Server.ACCESS_KEY_ID)
                    .doesNotContainIgnoringCase("canary")
                    .doesNotContain("AWS4-HMAC")
                    .doesNotContain("Signature=");
        }
    }

    private static List<Fault> faults() {
        return List.of(
                Fault.answer(403, "AccessDenied"),
                Fault.answer(403, "SignatureDoesNotMatch"),
                Fault.answer(500, "InternalError"),
                Fault.resetRequest(),
                Fault.stall(Duration.ofMillis(600)),
                Fault.reply(200, "<html></html>"),
                // a store that repeats the request in its answer
                exchange -> Fault.answer(
                                400,
                                "Odd",
                                "you sent " + exchange.request().headers().get("authorization"),
                                Map.of())
                        .apply(exchange));
    }

    private void failEveryWay(S3ReplicaClient client) {
        List<Call> calls = List.of(
                client::probe,
                client::generations,
                () -> client.walSegments(A),
                () -> client.openSnapshot(A, 0).readAllBytes(),
                () -> client.writeWalSegment(POSITION, out -> out.write(new byte[10])),
                () -> client.writeSnapshot(A, 1, out -> out.write(new byte[9 << 20])),
                () -> client.deleteWalSegments(List.of(
                        new WalSegmentInfo(POSITION, 1, Instant.EPOCH),
                        new WalSegmentInfo(new Position(A, 1, 0), 1, Instant.EPOCH))));
        for (Call call : calls) {
            try {
                call.run();
            } catch (IOException e) {
                StringWriter trace = new StringWriter();
                e.printStackTrace(new PrintWriter(trace));
                said.add(trace.toString());
            }
        }
    }

    @FunctionalInterface
    private interface Call {
        void run() throws IOException;
    }
}
