package io.litestream4j.wal;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Makes the bytes of a WAL, frame by frame, as SQLite would. */
public final class TestWal {

    private final boolean bigEndian;
    private final int pageSize;
    private final int salt;
    private byte[] bytes;

    public TestWal(int pageSize) {
        this(pageSize, false, 4711);
    }

    public TestWal(int pageSize, boolean bigEndian, int salt) {
        this.bigEndian = bigEndian;
        this.pageSize = pageSize;
        this.salt = salt;
        this.bytes = new byte[WalHeader.SIZE];
        ByteBuffer.wrap(bytes)
                .putInt(bigEndian ? 0x377f0683 : 0x377f0682)
                .putInt(3007000)
                .putInt(pageSize)
                .putInt(0)
                .putInt(salt)
                .putInt(~salt);
        WalChecksum checksum = new WalChecksum(bigEndian, 0, 0);
        checksum.update(bytes, 0, 24);
        ByteBuffer.wrap(bytes).putInt(24, checksum.first()).putInt(28, checksum.second());
    }

    /** Adds a frame whose page is filled with one byte; a commit size other than 0 ends a transaction. */
    public TestWal frame(int page, int commitSize, int fill) {
        int at = bytes.length;
        bytes = Arrays.copyOf(bytes, at + frameSize());
        ByteBuffer.wrap(bytes, at, WalFrameHeader.SIZE)
                .putInt(page)
                .putInt(commitSize)
                .putInt(salt)
                .putInt(~salt);
        Arrays.fill(bytes, at + WalFrameHeader.SIZE, bytes.length, (byte) fill);
        sumUp(at);
        return this;
    }

    /** Adds a transaction of as many frames. */
    public TestWal transaction(int frames, int fill) {
        for (int i = 1; i <= frames; i++) {
            frame(i, i == frames ? frames : 0, fill);
        }
        return this;
    }

    /** Rewrites the page of a frame, counted from 0, and all checksums from there on, as SQLite does after a spill. */
    public TestWal rewrite(int frame, int fill) {
        int at = WalHeader.SIZE + frame * frameSize();
        Arrays.fill(bytes, at + WalFrameHeader.SIZE, at + frameSize(), (byte) fill);
        for (int next = at; next < bytes.length; next += frameSize()) {
            sumUp(next);
        }
        return this;
    }

    /** Leaves so many bytes of the end off. */
    public TestWal cut(int count) {
        bytes = Arrays.copyOf(bytes, bytes.length - count);
        return this;
    }

    /** Adds what an earlier, longer use of the file left behind the end. */
    public TestWal remainsOf(TestWal earlier) {
        int at = bytes.length;
        bytes = Arrays.copyOf(bytes, earlier.bytes.length);
        System.arraycopy(earlier.bytes, at, bytes, at, bytes.length - at);
        return this;
    }

    public byte[] bytes() {
        return bytes.clone();
    }

    public WalHeader header() {
        WalHeader header = WalHeader.parse(bytes);
        if (header == null) {
            throw new IllegalStateException("a header was made that isn't one");
        }
        return header;
    }

    public int frameSize() {
        return WalFrameHeader.SIZE + pageSize;
    }

    /** Offset behind so many frames. */
    public long endOf(int frames) {
        return WalHeader.SIZE + (long) frames * frameSize();
    }

    private void sumUp(int at) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes);
        int before = at == WalHeader.SIZE ? 24 : at - frameSize() + 16;
        WalChecksum checksum = new WalChecksum(bigEndian, buffer.getInt(before), buffer.getInt(before + 4));
        checksum.updateFrame(bytes, at, pageSize);
        buffer.putInt(at + 16, checksum.first()).putInt(at + 20, checksum.second());
    }
}
