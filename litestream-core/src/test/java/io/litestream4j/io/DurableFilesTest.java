package io.litestream4j.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DurableFilesTest {

    @TempDir
    Path folder;

    private final List<String> steps = new ArrayList<>();
    private boolean linksWork = true;
    private DurableFiles files;
    private Path target;

    @BeforeEach
    void open() {
        files = new DurableFiles(new Recording());
        target = folder.resolve("file");
    }

    @Test
    void replacingWriteSyncsTheFileBeforeTheRenameAndTheFolderAfterIt() throws IOException {
        Files.writeString(target, "old");

        files.write(target, out -> {
            steps.add("write");
            out.write('x');
        });

        assertThat(steps).containsExactly("write", "fsync tmp", "rename tmp file", "fsync folder");
        assertOnly("x");
    }

    @Test
    void newFileIsLinkedBecauseALinkCantOverwrite() throws IOException {
        files.writeNew(target, out -> out.write('x'));

        assertThat(steps).containsExactly("fsync tmp", "link file tmp", "delete tmp", "fsync folder");
        assertOnly("x");
    }

    @Test
    void newFileIsRenamedWhereThereAreNoLinks() throws IOException {
        linksWork = false;
        files.writeNew(target, out -> out.write('x'));

        assertThat(steps).containsExactly("fsync tmp", "link file tmp", "rename tmp file", "fsync folder");
        assertOnly("x");
        assertThatThrownBy(() -> files.writeNew(target, out -> out.write('y')))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertOnly("x");
    }

    @Test
    void newFileThatExistsWithTheSameBytesIsMadeDurableOnceMore() throws IOException {
        Files.writeString(target, "x");
        files.writeNew(target, out -> out.write('x'));

        assertThat(steps).endsWith("delete tmp", "fsync folder");
        assertOnly("x");
    }

    @Test
    void newFileThatExistsWithOtherBytesIsLeftAlone() throws IOException {
        Files.writeString(target, "x");

        assertThatThrownBy(() -> files.writeNew(target, out -> out.write('y')))
                .isInstanceOf(FileAlreadyExistsException.class);
        assertOnly("x");
    }

    @Test
    void publishedFileIsSyncedBeforeItGetsItsName() throws IOException {
        Path finished = Files.writeString(folder.resolve("finished.tmp"), "x");
        files.publishNew(finished, target);

        assertThat(steps).containsExactly("fsync tmp", "link file tmp", "delete tmp", "fsync folder");
        assertOnly("x");
    }

    @Test
    void eachNewFolderIsDurableInItsParent() throws IOException {
        files.createDirectories(folder.resolve("a/b"));
        files.createDirectories(folder.resolve("a/b"));

        assertThat(steps).containsExactly("mkdir a", "fsync folder", "mkdir b", "fsync a");
    }

    @Test
    void folderThatIsAFileIsNamed() throws IOException {
        Files.createFile(target);

        assertThatThrownBy(() -> files.createDirectories(target.resolve("below")))
                .isInstanceOf(FileAlreadyExistsException.class)
                .hasMessageContaining("expected a folder");
    }

    @Test
    void deletionIsDurable() throws IOException {
        Files.createFile(target);

        assertThat(files.deleteIfExists(target)).isTrue();
        assertThat(files.deleteIfExists(target)).isFalse();
        assertThat(steps).containsExactly("delete file", "fsync folder");
    }

    @Test
    void brokenWriteLeavesTheOldFileAndNothingElse() throws IOException {
        Files.writeString(target, "old");

        assertThatThrownBy(() -> files.write(target, out -> {
                    out.write('x');
                    throw new IOException("no space left");
                }))
                .hasMessage("no space left");
        assertOnly("old");
        assertThat(steps).doesNotContain("rename tmp file");
    }

    private void assertOnly(String content) throws IOException {
        assertThat(target).hasContent(content);
        try (Stream<Path> all = Files.list(folder)) {
            assertThat(all).containsExactly(target);
        }
    }

    private String name(Path path) {
        String name = path.getFileName().toString();
        return path.equals(folder) ? "folder" : name.endsWith(".tmp") ? "tmp" : name;
    }

    private final class Recording extends FileOperations {

        @Override
        void force(Path file, FileChannel channel) throws IOException {
            steps.add("fsync " + name(file));
            super.force(file, channel);
        }

        @Override
        void forceDirectory(Path directory) throws IOException {
            steps.add("fsync " + name(directory));
            super.forceDirectory(directory);
        }

        @Override
        void rename(Path from, Path to) throws IOException {
            steps.add("rename " + name(from) + " " + name(to));
            super.rename(from, to);
        }

        @Override
        void link(Path link, Path existing) throws IOException {
            steps.add("link " + name(link) + " " + name(existing));
            if (!linksWork) {
                throw new UnsupportedOperationException();
            }
            super.link(link, existing);
        }

        @Override
        boolean delete(Path file) throws IOException {
            boolean deleted = super.delete(file);
            if (deleted) {
                steps.add("delete " + name(file));
            }
            return deleted;
        }

        @Override
        void createDirectory(Path directory) throws IOException {
            steps.add("mkdir " + name(directory));
            super.createDirectory(directory);
        }
    }
}
