package io.litestream4j.crash;

import static io.litestream4j.crash.WatchedFileSystem.unwrap;

import io.litestream4j.crash.FileStep.Kind;
import java.io.IOException;
import java.net.URI;
import java.nio.channels.FileChannel;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.AccessMode;
import java.nio.file.CopyOption;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.OpenOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.FileAttributeView;
import java.nio.file.spi.FileSystemProvider;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Passes everything on to the real file system; what changes something is a {@link FileStep}. */
final class WatchedProvider extends FileSystemProvider {

    private final WatchedFileSystem files;
    private final FileSystemProvider real;
    private final FileWatch watch;

    WatchedProvider(WatchedFileSystem files, FileSystemProvider real, FileWatch watch) {
        this.files = files;
        this.real = real;
        this.watch = watch;
    }

    @Override
    public FileChannel newFileChannel(Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        Path file = unwrap(path);
        Object handle = new Object();
        // to the kernel that is two steps, between which a process can be killed
        Set<OpenOption> toOpen = new HashSet<>(options);
        boolean nameless = toOpen.remove(StandardOpenOption.DELETE_ON_CLOSE);
        boolean creates = options.contains(StandardOpenOption.CREATE_NEW)
                || (options.contains(StandardOpenOption.CREATE) && !Files.exists(file));
        boolean writes = options.contains(StandardOpenOption.WRITE);
        FileChannel channel = writes
                ? watch.step(
                        FileStep.of(creates ? Kind.CREATE : Kind.OPEN, file, handle, 0),
                        () -> real.newFileChannel(file, toOpen, attributes))
                : real.newFileChannel(file, toOpen, attributes);
        if (nameless) {
            delete(path);
        }
        return new WatchedChannel(channel, file, handle, watch);
    }

    @Override
    public SeekableByteChannel newByteChannel(
            Path path, Set<? extends OpenOption> options, FileAttribute<?>... attributes) throws IOException {
        return newFileChannel(path, options.isEmpty() ? Set.of(StandardOpenOption.READ) : options, attributes);
    }

    @Override
    public DirectoryStream<Path> newDirectoryStream(Path folder, DirectoryStream.Filter<? super Path> filter)
            throws IOException {
        DirectoryStream<Path> entries =
                real.newDirectoryStream(unwrap(folder), entry -> filter.accept(files.wrap(entry)));
        return new DirectoryStream<>() {
            @Override
            public Iterator<Path> iterator() {
                Iterator<Path> each = entries.iterator();
                return new Iterator<>() {
                    @Override
                    public boolean hasNext() {
                        return each.hasNext();
                    }

                    @Override
                    public Path next() {
                        return files.wrap(each.next());
                    }
                };
            }

            @Override
            public void close() throws IOException {
                entries.close();
            }
        };
    }

    @Override
    public void createDirectory(Path folder, FileAttribute<?>... attributes) throws IOException {
        watch.step(FileStep.of(Kind.CREATE_FOLDER, unwrap(folder)), () -> {
            real.createDirectory(unwrap(folder), attributes);
            return true;
        });
    }

    @Override
    public void createLink(Path link, Path existing) throws IOException {
        watch.step(FileStep.of(Kind.LINK, unwrap(existing), unwrap(link)), () -> {
            real.createLink(unwrap(link), unwrap(existing));
            return true;
        });
    }

    @Override
    public Path readSymbolicLink(Path link) throws IOException {
        return files.wrap(real.readSymbolicLink(unwrap(link)));
    }

    @Override
    public void delete(Path path) throws IOException {
        watch.step(FileStep.of(Kind.DELETE, unwrap(path)), () -> {
            real.delete(unwrap(path));
            return true;
        });
    }

    /** No step where there is nothing to delete. */
    @Override
    public boolean deleteIfExists(Path path) throws IOException {
        if (!Files.exists(unwrap(path), LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        return watch.step(FileStep.of(Kind.DELETE, unwrap(path)), () -> real.deleteIfExists(unwrap(path)));
    }

    @Override
    public void copy(Path source, Path target, CopyOption... options) {
        throw new UnsupportedOperationException("a copy isn't durable, and not atomic");
    }

    @Override
    public void move(Path source, Path target, CopyOption... options) throws IOException {
        watch.step(FileStep.of(Kind.MOVE, unwrap(source), unwrap(target)), () -> {
            real.move(unwrap(source), unwrap(target), options);
            return true;
        });
    }

    @Override
    public void setAttribute(Path path, String attribute, Object value, LinkOption... options) throws IOException {
        real.setAttribute(unwrap(path), attribute, value, options);
    }

    @Override
    public boolean isSameFile(Path path, Path other) throws IOException {
        return real.isSameFile(unwrap(path), unwrap(other));
    }

    @Override
    public boolean isHidden(Path path) throws IOException {
        return real.isHidden(unwrap(path));
    }

    @Override
    public FileStore getFileStore(Path path) throws IOException {
        return real.getFileStore(unwrap(path));
    }

    @Override
    public void checkAccess(Path path, AccessMode... modes) throws IOException {
        real.checkAccess(unwrap(path), modes);
    }

    @Override
    public <V extends FileAttributeView> V getFileAttributeView(Path path, Class<V> type, LinkOption... options) {
        return real.getFileAttributeView(unwrap(path), type, options);
    }

    @Override
    public <A extends BasicFileAttributes> A readAttributes(Path path, Class<A> type, LinkOption... options)
            throws IOException {
        return real.readAttributes(unwrap(path), type, options);
    }

    @Override
    public Map<String, Object> readAttributes(Path path, String attributes, LinkOption... options) throws IOException {
        return real.readAttributes(unwrap(path), attributes, options);
    }

    @Override
    public String getScheme() {
        return "watched";
    }

    @Override
    public FileSystem newFileSystem(URI uri, Map<String, ?> environment) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileSystem getFileSystem(URI uri) {
        return files;
    }

    @Override
    public Path getPath(URI uri) {
        throw new UnsupportedOperationException();
    }
}
