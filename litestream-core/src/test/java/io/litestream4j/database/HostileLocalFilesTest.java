package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.DatabaseAccessException;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Whatever lies in the meta folder at a start: the generation goes on with a shadow WAL that is the live one, or a new
 * generation begins, or the engine says which file is wrong.
 */
@Timeout(value = 120, threadMode = Timeout.ThreadMode.SEPARATE_THREAD)
class HostileLocalFilesTest {

    private static final int ROUNDS = Integer.getInteger("litestream.test.localFiles", 30);
    private static final long SEED = Long.getLong("litestream.test.localFilesSeed", System.nanoTime());

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private TestDatabase database;

    @BeforeEach
    void create() throws Exception {
        database = TestDatabase.create(folder.resolve("data"));
    }

    @AfterEach
    void close() throws Exception {
        database.close();
    }

    @Test
    void anyFileWithAnyContent() throws Exception {
        runOnTwoIndexes();
        int goesOn = 0;
        for (int i = 0; i < ROUNDS; i++) {
            TestDatabase crashed = database.afterCrash();
            List<Path> files;
            try (var walk = Files.walk(crashed.metaPath())) {
                files = walk.filter(Files::isRegularFile).sorted().toList();
            }
            Path file = files.get(random.nextInt(files.size()));
            Files.write(file, changed(Files.readAllBytes(file)));
            if (random.nextInt(4) == 0) {
                Files.write(crashed.meta().shutdownRecord(), changed(new byte[random.nextInt(200)]));
            }
            goesOn += start(crashed, "round %d, seed %d, %s".formatted(i, SEED, file)) ? 1 : 0;
            crashed.close();
            deleteRecursively(folder.resolve("data-crashed"));
        }
        System.out.printf("local files: %d of %d go on, seed %d%n", goesOn, ROUNDS, SEED);
        assertThat(goesOn).isBetween(0, ROUNDS - 1);
    }

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"generation", "clean-shutdown", "lock", "replacing", "replaced", "generations"})
    void aFolderOrALinkOrAPipeInAFilesPlace(String name) throws Exception {
        runOnTwoIndexes();
        for (String kind : List.of("folder", "link to nothing", "link to itself", "link to a file", "pipe")) {
            TestDatabase crashed = database.afterCrash();
            Path file = crashed.metaPath().resolve(name);
            deleteRecursively(file);
            Path secret = Files.writeString(folder.resolve("secret"), "not ours");
            switch (kind) {
                case "folder" -> Files.createDirectories(file.resolve("child"));
                case "link to nothing" -> Files.createSymbolicLink(file, folder.resolve("nothing"));
                case "link to itself" -> Files.createSymbolicLink(file, file);
                case "link to a file" -> Files.createSymbolicLink(file, secret);
                default ->
                    assertThat(new ProcessBuilder("mkfifo", file.toString())
                                    .start()
                                    .waitFor())
                            .isZero();
            }
            start(crashed, name + ": " + kind);
            assertThat(secret).hasContent("not ours");
            crashed.close();
            deleteRecursively(folder.resolve("data-crashed"));
        }
    }

    /** What a link points to belongs to somebody else. */
    @Test
    void generationsThatAreALinkLoseNothing() throws Exception {
        runOnTwoIndexes();
        TestDatabase crashed = database.afterCrash();
        Path generations = crashed.metaPath().resolve("generations");
        deleteRecursively(generations);
        Path elsewhere = Files.createDirectories(folder.resolve("elsewhere"));
        Path theirs = Files.writeString(
                Files.createDirectories(elsewhere.resolve("photos")).resolve("cat.jpg"), "not ours");
        Files.createSymbolicLink(generations, elsewhere);
        start(crashed, "generations is a link");
        assertThat(theirs).hasContent("not ours");
        crashed.close();
    }

    private void runOnTwoIndexes() throws Exception {
        SourceDatabase source = database.openAndBegin();
        Connection app = database.connect();
        for (int index = 0; index < 2; index++) {
            TestDatabase.insert(app, 3);
            source.sync();
            if (index == 0) {
                assertThat(source.seal(TestDatabase.PAUSE).result()).isEqualTo(SealOutcome.Result.SEALED);
            }
        }
        TestDatabase.insert(app, 1);
    }

    /** @return whether the generation went on */
    private boolean start(TestDatabase crashed, String what) throws Exception {
        SourceDatabase source;
        try {
            source = crashed.open();
        } catch (IOException | DatabaseAccessException e) {
            assertThat(e.getMessage()).as(what).contains(crashed.metaPath().toString());
            return false;
        }
        boolean goesOn = source.position() != null;
        try (Connection app = crashed.connect()) {
            if (!goesOn) {
                assertThat(source.beginGeneration(TestDatabase.PAUSE, true))
                        .as(what)
                        .isTrue();
            }
            TestDatabase.insert(app, 1);
            source.sync();
            Position position = source.position();
            byte[] shadow = Files.readAllBytes(crashed.meta().shadowFile(position.generation(), position.index()));
            byte[] live = crashed.walBytes();
            assertThat(position.offset()).as(what).isEqualTo(shadow.length);
            assertThat(shadow).as(what).isEqualTo(Arrays.copyOf(live, shadow.length));
        } catch (IOException | DatabaseAccessException e) {
            assertThat(e.getMessage()).as(what).contains(crashed.metaPath().toString());
            return false;
        }
        return goesOn;
    }

    private byte[] changed(byte[] bytes) {
        byte[] changed = bytes.clone();
        switch (random.nextInt(6)) {
            case 0 -> changed = new byte[0];
            case 1 -> changed = Arrays.copyOf(bytes, random.nextInt(bytes.length + 1));
            case 2 -> changed = Arrays.copyOf(bytes, bytes.length + 1 + random.nextInt(10_000));
            case 3 -> random.nextBytes(changed);
            case 4 -> changed = (Generation.random() + "\n../../etc\u0000\r\n").getBytes(StandardCharsets.ISO_8859_1);
            default -> {
                if (changed.length > 0) {
                    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return changed;
    }

    private static void deleteRecursively(Path entry) throws IOException {
        if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
            try (var children = Files.list(entry)) {
                for (Path child : children.toList()) {
                    deleteRecursively(child);
                }
            }
        }
        Files.deleteIfExists(entry);
    }
}
