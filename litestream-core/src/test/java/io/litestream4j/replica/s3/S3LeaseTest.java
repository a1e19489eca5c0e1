package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.litestream4j.Generation;
import io.litestream4j.lease.HeldGenerations;
import io.litestream4j.lease.LeaseLostException;
import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.Replica;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectRequest;

/** A lease in a bucket, and what stores make of its conditions. */
class S3LeaseTest {

    @TempDir
    Path folder;

    private S3Server server;
    private FaultProxy proxy;
    private S3Client s3;
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void start() throws IOException {
        server = S3Server.start(folder);
        proxy = FaultProxy.before(server.port());
        s3 = S3Server.client(proxy.endpoint());
        log.start();
        logger().addAppender(log);
    }

    @AfterEach
    void stop() throws IOException {
        logger().detachAppender(log);
        s3.close();
        proxy.close();
        server.close();
    }

    @Test
    void storeThatLooksAtConditionsIsTriedOnceAndTrusted() throws Exception {
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        assertThat(proxy.requests())
                .as("read, store, and two that must be refused")
                .hasSize(4);
        lease.requireHeld();
        lease.renewIfDue();
        assertThat(proxy.requests()).as("nothing more while it is valid").hasSize(4);
        assertThat(warnings()).isEmpty();
        assertThat(lease("second").tryTake()).isPresent();
    }

    @Test
    void storeThatIgnoresConditionsIsNamed() throws Exception {
        proxy.on(request -> request.headers().containsKey("if-match"), 1, Fault.stored("0123"));
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        assertThat(lease("second").tryTake()).isPresent();
        assertThat(warnings())
                .singleElement()
                .satisfies(line -> assertThat(line)
                        .contains("s3://", "ignores the condition If-Match", "See to it that nothing else"));
    }

    @Test
    void onAStoreWithoutConditionsTheOneThatWasOverwrittenFindsOut() throws Exception {
        proxy.on(
                request -> request.isConditional() || request.headers().containsKey("if-match"),
                Integer.MAX_VALUE,
                Fault.answer(501, "NotImplemented", "A header you provided implies functionality", Map.of()));
        ReplicaLease first = lease("first");
        first.requireHeld();
        first.release();
        ReplicaLease second = lease("second");
        second.requireHeld();
        assertThat(lease("third").tryTake()).isPresent();
        assertThat(warnings()).hasSize(2).allSatisfy(line -> assertThat(line).contains("doesn't know the conditions"));
    }

    @Test
    void renewalWhoseAnswerIsLostCountsAsDone() throws Exception {
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        proxy.on(ProxiedRequest::isPlainPut, 1, Fault.loseReply());
        lease.name(
                Generation.parse("00000000000000aa"),
                new HeldGenerations(client(), Generation.parse("00000000000000aa")));

        assertThat(proxy.isDone()).isTrue();
        assertThat(lease.status()).isNotNull().satisfies(status -> {
            assertThat(status.own()).isTrue();
            assertThat(status.generation()).hasToString("00000000000000aa");
        });
        assertThat(lease("second").tryTake()).isPresent();
    }

    @Test
    void leaseThatSomebodyElseHasTakenIsFoundOut() throws Exception {
        ReplicaLease first = lease("first");
        first.requireHeld();
        String content = String.valueOf(client().readLease().content());
        String version = client().readLease().version();
        assertThat(client().storeLease(content.replaceAll("session=.*", "session=other"), version))
                .isNotNull();
        assertThatThrownBy(() -> first.name(
                        Generation.parse("00000000000000aa"),
                        new HeldGenerations(client(), Generation.parse("00000000000000aa"))))
                .isInstanceOf(LeaseLostException.class);
    }

    @Test
    void leaseIsNeverInAColdStorageClass() throws Exception {
        S3ReplicaClient cold = S3ReplicaClient.builder(s3, S3Server.location("app"))
                .objects(new S3ObjectSettings("STANDARD_IA", null, null))
                .build();
        assertThat(cold.storeLease("a=1\n", null)).isNotNull();
        assertThat(proxy.requests())
                .isNotEmpty()
                .noneSatisfy(request -> assertThat(request.headers()).containsKey("x-amz-storage-class"));
        assertThat(s3.headObject(HeadObjectRequest.builder()
                                .bucket(S3Server.BUCKET)
                                .key("app/lease.properties")
                                .build())
                        .contentLength())
                .isEqualTo(4);
    }

    private S3ReplicaClient client() {
        return S3ReplicaClient.builder(s3, S3Server.location("app")).build();
    }

    private ReplicaLease lease(String owner) {
        return new ReplicaLease(new Replica("s3", client()), LeaseSettings.defaults(), () -> owner, Clock.systemUTC());
    }

    private List<String> warnings() {
        return log.list.stream()
                .filter(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .map(ILoggingEvent::getFormattedMessage)
                .toList();
    }

    private static Logger logger() {
        return (Logger) LoggerFactory.getLogger("io.litestream4j");
    }
}
