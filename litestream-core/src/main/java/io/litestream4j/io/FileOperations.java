package io.litestream4j.io;

import java.io.FilterOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The single steps that {@link DurableFiles} puts in order. A test's own version records or breaks them. */
class FileOperations {

    private static final Set<OpenOption> CREATE =
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);

    /** Creates a file that only its owner can read, writes its content and fsyncs it. */
    void writeNewFile(Path file, FileContent content) throws IOException {
        try (FileChannel channel = create(file)) {
            content.writeTo(new Uncloseable(file, Channels.newOutputStream(channel)));
            force(file, channel);
        }
    }

    private static FileChannel create(Path file) throws IOException {
        try {
            return FileChannel.open(file, CREATE, attributes(file, "rw-------"));
        } catch (IOException e) {
            throw FileProblem.explained(e, file, 1);
        }
    }

    void force(Path file, FileChannel channel) throws IOException {
        channel.force(true);
    }

    void forceFile(Path file) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            force(file, channel);
        }
    }

    void forceDirectory(Path directory) throws IOException {
        if (isWindows()) {
            return; // a directory can't be opened there
        }
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }

    void rename(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void link(Path link, Path existing) throws IOException {
        Files.createLink(link, existing);
    }

    boolean delete(Path file) throws IOException {
        return Files.deleteIfExists(file);
    }

    void createDirectory(Path directory) throws IOException {
        try {
            Files.createDirectory(directory, attributes(directory, "rwx------"));
        } catch (IOException e) {
            throw FileProblem.explained(e, directory, 1);
        }
    }

    private static FileAttribute<?>[] attributes(Path path, String permissions) throws IOException {
        Path parent = path.toAbsolutePath().getParent();
        if (parent != null) {
            FileStore store = Files.getFileStore(parent);
            if (!store.supportsFileAttributeView(PosixFileAttributeView.class)) {
                return new FileAttribute<?>[0];
            }
        }
        return new FileAttribute<?>[] {
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
        };
    }

    private static boolean isWindows() {
        return System.getProperty("os.name", "").startsWith("Windows");
    }

    /** What ends a stream around this one, such as a compressor, closes this one too; the file isn't synced yet then. */
    private static final class Uncloseable extends FilterOutputStream {

        private final Path file;
        private long given;

        Uncloseable(Path file, OutputStream out) {
            super(out);
            this.file = file;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            given += length;
            try {
                out.write(bytes, offset, length);
            } catch (IOException e) {
                throw FileProblem.explained(e, file, given);
            }
        }

        @Override
        public void close() throws IOException {
            flush();
        }
    }
}
