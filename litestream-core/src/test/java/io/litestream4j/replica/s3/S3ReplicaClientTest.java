package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ObjectExistsException;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaClientContract;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.assertj.core.data.TemporalUnitOffset;
import org.assertj.core.data.TemporalUnitWithinOffset;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.PutObjectRequest;

class S3ReplicaClientTest extends ReplicaClientContract {

    private static final int MIB = 1 << 20;

    /** Small parts, as far as S3 allows. */
    private static final PartSizes SIZES = new PartSizes(5 * MIB, 3, 6 * MIB, 4);

    @TempDir
    Path folder;

    private S3Server server;
    private S3Client s3;
    private S3ReplicaClient client;
    private final List<AutoCloseable> more = new ArrayList<>();

    @BeforeEach
    void open() throws IOException {
        server = S3Server.start(folder);
        s3 = server.client();
        client = builder("deep/replica").build();
    }

    /** The test's store looks at If-Match first, and stores later. */
    @Override
    protected ReplicaClient racingClient() throws IOException {
        FaultProxy proxy = FaultProxy.before(server.port());
        proxy.always(Fault.oneAtATime());
        S3ReplicaClient racing = S3ReplicaClient.builder(
                        S3Server.client(proxy.endpoint()), S3Server.location("deep/replica"))
                .closesClient(true)
                .build();
        more.add(racing);
        more.add(proxy);
        return racing;
    }

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable resource : more) {
            resource.close();
        }
        client.close();
        s3.close();
        server.close();
    }

    @Override
    protected ReplicaClient client() {
        return client;
    }

    private S3ReplicaClient.Builder builder(String prefix) {
        return S3ReplicaClient.builder(s3, S3Server.location(prefix)).sizes(SIZES);
    }

    @Test
    void urlAndType() {
        assertThat(client.url()).isEqualTo("s3://backups/deep/replica");
        assertThat(client).hasToString(client.url());
        assertThat(client.type()).isEqualTo("s3");
    }

    @Test
    void layoutIsLitestreams() throws IOException {
        client.writeSnapshot(A, 10, bytes(1));
        client.writeWalSegment(new Position(A, 10, 4152), bytes(1));
        try (S3ReplicaClient whole = builder("").build()) {
            whole.writeSnapshot(B, 1, bytes(1));
            assertThat(whole.generations()).containsExactly(B);
        }
        assertThat(keys())
                .containsExactlyInAnyOrder(
                        "deep/replica/generations/00000000000000aa/snapshots/0000000a.snapshot.lz4",
                        "deep/replica/generations/00000000000000aa/wal/0000000a_00001038.wal.lz4",
                        "generations/00000000000000bb/snapshots/00000001.snapshot.lz4");
    }

    @Test
    void foreignKeysAreLeftOut() throws IOException {
        client.writeSnapshot(A, 0, bytes(1));
        String generations = "deep/replica/generations/";
        for (String key : List.of(
                "note.txt",
                "UPPER00000000000/x",
                A + "/snapshots/0.snapshot.lz4",
                A + "/snapshots/00000001.snapshot",
                A + "/snapshots/00000001.snapshot.lz4.tmp",
                A + "/snapshots/00000002.snapshot.lz4/00000003.snapshot.lz4",
                A + "/snapshots/ffffffff.snapshot.lz4",
                A + "x/snapshots/00000000.snapshot.lz4")) {
            s3.putObject(put -> put.bucket(S3Server.BUCKET).key(generations + key), RequestBody.empty());
        }
        assertThat(client.generations()).containsExactly(A);
        assertThat(client.snapshots(A)).hasSize(1);
        assertThat(client.walSegments(A)).isEmpty();
    }

    @Test
    void aReplicaBesideAnotherWhoseNameBeginsAlike() throws IOException {
        try (S3ReplicaClient other = builder("deep/replica2").build()) {
            other.writeSnapshot(A, 0, bytes(1));
            assertThat(client.generations()).isEmpty();
            assertThat(client.snapshots(A)).isEmpty();
        }
    }

    @Test
    void moreObjectsThanAPageHas() throws IOException {
        List<Position> positions = new ArrayList<>();
        for (int i = 0; i < 1050; i++) {
            positions.add(new Position(A, i / 100, (i % 100) * 4152L));
            client.writeWalSegment(positions.get(i), bytes(i % 7));
        }
        List<WalSegmentInfo> all = client.walSegments(A);
        assertThat(all).extracting(WalSegmentInfo::position).containsExactlyElementsOf(positions);
        long lists = client.requests().list();
        assertThat(lists).isEqualTo(2);
        try (S3ReplicaClient small = builder("deep/replica").pageSize(100).build()) {
            assertThat(small.walSegments(A)).isEqualTo(all);
            assertThat(small.requests().list()).isBetween(11L, 12L);
            assertThat(small.generations()).containsExactly(A);
        }
        client.deleteWalSegments(all);
        assertThat(client.requests().delete()).isEqualTo(2);
        assertThat(client.walSegments(A)).isEmpty();
    }

    @Test
    void generationsOverSmallPages() throws IOException {
        for (int i = 0; i < 25; i++) {
            s3.putObject(
                    put("deep/replica/generations/%016x/wal/0000000%x_00000000.wal.lz4".formatted(25, i % 16)),
                    RequestBody.empty());
            s3.putObject(
                    put("deep/replica/generations/%016x/wal/00000000_00000000.wal.lz4".formatted(i)),
                    RequestBody.empty());
        }
        try (S3ReplicaClient small = builder("deep/replica").pageSize(3).build()) {
            assertThat(small.generations())
                    .hasSize(26)
                    .isSortedAccordingTo((a, b) -> a.name().compareTo(b.name()));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 5 * MIB - 1, 5 * MIB})
    void whatFitsInAPartIsOneRequest(int size) throws IOException {
        assertThat(client.writeSnapshot(A, 0, random(size)).size()).isEqualTo(size);
        assertThat(client.requests().put()).isEqualTo(1);
        assertThat(client.requests().bytesSent()).isEqualTo(size);
        assertThat(read(client.openSnapshot(A, 0))).isEqualTo(randomArray(size));
    }

    @ParameterizedTest
    @ValueSource(ints = {5 * MIB + 1, 10 * MIB, 15 * MIB + 1, 21 * MIB})
    void whatDoesNotIsSentInParts(int size) throws IOException {
        SnapshotInfo snapshot = client.writeSnapshot(A, 0, random(size));
        assertThat(snapshot.size()).isEqualTo(size);
        assertThat(snapshot.createdAt()).isCloseTo(Instant.now(), within(60));
        assertThat(client.requests().bytesSent()).isEqualTo(size);
        assertThat(client.snapshots(A)).extracting(SnapshotInfo::size).containsExactly((long) size);
        assertThat(read(client.openSnapshot(A, 0))).isEqualTo(randomArray(size));
        assertThat(client.writeSnapshot(A, 0, random(size)).size()).isEqualTo(size);
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, random(size - 1)))
                .isInstanceOf(ObjectExistsException.class);
        assertNoUploadIsLeft();
    }

    @Test
    void moreThanAllPartsCanHold() throws IOException {
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, random(21 * MIB + 1)))
                .hasMessageContaining("more than " + 21 * MIB + " bytes");
        assertThat(client.snapshots(A)).isEmpty();
        assertNoUploadIsLeft();
        assertThat(PartSizes.DEFAULT.total()).isEqualTo((6_000L * 8 + 4_000L * 64) * MIB);
    }

    @Test
    void contentThatBreaksOffInALaterPart() throws IOException {
        byte[] bytes = randomArray(12 * MIB);
        for (RuntimeException unexpected : new RuntimeException[] {null, new IllegalStateException("bug")}) {
            assertThatThrownBy(() -> client.writeSnapshot(A, 0, out -> {
                        out.write(bytes);
                        assertThat(uploads()).isEqualTo(1);
                        if (unexpected != null) {
                            throw unexpected;
                        }
                        throw new IOException("disk on fire");
                    }))
                    .hasMessage(unexpected == null ? "disk on fire" : "bug");
            assertThat(client.snapshots(A)).isEmpty();
            assertNoUploadIsLeft();
        }
        assertThat(client.writeSnapshot(A, 0, out -> out.write(bytes)).size()).isEqualTo(bytes.length);
    }

    @Test
    void anInterruptedUploadIsAborted() throws IOException {
        byte[] bytes = randomArray(12 * MIB);
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, out -> {
                    out.write(bytes);
                    Thread.currentThread().interrupt();
                    out.write(bytes);
                }))
                .isInstanceOf(IOException.class);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(client.snapshots(A)).isEmpty();
        assertNoUploadIsLeft();
    }

    @Test
    void severalLargeObjectsAtOnce() throws Exception {
        List<Thread> threads = new ArrayList<>();
        List<Throwable> failures = new CopyOnWriteArrayList<>();
        for (int i = 0; i < 4; i++) {
            int index = i;
            Thread thread = new Thread(() -> {
                try {
                    client.writeSnapshot(A, index, random(11 * MIB));
                } catch (IOException e) {
                    failures.add(e);
                }
            });
            thread.start();
            threads.add(thread);
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(failures).isEmpty();
        assertThat(client.snapshots(A))
                .extracting(SnapshotInfo::size)
                .containsOnly(11L * MIB)
                .hasSize(4);
        assertThat(read(client.openSnapshot(A, 3))).isEqualTo(randomArray(11 * MIB));
    }

    @Test
    void objectSettingsReachTheStore() throws IOException {
        try (S3ReplicaClient cold = builder("cold")
                .objects(new S3ObjectSettings("STANDARD_IA", null, null))
                .build()) {
            cold.writeSnapshot(A, 0, bytes(10));
            HeadObjectResponse head = s3.headObject(request -> request.bucket(S3Server.BUCKET)
                    .key("cold/generations/00000000000000aa/snapshots/00000000.snapshot.lz4"));
            assertThat(head.storageClassAsString()).isEqualTo("STANDARD_IA");
        }
    }

    @Test
    void probeLeavesNothingBehind() throws IOException {
        client.probe();
        assertThat(keys()).isEmpty();
        assertNoUploadIsLeft();
        assertThat(client.requests().total()).isEqualTo(4);
    }

    @Test
    void timeIsTheStores() throws IOException {
        SnapshotInfo written = client.writeSnapshot(A, 0, bytes(1));
        Instant listed = client.snapshots(A).get(0).createdAt();
        assertThat(written.createdAt()).isCloseTo(listed, within(2));
    }

    private static TemporalUnitOffset within(long seconds) {
        return new TemporalUnitWithinOffset(seconds, ChronoUnit.SECONDS);
    }

    private static PutObjectRequest put(String key) {
        return PutObjectRequest.builder().bucket(S3Server.BUCKET).key(key).build();
    }

    private List<String> keys() {
        return s3.listObjectsV2Paginator(list -> list.bucket(S3Server.BUCKET)).contents().stream()
                .map(object -> object.key())
                .toList();
    }

    private void assertNoUploadIsLeft() {
        assertThat(uploads()).isZero();
    }

    private int uploads() {
        return s3.listMultipartUploads(list -> list.bucket(S3Server.BUCKET))
                .uploads()
                .size();
    }

    private static ObjectContent random(int size) {
        return out -> out.write(randomArray(size));
    }

    private static byte[] randomArray(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return bytes;
    }
}
