package io.litestream4j.crash;

import java.nio.file.FileStore;
import java.nio.file.FileSystem;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.nio.file.WatchService;
import java.nio.file.attribute.UserPrincipalLookupService;
import java.nio.file.spi.FileSystemProvider;
import java.util.Set;

/**
 * The real file system, of which each change is shown to a {@link FileWatch} first. Whoever is given one of its paths uses
 * it through {@code java.nio.file} like any other; SQLite takes the path's text, and the real file.
 */
public final class WatchedFileSystem extends FileSystem {

    private final FileSystem real;
    private final WatchedProvider provider;

    private WatchedFileSystem(FileSystem real, FileWatch watch) {
        this.real = real;
        this.provider = new WatchedProvider(this, real.provider(), watch);
    }

    /** A real path, watched. */
    public static Path watch(Path path, FileWatch watch) {
        return new WatchedFileSystem(path.getFileSystem(), watch).wrap(path);
    }

    Path wrap(Path path) {
        return new WatchedPath(this, path);
    }

    static Path unwrap(Path path) {
        return path instanceof WatchedPath watched ? watched.real() : path;
    }

    @Override
    public FileSystemProvider provider() {
        return provider;
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean isOpen() {
        return true;
    }

    @Override
    public boolean isReadOnly() {
        return real.isReadOnly();
    }

    @Override
    public String getSeparator() {
        return real.getSeparator();
    }

    @Override
    public Iterable<Path> getRootDirectories() {
        return java.util.List.of();
    }

    @Override
    public Iterable<FileStore> getFileStores() {
        return real.getFileStores();
    }

    @Override
    public Set<String> supportedFileAttributeViews() {
        return real.supportedFileAttributeViews();
    }

    @Override
    public Path getPath(String first, String... more) {
        return wrap(real.getPath(first, more));
    }

    @Override
    public PathMatcher getPathMatcher(String syntaxAndPattern) {
        PathMatcher matcher = real.getPathMatcher(syntaxAndPattern);
        return path -> matcher.matches(unwrap(path));
    }

    @Override
    public UserPrincipalLookupService getUserPrincipalLookupService() {
        return real.getUserPrincipalLookupService();
    }

    @Override
    public WatchService newWatchService() {
        throw new UnsupportedOperationException();
    }
}
