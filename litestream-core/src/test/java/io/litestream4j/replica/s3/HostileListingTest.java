package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.client.config.ClientOverrideConfiguration;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.S3ServiceClientConfiguration;
import software.amazon.awssdk.services.s3.model.CommonPrefix;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Request;
import software.amazon.awssdk.services.s3.model.ListObjectsV2Response;
import software.amazon.awssdk.services.s3.model.S3Object;

/** A store that lists whatever it likes, for as long as it likes. */
@Timeout(60)
class HostileListingTest {

    private static final Generation A = Generation.parse("00000000000000aa");
    private static final String WAL = "app/generations/00000000000000aa/wal/";

    private final AtomicInteger requests = new AtomicInteger();

    static List<String> foreignNames() {
        return List.of(
                "../../../etc/passwd",
                "../00000000_00000000.wal.lz4",
                "/etc/00000000_00000000.wal.lz4",
                "..",
                ".",
                "",
                "/",
                "00000000_00000000.wal.lz4/",
                "00000000_00000000.wal.lz4\u0000",
                "\u000000000000_00000000.wal.lz4",
                "00000000_00000000.wal.lz4\n",
                "00000000_00000000.wal.lz4\r\n2026-03-01 INFO all is well",
                "0000000A_00000000.wal.lz4",
                "0000000\uff11_00000000.wal.lz4",
                "\u0660\u0660\u0660\u0660\u0660\u0660\u0660\u0660_00000000.wal.lz4",
                "00000000_00000000.wal.l\u200bz4",
                "00000000_00000000\u2024wal.lz4",
                "80000000_00000000.wal.lz4",
                "ffffffff_00000000.wal.lz4",
                "-0000001_00000000.wal.lz4",
                "00000000_ffffffffffffffff.wal.lz4",
                "00000000_8000000000000000.wal.lz4",
                "00000000_000000000.wal.lz4",
                "00000000_11111111111111111.wal.lz4",
                "00000000_0000000.wal.lz4",
                "0".repeat(1 << 20),
                "00000000_" + "0".repeat(1 << 20) + ".wal.lz4",
                "a".repeat(1 << 20) + "!");
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("foreignNames")
    void namesThatAreNotOursAreLeftOut(String name) throws IOException {
        try (S3ReplicaClient client = listing(page -> page.contents(object(WAL + name), object(WAL + "x")))) {
            assertThat(client.walSegments(A)).isEmpty();
            assertThat(client.snapshots(Generation.parse("00000000000000ab"))).isEmpty();
        } catch (IOException e) {
            // the snapshots' folder was asked for: then these keys are not what was asked
            assertPlain(e);
        }
        String folder = "app/generations/" + name + "/";
        try (S3ReplicaClient client = listing(page ->
                page.commonPrefixes(CommonPrefix.builder().prefix(folder).build()))) {
            assertThat(client.generations()).isEmpty();
        }
    }

    @ParameterizedTest(name = "{index}")
    @MethodSource("foreignNames")
    void keysThatWereNotAskedForAreToldInAPlainLine(String name) {
        try (S3ReplicaClient client = listing(page -> page.contents(object("other/" + name)))) {
            assertThatThrownBy(() -> client.walSegments(A))
                    .isInstanceOf(IOException.class)
                    .satisfies(HostileListingTest::assertPlain)
                    .hasMessageContaining("expected names that begin with this");
        }
    }

    @ParameterizedTest(name = "{index}")
    @ValueSource(booleans = {true, false})
    void pagesWithoutEnd(boolean withKeys) {
        try (S3ReplicaClient client =
                listing(page -> page.contents(withKeys ? List.of(object(WAL + "x"), object(WAL + "y")) : List.of())
                        .isTruncated(true)
                        .nextContinuationToken("token " + requests.get()))) {
            assertThatThrownBy(() -> client.walSegments(A))
                    .isInstanceOf(IOException.class)
                    .satisfies(HostileListingTest::assertPlain);
            assertThat(requests).hasValueLessThanOrEqualTo(withKeys ? 100_001 : 1_001);
        }
    }

    @Test
    void tokensInALongerCircle() {
        try (S3ReplicaClient client = listing(page -> page.contents(object(WAL + "x"))
                .isTruncated(true)
                .nextContinuationToken("token " + requests.get() % 50))) {
            assertThatThrownBy(() -> client.walSegments(A)).hasMessageContaining("there is more, but not where");
            assertThat(requests).hasValueLessThan(60);
        }
    }

    /** Each is a megabyte: a few hundred of them would fill the heap of many applications. */
    @Test
    void tokensAreNotKept() throws IOException {
        String megabyte = "t".repeat(1 << 20);
        long before = used();
        AtomicLong after = new AtomicLong();
        try (S3ReplicaClient client = listing(page -> {
            if (requests.get() == 200) {
                after.set(used());
            }
            return page.contents(object(WAL + "x"))
                    .isTruncated(requests.get() < 200)
                    .nextContinuationToken(megabyte + requests.get());
        })) {
            assertThat(client.walSegments(A)).isEmpty();
        }
        assertThat(after.get() - before).isLessThan(64 << 20);
    }

    @Test
    void aHugeListingOfForeignNamesTakesNoMemory() throws IOException {
        List<S3Object> thousand = IntStream.range(0, 1000)
                .mapToObj(i -> object(WAL + "%08x_stray".formatted(i)))
                .toList();
        try (S3ReplicaClient client = listing(page -> page.contents(thousand)
                .isTruncated(requests.get() < 1000)
                .nextContinuationToken("token " + requests.get()))) {
            assertThat(client.walSegments(A)).isEmpty();
        }
    }

    @ParameterizedTest(name = "{index}")
    @ValueSource(longs = {-1, Long.MIN_VALUE})
    void aSizeThatCanNotBe(long size) {
        S3Object object =
                object(WAL + "00000000_00000000.wal.lz4").toBuilder().size(size).build();
        try (S3ReplicaClient client = listing(page -> page.contents(object))) {
            assertThatThrownBy(() -> client.walSegments(A))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("expected a size");
        }
    }

    private static void assertPlain(Throwable thrown) {
        assertThat(thrown.getMessage().length()).isLessThan(1000);
        assertThat(thrown.getMessage().codePoints().filter(HostileListingTest::isUnprintable))
                .isEmpty();
    }

    private static boolean isUnprintable(int c) {
        return c < ' ' || c > '~';
    }

    private static long used() {
        System.gc();
        Runtime runtime = Runtime.getRuntime();
        return runtime.totalMemory() - runtime.freeMemory();
    }

    private static S3Object object(String key) {
        return S3Object.builder()
                .key(key)
                .size(100L)
                .lastModified(Instant.EPOCH)
                .build();
    }

    private S3ReplicaClient listing(UnaryOperator<ListObjectsV2Response.Builder> page) {
        S3Client store = (S3Client) Proxy.newProxyInstance(
                S3Client.class.getClassLoader(), new Class<?>[] {S3Client.class}, (proxy, method, arguments) -> {
                    if (arguments != null && arguments[0] instanceof ListObjectsV2Request) {
                        requests.incrementAndGet();
                        return page.apply(ListObjectsV2Response.builder().isTruncated(false))
                                .build();
                    }
                    return method.getName().equals("serviceClientConfiguration")
                            ? S3ServiceClientConfiguration.builder()
                                    .overrideConfiguration(ClientOverrideConfiguration.builder()
                                            .build())
                                    .build()
                            : null;
                });
        return S3ReplicaClient.builder(store, S3Location.of("bucket", "app"))
                .attemptTimeout(Duration.ofSeconds(5))
                .build();
    }
}
