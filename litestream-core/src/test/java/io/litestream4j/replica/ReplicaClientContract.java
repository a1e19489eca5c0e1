package io.litestream4j.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.NoSuchFileException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

/** What every backend promises. */
public abstract class ReplicaClientContract {

    protected static final Generation A = Generation.parse("00000000000000aa");
    protected static final Generation B = Generation.parse("00000000000000bb");

    /** A client of an empty replica; the same replica for all calls of one test. */
    protected abstract ReplicaClient client();

    /** A client of the same replica, on a storage that looks at a condition and stores in one step. */
    protected ReplicaClient racingClient() throws IOException {
        return client();
    }

    @Test
    void replicaThatDoesNotExistYetIsEmpty() throws IOException {
        assertThat(client().generations()).isEmpty();
        assertThat(client().snapshots(A)).isEmpty();
        assertThat(client().walSegments(A)).isEmpty();
    }

    @Test
    void leaseIsReplacedOnlyByWhoKnowsTheOneThatIsThere() throws IOException {
        assertThat(client().keepsLease()).isTrue();
        assertThat(client().readLease()).isNull();
        String first = client().storeLease("a=1\n", null);
        assertThat(first).isNotNull();
        assertThat(client().storeLease("a=2\n", null)).isNull();
        assertThat(client().storeLease("a=2\n", "\"0123456789abcdef0123456789abcdef\""))
                .isNull();
        String second = client().storeLease("a=3\n", first);
        assertThat(second).isNotNull().isNotEqualTo(first);
        assertThat(client().storeLease("a=4\n", first)).isNull();

        StoredLease stored = client().readLease();
        assertThat(stored).isNotNull();
        assertThat(stored.content()).isEqualTo("a=3\n");
        assertThat(stored.version()).isEqualTo(second);
        assertThat(stored.age()).isBetween(Duration.ofSeconds(-3), Duration.ofSeconds(30));
        assertThat(client().generations()).as("no generation by that").isEmpty();
    }

    @Test
    void ofThoseWhoStoreALeaseAtTheSameTimeOneSucceeds() throws Exception {
        ReplicaClient racing = racingClient();
        int rounds = Integer.getInteger("litestream.test.leaseRaces", 15);
        int racers = 4;
        ExecutorService threads = Executors.newFixedThreadPool(racers);
        try {
            String version = null;
            for (int round = 0; round < rounds; round++) {
                String known = version;
                CyclicBarrier start = new CyclicBarrier(racers);
                List<Future<String>> results = new ArrayList<>();
                for (int racer = 0; racer < racers; racer++) {
                    String content = "round=%d\nracer=%d\n".formatted(round, racer);
                    results.add(threads.submit(() -> {
                        start.await();
                        return racing.storeLease(content, known);
                    }));
                }
                List<String> won = new ArrayList<>();
                for (Future<String> result : results) {
                    String stored = result.get();
                    if (stored != null) {
                        won.add(stored);
                    }
                }
                assertThat(won).as("round " + round).hasSize(1);
                version = won.get(0);
                assertThat(client().readLease())
                        .isNotNull()
                        .extracting(StoredLease::version)
                        .isEqualTo(version);
            }
        } finally {
            threads.shutdownNow();
        }
    }

    @Test
    void generationsAreSortedByName() throws IOException {
        client().writeWalSegment(new Position(B, 0, 0), bytes(1));
        client().writeSnapshot(A, 0, bytes(1));

        assertThat(client().generations()).containsExactly(A, B);
    }

    @Test
    void snapshotsAreSortedByIndexWithSizeAndTime() throws IOException {
        Instant before = Instant.now().minusSeconds(60);
        SnapshotInfo tenth = client().writeSnapshot(A, 16, bytes(7));
        client().writeSnapshot(A, 2, bytes(5));
        client().writeSnapshot(B, 1, bytes(5));

        List<SnapshotInfo> snapshots = client().snapshots(A);
        assertThat(snapshots).extracting(SnapshotInfo::index).containsExactly(2, 16);
        assertThat(snapshots).extracting(SnapshotInfo::size).containsExactly(5L, 7L);
        assertThat(snapshots)
                .allSatisfy(snapshot -> assertThat(snapshot.createdAt()).isAfter(before));
        assertThat(tenth.size()).isEqualTo(7);
        assertThat(tenth.position()).isEqualTo(new Position(A, 16, 0));
    }

    @Test
    void segmentsAreSortedByIndexAndOffsetAsNumbers() throws IOException {
        for (Position position : List.of(
                new Position(A, 1, 0),
                new Position(A, 0, 0x100000000L),
                new Position(A, 0, 0xffffffffL),
                new Position(A, 0, 0))) {
            client().writeWalSegment(position, bytes(3));
        }

        assertThat(client().walSegments(A))
                .extracting(WalSegmentInfo::position)
                .containsExactly(
                        new Position(A, 0, 0),
                        new Position(A, 0, 0xffffffffL),
                        new Position(A, 0, 0x100000000L),
                        new Position(A, 1, 0));
    }

    @Test
    void whatWasWrittenIsRead() throws IOException {
        client().writeSnapshot(A, 3, bytes(100_000));
        client().writeWalSegment(new Position(A, 3, 4152), bytes(300));

        assertThat(read(client().openSnapshot(A, 3))).isEqualTo(array(100_000));
        assertThat(read(client().openWalSegment(new Position(A, 3, 4152)))).isEqualTo(array(300));
    }

    @Test
    void contentThatClosesItsStream() throws IOException {
        client().writeSnapshot(A, 0, out -> {
            try (out) {
                out.write(array(10));
            }
        });

        assertThat(read(client().openSnapshot(A, 0))).isEqualTo(array(10));
    }

    @Test
    void sameBytesAgainAreASuccess() throws IOException {
        client().writeSnapshot(A, 0, bytes(10));
        client().writeWalSegment(new Position(A, 0, 0), bytes(10));

        assertThat(client().writeSnapshot(A, 0, bytes(10)).size()).isEqualTo(10);
        assertThat(client().writeWalSegment(new Position(A, 0, 0), bytes(10)).size())
                .isEqualTo(10);
    }

    @Test
    void otherBytesAreRefusedAndTheObjectStays() throws IOException {
        Position position = new Position(A, 0, 0);
        client().writeSnapshot(A, 0, bytes(10));
        client().writeWalSegment(position, bytes(10));

        for (int size : new int[] {0, 9, 11}) {
            assertThatThrownBy(() -> client().writeSnapshot(A, 0, bytes(size)))
                    .isInstanceOf(ObjectExistsException.class)
                    .hasMessageContaining("00000000.snapshot.lz4");
            assertThatThrownBy(() -> client().writeWalSegment(position, bytes(size)))
                    .isInstanceOf(ObjectExistsException.class);
        }
        assertThat(read(client().openSnapshot(A, 0))).isEqualTo(array(10));
        assertThat(read(client().openWalSegment(position))).isEqualTo(array(10));
    }

    @Test
    void contentThatBreaksOffIsNeverVisible() throws IOException {
        assertThatThrownBy(() -> client().writeSnapshot(A, 0, out -> {
                    out.write(array(10));
                    throw new IOException("disk on fire");
                }))
                .isInstanceOf(IOException.class)
                .hasStackTraceContaining("disk on fire");

        assertThat(client().snapshots(A)).isEmpty();
        assertThatThrownBy(() -> client().openSnapshot(A, 0)).isInstanceOf(NoSuchFileException.class);
        client().writeSnapshot(A, 0, bytes(20));
    }

    @Test
    void objectIsNotVisibleBeforeItIsWhole() throws IOException {
        client().writeSnapshot(A, 0, out -> {
            out.write(array(5));
            out.flush();
            assertThat(client().snapshots(A)).isEmpty();
            out.write(array(10), 5, 5);
        });

        assertThat(read(client().openSnapshot(A, 0))).isEqualTo(array(10));
    }

    @Test
    void objectThatDoesNotExist() {
        assertThatThrownBy(() -> client().openSnapshot(A, 1)).isInstanceOf(NoSuchFileException.class);
        assertThatThrownBy(() -> client().openWalSegment(new Position(A, 1, 0)))
                .isInstanceOf(NoSuchFileException.class);
    }

    @Test
    void deletedObjectsAreGoneAndMissingOnesCountAsDeleted() throws IOException {
        SnapshotInfo snapshot = client().writeSnapshot(A, 0, bytes(10));
        WalSegmentInfo first = client().writeWalSegment(new Position(A, 0, 0), bytes(10));
        WalSegmentInfo second = client().writeWalSegment(new Position(A, 0, 32), bytes(10));

        client().deleteSnapshots(List.of(snapshot, snapshot));
        client().deleteWalSegments(List.of(first));
        client().deleteWalSegments(List.of(first));
        client().deleteWalSegments(List.of());

        assertThat(client().snapshots(A)).isEmpty();
        assertThat(client().walSegments(A)).extracting(WalSegmentInfo::position).containsExactly(second.position());
    }

    @Test
    void manyWritersOfDifferentObjects() throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            List<Callable<WalSegmentInfo>> writes = new ArrayList<>();
            for (int i = 0; i < 40; i++) {
                Position position = new Position(i % 2 == 0 ? A : B, i, 0);
                writes.add(() -> client().writeWalSegment(position, bytes(1000)));
            }
            for (Future<WalSegmentInfo> write : threads.invokeAll(writes)) {
                assertThat(write.get().size()).isEqualTo(1000);
            }
        } finally {
            threads.shutdownNow();
        }
        assertThat(client().walSegments(A)).hasSize(20);
        assertThat(client().walSegments(B)).hasSize(20);
    }

    protected static ObjectContent bytes(int size) {
        return out -> out.write(array(size));
    }

    protected static byte[] array(int size) {
        byte[] bytes = new byte[size];
        for (int i = 0; i < size; i++) {
            bytes[i] = (byte) (i * 31);
        }
        return bytes;
    }

    protected static byte[] read(InputStream stream) throws IOException {
        try (stream) {
            return stream.readAllBytes();
        }
    }
}
