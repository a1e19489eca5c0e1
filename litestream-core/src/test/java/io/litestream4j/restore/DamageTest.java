package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replica.Lz4FrameException;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaPaths;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Every object of every fixture in turn removed, cut, and changed by one bit.
 *
 * <p>The rule. Objects of a generation that isn't the newest don't matter: the newest state is restored. An object of
 * the newest one that is cut or changed is named by a {@link CorruptBackupException}. One that is removed is named, too,
 * unless it is the last segment of its index: Litestream writes no end marks, so nothing shows that it ever was. Then the
 * result is what SQLite itself makes of the objects that are left, or an exception if SQLite's check finds that damaged.
 */
class DamageTest {

    private static final long SEED = 20_260_301;

    private final Restorer restorer =
            new Restorer(Clock.systemUTC(), System::nanoTime, new Retries(2, Duration.ofMillis(1)), 256 << 10);

    @TempDir
    Path folder;

    static Stream<String> names() {
        return Fixture.names().stream();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void removedObject(String name) throws IOException, SQLException {
        Fixture fixture = Fixture.copy(name, folder);
        Generation used = newest(fixture);
        byte[] whole = restoredBytes(fixture);
        for (Path object : fixture.objects()) {
            Path kept = folder.resolve("kept");
            Files.move(object, kept);
            String missing = fixture.root().relativize(object).toString();
            if (!missing.contains(used.name())) {
                assertThat(restoredBytes(fixture)).as(missing).isEqualTo(whole);
            } else if (isLastOfIndex(fixture, object)) {
                expectWhatSqliteMakesOfIt(fixture, used, missing);
            } else if (missing.contains(ReplicaPaths.SNAPSHOTS)) {
                assertThat(damageOf(fixture, missing)).isEqualTo(ReplicaPaths.snapshots(used));
            } else {
                assertThat(damageOf(fixture, missing)).isEqualTo(missing);
            }
            Files.move(kept, object);
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void cutObject(String name) throws IOException {
        Fixture fixture = Fixture.copy(name, folder);
        Generation used = newest(fixture);
        byte[] whole = restoredBytes(fixture);
        Random random = new Random(SEED);
        for (Path object : fixture.objects()) {
            int size = (int) Files.size(object);
            TreeSet<Integer> lengths = new TreeSet<>(List.of(0, 1, 7, 11, 14, 16, size / 2, size - 4, size - 1));
            lengths.add(random.nextInt(17, size));
            for (int length : lengths) {
                byte[] bytes = Files.readAllBytes(object);
                expectDamage(fixture, used, object, Arrays.copyOf(bytes, length), whole);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void changedBit(String name) throws IOException {
        Fixture fixture = Fixture.copy(name, folder);
        Generation used = newest(fixture);
        byte[] whole = restoredBytes(fixture);
        Random random = new Random(SEED);
        for (Path object : fixture.objects()) {
            int size = (int) Files.size(object);
            for (int at :
                    new int[] {4, 6, 10, size / 2, size - 6, size - 1, random.nextInt(size), random.nextInt(size)}) {
                byte[] bytes = Files.readAllBytes(object);
                bytes[at] ^= (byte) (1 << random.nextInt(8));
                expectDamage(fixture, used, object, bytes, whole);
            }
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("names")
    void trailingBytes(String name) throws IOException {
        Fixture fixture = Fixture.copy(name, folder);
        Generation used = newest(fixture);
        byte[] whole = restoredBytes(fixture);
        for (Path object : fixture.objects()) {
            byte[] bytes = Files.readAllBytes(object);
            expectDamage(fixture, used, object, Arrays.copyOf(bytes, bytes.length + 1), whole);
        }
    }

    private void expectDamage(Fixture fixture, Generation used, Path object, byte[] damaged, byte[] whole)
            throws IOException {
        byte[] bytes = Files.readAllBytes(object);
        FileTime time = Files.getLastModifiedTime(object);
        Files.write(object, damaged);
        Files.setLastModifiedTime(object, time);
        String name = fixture.root().relativize(object).toString();
        if (name.contains(used.name()) && !holdsTheSame(bytes, damaged)) {
            assertThat(damageOf(fixture, name)).isEqualTo(name);
        } else {
            assertThat(restoredBytes(fixture)).as(name).isEqualTo(whole);
        }
        Files.write(object, bytes);
        Files.setLastModifiedTime(object, time);
    }

    /** A changed bit may make LZ4 copy the same zeros from another place: then nothing is lost. */
    private static boolean holdsTheSame(byte[] stored, byte[] damaged) throws IOException {
        try {
            return Arrays.equals(
                    decompressed(new ByteArrayInputStream(stored)), decompressed(new ByteArrayInputStream(damaged)));
        } catch (Lz4FrameException e) {
            return false;
        }
    }

    private void expectWhatSqliteMakesOfIt(Fixture fixture, Generation used, String missing)
            throws IOException, SQLException {
        Path reference = ReferenceRestore.restore(fixture.replica().client(), used, folder.resolve("reference.db"));
        if (DatabaseCheck.run(reference, IntegrityCheck.QUICK).equals("ok")) {
            assertThat(restoredBytes(fixture)).as(missing).isEqualTo(Files.readAllBytes(reference));
        } else {
            assertThat(damageOf(fixture, missing)).isEqualTo(ReplicaPaths.generation(used));
        }
    }

    /** The object that the exception names. */
    private @Nullable String damageOf(Fixture fixture, String what) {
        Path target = folder.resolve("restored.db");
        Throwable thrown = catchThrowable(() -> restorer.restore(request(fixture, target)));
        assertThat(thrown).as(what).isInstanceOf(CorruptBackupException.class);
        assertThat(folder).as(what).isDirectoryNotContaining("glob:**restored.db*");
        return ((CorruptBackupException) thrown).object();
    }

    private byte[] restoredBytes(Fixture fixture) throws IOException {
        Path target = folder.resolve("restored.db");
        restorer.restore(request(fixture, target));
        byte[] bytes = Files.readAllBytes(target);
        Files.delete(target);
        return bytes;
    }

    private static RestoreRequest request(Fixture fixture, Path target) {
        return RestoreRequest.to(target)
                .from(List.of(fixture.replica()))
                .parallelism(2)
                .build();
    }

    private Generation newest(Fixture fixture) {
        return restorer.plan(request(fixture, folder.resolve("none.db"))).generation();
    }

    /** Whether nothing of its index comes after it. */
    private static boolean isLastOfIndex(Fixture fixture, Path object) throws IOException {
        Generation generation =
                Generation.parse(object.getParent().getParent().getFileName().toString());
        Position removed =
                ReplicaPaths.parseSegmentName(generation, object.getFileName().toString());
        List<Position> left = fixture.replica().client().walSegments(generation).stream()
                .map(segment -> segment.position())
                .toList();
        if (removed == null) {
            return false;
        }
        boolean laterIndex = left.stream().anyMatch(other -> other.index() > removed.index());
        boolean laterInIndex =
                left.stream().anyMatch(other -> other.index() == removed.index() && other.offset() > removed.offset());
        return !laterInIndex && (!laterIndex || removed.offset() > 0);
    }

    static byte[] decompressed(InputStream stored) throws IOException {
        try (InputStream in = Lz4Frames.decompress(stored)) {
            return in.readAllBytes();
        }
    }
}
