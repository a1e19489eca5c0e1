package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.RequestCounts;
import io.litestream4j.replica.s3.Fault;
import io.litestream4j.replica.s3.FaultProxy;
import io.litestream4j.replica.s3.ProxiedRequest;
import io.litestream4j.replica.s3.S3ReplicaClient;
import io.litestream4j.replica.s3.S3Server;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/** The engine on a store that misbehaves: every commit arrives, once, and the application never notices. */
class ReplicationOnS3Test {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private Path db;
    private S3Server server;
    private FaultProxy proxy;
    private S3Client s3;
    private S3ReplicaClient client;

    @BeforeEach
    void open() throws Exception {
        db = folder.resolve("app.db");
        Entries.create(db);
        server = S3Server.start(folder.resolve("store"));
        proxy = FaultProxy.before(server.port());
        s3 = S3Server.client(proxy.endpoint());
        client = S3ReplicaClient.builder(s3, S3Server.location("app")).build();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        s3.close();
        proxy.close();
        server.close();
    }

    static Stream<Arguments> faults() {
        return Stream.concat(faultsOfUploads(), Stream.of(Arguments.of("cut reply", Fault.cutReply(10))));
    }

    static Stream<Arguments> faultsOfUploads() {
        return Stream.of(
                        Map.entry("500", Fault.answer(500, "InternalError")),
                        Map.entry("503", Fault.answer(503, "SlowDown")),
                        Map.entry("429", Fault.answer(429, "TooManyRequests")),
                        Map.entry("403", Fault.answer(403, "AccessDenied")),
                        Map.entry("408", Fault.answer(408, "RequestTimeout")),
                        Map.entry("reset", Fault.resetRequest()),
                        Map.entry("lost reply", Fault.loseReply()),
                        Map.entry("hotel", Fault.reply(200, "<html>Welcome</html>")))
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faultsOfUploads")
    void everyRequestFailsForAWhile(String name, Fault fault) throws Exception {
        try (ReplicatedDatabase engine = engine(Duration.ZERO)) {
            engine.open();
            engine.start();
            try (Connection application = Sql.connect(db)) {
                commit(application, 1, 30);
                assertThat(engine.syncAll(SOON)).isTrue();
                proxy.forget();
                proxy.always(fault);
                commit(application, 31, 60);
                Await.until("a request that failed", () -> proxy.requests().size() > 1);
                commit(application, 61, 90);
                Await.until(
                        "the trouble shows", () -> replica(engine).state() == ReplicationStatus.ReplicaState.RETRYING);
                proxy.heal();
                commit(application, 91, 120);
            }
            assertThat(engine.syncAll(SOON)).isTrue();
            assertThat(replica(engine).pendingBytes()).isZero();
        }
        assertRestoreEqualsSource(120);
        assertThat(client.generations()).hasSize(1);
        assertSegmentsDontOverlap(client.generations().get(0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("faults")
    void everyThirdRequestFailsFromTheStart(String name, Fault fault) throws Exception {
        int[] count = {0};
        proxy.on(request -> ++count[0] % 3 == 0, Integer.MAX_VALUE, fault);
        try (ReplicatedDatabase engine = engine(Duration.ZERO)) {
            engine.open();
            engine.start();
            try (Connection application = Sql.connect(db)) {
                for (int seq = 1; seq <= 50; seq++) {
                    commit(application, seq, seq);
                    if (seq % 10 == 0) {
                        assertThat(engine.awaitReplicated(engine.sync(), SOON))
                                .as(() -> engine.status() + "\n" + proxy.requests())
                                .isTrue();
                    }
                }
            }
            proxy.heal();
        }
        assertRestoreEqualsSource(50);
        assertSegmentsDontOverlap(newest());
    }

    @Test
    void anIdleDatabaseSendsNoRequestAndTransactionsShareTheirs() throws Exception {
        try (ReplicatedDatabase engine = engine(Duration.ofSeconds(1), 1000)) {
            engine.open();
            engine.start();
            try (Connection application = Sql.connect(db)) {
                commit(application, 1, 10);
                assertThat(engine.syncAll(SOON)).isTrue();
                Thread.sleep(1500);
                RequestCounts before = client.requests();
                Thread.sleep(4000); // the waiting is what is tested
                assertThat(client.requests().since(before)).isEqualTo(RequestCounts.NONE);

                before = client.requests();
                long begun = System.nanoTime();
                for (int seq = 11; seq <= 410; seq++) {
                    commit(application, seq, seq);
                    Thread.sleep(10);
                }
                double seconds = (System.nanoTime() - begun) / 1e9;
                assertThat(engine.syncAll(SOON)).isTrue();
                RequestCounts used = client.requests().since(before);
                System.out.printf(
                        "400 transactions in %.1f s at sync-interval 1s: %d PUT, %d GET, %d LIST, %d DELETE, %d bytes%n",
                        seconds, used.put(), used.get(), used.list(), used.delete(), used.bytesSent());
                assertThat(used.put()).isBetween(1L, (long) seconds + 3);
                assertThat(used.total()).isEqualTo(used.put());
            }
        }
    }

    @Test
    void catchesUpAfterAnOutageUnderLoad() throws Exception {
        Duration outage = Duration.ofSeconds(Integer.getInteger("litestream.test.outageSeconds", 5));
        long[] last;
        try (ReplicatedDatabase engine = engine(Duration.ofMillis(100), 1000)) {
            engine.open();
            engine.start();
            // what is written meanwhile has to stay below max-pending-size, or a snapshot follows instead
            long pace = outage.toSeconds() > 60 ? 20_000_000 : 2_000_000;
            try (Writers writers = Writers.start(db, Writers.Load.of(2, pace))) {
                Await.until("a first confirmation", () -> replica(engine).position() != null);
                proxy.always(Fault.answer(503, "SlowDown"));
                Thread.sleep(outage.toMillis()); // the outage
                long behind = replica(engine).pendingBytes();
                long requests = proxy.requests().size();
                proxy.heal();
                long healed = System.nanoTime();
                // the next attempt comes by the clock, after as much as a minute
                Await.until(
                        "caught up",
                        Duration.ofSeconds(90),
                        500_000,
                        () -> replica(engine).state() == ReplicationStatus.ReplicaState.REPLICATING
                                && replica(engine).pendingBytes() < Math.max(1 << 20, behind / 10));
                System.out.printf(
                        "outage of %d s: %d requests until its end, %d bytes behind; caught up %d ms after it%n",
                        outage.toSeconds(), requests, behind, (System.nanoTime() - healed) / 1_000_000);
                assertThat(behind).isPositive();
                writers.assertAllWell();
            }
            assertThat(engine.syncAll(SOON)).isTrue();
            last = Entries.check(restore());
        }
        Entries.assertContains(last, Entries.check(db));
        assertSegmentsDontOverlap(newest());
    }

    @Test
    void aReadThatBreaksOffIsReadOn() throws Exception {
        Entries.fill(db, 12_000_000);
        try (ReplicatedDatabase engine = engine(Duration.ZERO)) {
            engine.open();
            engine.start();
            Await.until("a position", () -> engine.status().position() != null);
            assertThat(engine.syncAll(SOON)).isTrue();
        }
        proxy.forget();
        proxy.on(ProxiedRequest::isGet, 3, Fault.resetReply(3_000_000));
        assertThat(Files.mismatch(db, restore())).isEqualTo(-1);
        long again = proxy.requests().stream()
                .filter(request -> request.headers().getOrDefault("range", "").startsWith("bytes="))
                .count();
        assertThat(again).isPositive();
        assertThat(client.requests().bytesReceived()).isLessThan(14_000_000);
    }

    /** With many seals. */
    private ReplicatedDatabase engine(Duration syncInterval) {
        return engine(syncInterval, 20);
    }

    private ReplicatedDatabase engine(Duration syncInterval, int minCheckpointPageCount) {
        return ReplicatedDatabase.builder(db)
                .replica(new Replica("s3", client), ReplicaSettings.syncingEvery(syncInterval))
                .settings(ReplicationSettings.builder()
                        .minCheckpointPageCount(minCheckpointPageCount)
                        .monitorInterval(Duration.ofMillis(100))
                        .build())
                .build();
    }

    private static ReplicationStatus.ReplicaStatus replica(ReplicatedDatabase engine) {
        return engine.status().replicas().get(0);
    }

    private static void commit(Connection application, int from, int until) throws Exception {
        for (int seq = from; seq <= until; seq++) {
            Entries.commit(application, 0, seq, seq, 500, new Random(seq));
        }
    }

    private void assertRestoreEqualsSource(long rows) throws Exception {
        Path restored = restore();
        assertThat(Entries.check(restored)[0]).isEqualTo(rows);
        assertThat(Files.mismatch(db, restored)).isEqualTo(-1);
    }

    private Path restore() throws IOException {
        Path target = folder.resolve("restored.db");
        Files.deleteIfExists(target);
        new Restorer()
                .restore(RestoreRequest.to(target)
                        .from(List.of(new Replica("s3", client)))
                        .integrityCheck(IntegrityCheck.FULL)
                        .build());
        return target;
    }

    private Generation newest() throws IOException {
        List<Generation> all = client.generations();
        assertThat(all).hasSize(1);
        return all.get(0);
    }

    /** One object for each range of bytes: each begins where the one before it ends. */
    private void assertSegmentsDontOverlap(Generation generation) throws IOException {
        long end = 0;
        int index = -1;
        for (WalSegmentInfo segment : client.walSegments(generation)) {
            if (segment.position().index() != index) {
                index = segment.position().index();
                end = 0;
            }
            assertThat(segment.position().offset()).isEqualTo(end);
            try (InputStream bytes = Lz4Frames.decompress(client.openWalSegment(segment.position()))) {
                end += bytes.transferTo(OutputStream.nullOutputStream());
            }
        }
    }
}
