package io.litestream4j.io;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RealPathsTest {

    @TempDir
    Path temporary;

    private Path folder;

    @BeforeEach
    void resolve() throws Exception {
        folder = temporary.toRealPath();
    }

    @Test
    void fileBehindALinkIsTheLinksTarget() throws Exception {
        Path file = Files.createFile(folder.resolve("app.db"));
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), file);
        assertThat(RealPaths.of(link)).isEqualTo(file);
    }

    @Test
    void linkToAFileThatDoesNotExistYetIsItsTarget() throws Exception {
        Path volume = Files.createDirectory(folder.resolve("volume"));
        Path link = Files.createSymbolicLink(folder.resolve("link.db"), volume.resolve("app.db"));
        assertThat(RealPaths.of(link)).isEqualTo(volume.resolve("app.db"));
    }

    @Test
    void parentOfALinkedFolderIsTheParentOfItsTarget() throws Exception {
        Path release = Files.createDirectories(folder.resolve("releases/7"));
        Path current = Files.createSymbolicLink(folder.resolve("current"), release);
        assertThat(RealPaths.of(current.resolve("../app.db"))).isEqualTo(folder.resolve("releases/app.db"));
    }

    @Test
    void missingFoldersStayAsTheyAreWritten() {
        assertThat(RealPaths.of(folder.resolve("a/b/app.db"))).isEqualTo(folder.resolve("a/b/app.db"));
    }
}
