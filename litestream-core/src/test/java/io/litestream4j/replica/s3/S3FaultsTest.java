package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.Reopenable;
import io.litestream4j.replica.RequestCounts;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.services.s3.S3Client;

/** A store that misbehaves: a call ends well, or with the right sentence, and nothing is stored twice or half. */
class S3FaultsTest {

    private static final Generation A = Generation.parse("00000000000000aa");
    private static final Position POSITION = new Position(A, 0, 0);

    /** Small parts, as far as S3 allows: 5 MiB. */
    private static final PartSizes SIZES = new PartSizes(5 << 20, 9, 6 << 20, 10);

    private static final int LARGE = 17_000_000;

    @TempDir
    Path folder;

    private S3Server server;
    private FaultProxy proxy;
    private S3Client s3;
    private S3ReplicaClient client;

    @BeforeEach
    void open() throws IOException {
        server = S3Server.start(folder);
        proxy = FaultProxy.before(server.port());
        s3 = S3Server.client(proxy.endpoint());
        client = S3ReplicaClient.builder(s3, S3Server.location("app"))
                .sizes(SIZES)
                .attemptTimeout(Duration.ofSeconds(1))
                .build();
    }

    @AfterEach
    void close() throws IOException {
        client.close();
        s3.close();
        proxy.close();
        server.close();
    }

    static Stream<Arguments> passingFaults() {
        return Stream.of(
                        Map.entry("500", Fault.answer(500, "InternalError")),
                        Map.entry("503", Fault.answer(503, "SlowDown")),
                        Map.entry("429", Fault.answer(429, "TooManyRequests")),
                        Map.entry("408", Fault.answer(408, "RequestTimeout")),
                        Map.entry("400 RequestTimeout", Fault.answer(400, "RequestTimeout")),
                        Map.entry("reset", Fault.resetRequest()),
                        Map.entry("lost reply", Fault.loseReply()),
                        Map.entry("stall", Fault.stall(Duration.ofSeconds(4))))
                .map(entry -> Arguments.of(entry.getKey(), entry.getValue()));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passingFaults")
    void aFaultThatPasses(String name, Fault fault) throws IOException {
        for (ProxiedRequest.Kind kind : ProxiedRequest.Kind.values()) {
            proxy.on(request -> request.kind() == kind, 1, fault);
        }
        client.writeWalSegment(POSITION, bytes(1000, 1));
        List<WalSegmentInfo> segments = client.walSegments(A);
        assertThat(segments).extracting(WalSegmentInfo::position).containsExactly(POSITION);
        assertThat(segments.get(0).size()).isEqualTo(1000);
        assertThat(client.openWalSegment(POSITION).readAllBytes()).isEqualTo(array(1000, 1));
        client.writeWalSegment(new Position(A, 0, 4152), bytes(10, 2));
        client.deleteWalSegments(client.walSegments(A));
        assertThat(client.walSegments(A)).isEmpty();
        assertThat(proxy.isDone()).isTrue();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("passingFaults")
    void aFaultThatPassesInALargeObject(String name, Fault fault) throws IOException {
        proxy.on(ProxiedRequest::isCreate, 1, fault);
        proxy.on(ProxiedRequest::isPart, 2, fault);
        proxy.on(ProxiedRequest::isComplete, 1, fault);
        client.writeSnapshot(A, 0, bytes(LARGE, 3));
        assertThat(client.snapshots(A)).extracting(SnapshotInfo::size).containsExactly((long) LARGE);
        assertThat(client.openSnapshot(A, 0).readAllBytes()).isEqualTo(array(LARGE, 3));
        assertThat(proxy.isDone()).isTrue();
    }

    static Stream<Arguments> shortReplies() {
        return Stream.of(
                Arguments.of("cut", Fault.cutReply(700_000)),
                Arguments.of("reset", Fault.resetReply(700_000)),
                Arguments.of("cut at once", Fault.cutReply(0)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("shortReplies")
    void aBodyThatEndsShortIsAnErrorAndIsReadOnFromThere(String name, Fault fault) throws IOException {
        client.writeSnapshot(A, 0, bytes(2_000_000, 4));
        byte[] expected = array(2_000_000, 4);
        proxy.on(request -> request.kind() == ProxiedRequest.Kind.GET, 1, fault);
        byte[] got = new byte[expected.length];
        int count = 0;
        InputStream broken = client.openSnapshot(A, 0);
        try (broken) {
            while (true) {
                count += broken.read(got, count, got.length - count);
            }
        } catch (IOException e) {
            assertThat(e).isNotInstanceOf(InterruptedIOException.class).hasMessageContaining("2000000 bytes");
        }
        assertThat(count).isLessThan(expected.length);
        proxy.forget();
        try (InputStream rest = ((Reopenable) broken).reopenAt(count)) {
            assertThat(rest.readNBytes(got, count, got.length - count)).isEqualTo(got.length - count);
            assertThat(rest.read()).isEqualTo(-1);
        }
        assertThat(got).isEqualTo(expected);
        assertThat(proxy.requests().get(0).headers()).containsEntry("range", "bytes=" + count + "-");
    }

    @Test
    void anObjectThatWasReplacedIsNotReadOn() throws IOException {
        client.writeSnapshot(A, 0, bytes(10_000, 4));
        InputStream first = client.openSnapshot(A, 0);
        assertThat(first.readNBytes(100)).hasSize(100);
        first.close();
        client.deleteSnapshots(client.snapshots(A));
        client.writeSnapshot(A, 0, bytes(10_000, 5));

        assertThatThrownBy(() -> ((Reopenable) first).reopenAt(100))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("replaced");
    }

    @Test
    void closingEndsAnUploadThatHangs() throws Exception {
        proxy.on(ProxiedRequest::isPart, 99, Fault.stall(Duration.ofMinutes(2)));
        CompletableFuture<IOException> ended = new CompletableFuture<>();
        Thread writing = new Thread(() -> {
            try {
                client.writeSnapshot(A, 0, bytes(50_000_000, 3));
                ended.completeExceptionally(new AssertionError("stored"));
            } catch (IOException e) {
                ended.complete(e);
            }
        });
        writing.start();
        while (proxy.requests().stream().filter(ProxiedRequest::isPart).count() < 2) {
            Thread.onSpinWait();
        }
        client.close();
        assertThat(ended.get(30, TimeUnit.SECONDS)).isNotNull();
        assertThat(proxy.requests()).anyMatch(request -> request.method().equals("DELETE"));
        assertThat(client.snapshots(A)).isEmpty();
    }

    @Test
    void aClientThatWasClosedBelowUsSaysSo() {
        s3.close();
        assertThatThrownBy(() -> client.generations()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.writeWalSegment(POSITION, bytes(10, 1))).isInstanceOf(IOException.class);
    }

    @Test
    void everyAttemptIsCounted() throws IOException {
        proxy.on(request -> request.kind() == ProxiedRequest.Kind.PUT, 2, Fault.answer(503, "SlowDown"));
        client.writeWalSegment(POSITION, bytes(1000, 1));
        proxy.on(request -> request.kind() == ProxiedRequest.Kind.LIST, 1, Fault.answer(500, "InternalError"));
        client.walSegments(A);
        client.openWalSegment(POSITION).readAllBytes();
        client.deleteWalSegments(client.walSegments(A));

        RequestCounts counts = client.requests();
        assertThat(counts).isEqualTo(new RequestCounts(3, 1, 3, 1, 3000, 1000, new RequestCounts.Failures(2, 0, 1, 0)));
        assertThat(counts.total()).isEqualTo(proxy.requests().size());
        assertThat(counts.failures().total()).isEqualTo(3);
        assertThat(counts.since(counts)).isEqualTo(RequestCounts.NONE);
    }

    @Test
    void everyAttemptOfACallThatFailsIsCountedAsFailed() {
        proxy.always(Fault.answer(503, "SlowDown"));
        assertThatThrownBy(() -> client.writeWalSegment(POSITION, bytes(10, 1))).isInstanceOf(IOException.class);
        RequestCounts counts = client.requests();
        assertThat(counts.put()).isEqualTo(proxy.requests().size()).isGreaterThan(1);
        assertThat(counts.failures()).isEqualTo(new RequestCounts.Failures(counts.put(), 0, 0, 0));
    }

    @Test
    void aStoreThatKeepsFailingIsExplained() {
        proxy.always(Fault.answer(503, "SlowDown"));
        assertThatThrownBy(() -> client.writeWalSegment(POSITION, bytes(10, 1)))
                .isInstanceOf(IOException.class)
                .hasMessage("can't store s3://backups/app/generations/00000000000000aa/wal/00000000_00000000.wal.lz4:"
                        + " the store asks for fewer requests (SlowDown): it is tried again later (request fault-1)");
        proxy.heal();
        proxy.always(Fault.stall(Duration.ofSeconds(4)));
        assertThatThrownBy(() -> client.generations())
                .isInstanceOf(IOException.class)
                .hasMessageContaining("didn't answer in time");
    }

    private static ObjectContent bytes(int size, long seed) {
        return out -> out.write(array(size, seed));
    }

    private static byte[] array(int size, long seed) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }
}
