package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/**
 * Folders and files that the application may not use. The child is root without root's right to ignore owners and modes:
 * it can read its class path, and is denied what any user would be denied.
 */
@Timeout(120)
class PermissionsTest {

    private static final List<String> WITHOUT_PRIVILEGE =
            List.of("setpriv", "--bounding-set", "-all", "--inh-caps", "-all");
    private static final Set<PosixFilePermission> OF_OTHERS =
            EnumSet.range(PosixFilePermission.GROUP_READ, PosixFilePermission.OTHERS_EXECUTE);

    @TempDir
    Path folder;

    @BeforeEach
    void assumeRoot() throws Exception {
        Outside.assumeRoot();
        Outside.assumeCommand("setpriv");
    }

    @Test
    void whatMayNotBeUsedIsNamedWithItsOwnerAndModeAndWorksWhenItIsMended() throws Exception {
        Path readOnlyMeta = database("meta-read-only");
        mode(Files.createDirectory(Restores.meta(readOnlyMeta)), "r-x------");
        Path foreignMeta = database("meta-foreign");
        Outside.run(
                "chown",
                "nobody",
                mode(Files.createDirectory(Restores.meta(foreignMeta)), "rwx------")
                        .toString());
        Path replicaDenied = database("replica-denied");
        Path root = mode(Files.createDirectory(folder.resolve("denied")), "r-x------");
        Path readOnly = mode(database("read-only"), "r--------");
        try (Child child = Child.start(WITHOUT_PRIVILEGE, "128m", Strangers.class, folder)) {
            assertThat(attempt(child, readOnlyMeta, folder.resolve("a")))
                    .contains(
                            Restores.meta(readOnlyMeta) + " belongs to root, mode r-x------", "runs as root", "change");
            assertThat(attempt(child, foreignMeta, folder.resolve("b")))
                    .contains(Restores.meta(foreignMeta) + " belongs to nobody, mode rwx------", "change");
            assertThat(attempt(child, replicaDenied, root))
                    .contains(root + " belongs to root, mode r-x------", "change");
            assertThat(attempt(child, readOnly, folder.resolve("c")))
                    .contains(readOnly + " belongs to root, mode r--------", "change");
            mode(Restores.meta(readOnlyMeta), "rwx------");
            mode(root, "rwx------");
            mode(readOnly, "rw-------");
            Outside.run("chown", "root", Restores.meta(foreignMeta).toString());
            assertThat(attempt(child, readOnlyMeta, folder.resolve("a"))).isEqualTo("replicated");
            assertThat(attempt(child, foreignMeta, folder.resolve("b"))).isEqualTo("replicated");
            assertThat(attempt(child, replicaDenied, root)).isEqualTo("replicated");
            assertThat(attempt(child, readOnly, folder.resolve("c"))).isEqualTo("replicated");
        }
    }

    @Test
    void whateverTheUmaskOnlyTheOwnerReadsWhatWeWrite() throws Exception {
        Path db = database("private");
        Path replica = folder.resolve("replica");
        try (Child child =
                Child.start(List.of("sh", "-c", "umask 000; exec \"$@\"", "sh"), "128m", Strangers.class, folder)) {
            assertThat(attempt(child, db, replica)).isEqualTo("replicated");
            child.kill();
        }
        Path restored = folder.resolve("restored.db");
        Restores.newest(replica, restored);
        for (Path written : List.of(Restores.meta(db), replica, restored)) {
            try (Stream<Path> all = Files.walk(written)) {
                assertThat(all)
                        .allSatisfy(file -> assertThat(Files.getPosixFilePermissions(file))
                                .as(file.toString())
                                .doesNotContainAnyElementsOf(OF_OTHERS));
            }
        }
    }

    private static String attempt(Child child, Path db, Path replica) throws IOException {
        String answer = child.ask(db + " " + replica);
        System.out.println(answer);
        return answer;
    }

    private Path database(String name) throws Exception {
        Path db = Files.createDirectory(folder.resolve(name)).resolve("app.db");
        Sql.run(db, "create table t(x)");
        return mode(db, "rw-------");
    }

    private static Path mode(Path path, String mode) throws IOException {
        assertThat(Files.exists(path, LinkOption.NOFOLLOW_LINKS)).isTrue();
        return Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    }
}
