package io.litestream4j.crash;

import io.litestream4j.crash.FileStep.Kind;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;

/** An open file of which each write, cut and fsync is a {@link FileStep}. */
final class WatchedChannel extends FileChannel {

    private final FileChannel real;
    private final Path file;
    private final Object handle;
    private final FileWatch watch;
    private final boolean folder;

    WatchedChannel(FileChannel real, Path file, Object handle, FileWatch watch) {
        this.real = real;
        this.file = file;
        this.handle = handle;
        this.watch = watch;
        this.folder = Files.isDirectory(file);
    }

    @Override
    public int write(ByteBuffer source) throws IOException {
        return watch.step(
                FileStep.write(file, handle, real.position(), bytesOf(source)),
                () -> writeAll(source, real.position()));
    }

    /** In one go, so that what is told of is what happens. */
    private int writeAll(ByteBuffer source, long position) throws IOException {
        int count = source.remaining();
        while (source.hasRemaining()) {
            real.write(source);
        }
        real.position(position + count);
        return count;
    }

    @Override
    public int write(ByteBuffer source, long position) throws IOException {
        return watch.step(FileStep.write(file, handle, position, bytesOf(source)), () -> {
            int count = source.remaining();
            while (source.hasRemaining()) {
                real.write(source, position + count - source.remaining());
            }
            return count;
        });
    }

    @Override
    public long write(ByteBuffer[] sources, int offset, int length) throws IOException {
        long count = 0;
        for (int i = offset; i < offset + length; i++) {
            count += write(sources[i]);
        }
        return count;
    }

    private static byte[] bytesOf(ByteBuffer source) {
        byte[] bytes = new byte[source.remaining()];
        source.duplicate().get(bytes);
        return bytes;
    }

    @Override
    public FileChannel truncate(long size) throws IOException {
        watch.step(FileStep.of(Kind.TRUNCATE, file, handle, size), () -> real.truncate(size));
        return this;
    }

    @Override
    public void force(boolean metadata) throws IOException {
        FileStep step = folder ? FileStep.of(Kind.FORCE_FOLDER, file) : FileStep.of(Kind.FORCE, file, handle, 0);
        watch.step(step, () -> {
            // the copy of what a crash leaves is made from what the kernel has: nothing need reach the disk
            return true;
        });
    }

    @Override
    public int read(ByteBuffer target) throws IOException {
        return real.read(target);
    }

    @Override
    public long read(ByteBuffer[] targets, int offset, int length) throws IOException {
        return real.read(targets, offset, length);
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
        return real.read(target, position);
    }

    @Override
    public long position() throws IOException {
        return real.position();
    }

    @Override
    public FileChannel position(long position) throws IOException {
        real.position(position);
        return this;
    }

    @Override
    public long size() throws IOException {
        return real.size();
    }

    @Override
    public long transferTo(long position, long count, WritableByteChannel target) throws IOException {
        return real.transferTo(position, count, target);
    }

    @Override
    public long transferFrom(ReadableByteChannel source, long position, long count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public MappedByteBuffer map(MapMode mode, long position, long size) {
        throw new UnsupportedOperationException();
    }

    @Override
    public FileLock lock(long position, long size, boolean shared) throws IOException {
        return real.lock(position, size, shared);
    }

    @Override
    public FileLock tryLock(long position, long size, boolean shared) throws IOException {
        return real.tryLock(position, size, shared);
    }

    @Override
    protected void implCloseChannel() throws IOException {
        real.close();
    }
}
