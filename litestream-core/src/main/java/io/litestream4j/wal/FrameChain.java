package io.litestream4j.wal;

/**
 * Walks the frames of one WAL in order and proves each by its salts and the running checksum. Not thread-safe.
 */
public final class FrameChain {

    private final WalHeader header;
    private final WalChecksum checksum;

    /** A chain at the start of a WAL: the next frame is its first. */
    public FrameChain(WalHeader header) {
        this.header = header;
        this.checksum = WalChecksum.startingAt(header);
    }

    private FrameChain(WalHeader header, int checksum1, int checksum2) {
        this.header = header;
        this.checksum = new WalChecksum(header.bigEndianChecksums(), checksum1, checksum2);
    }

    /** A chain behind a frame that is known to be valid: the next frame must continue its checksum. */
    public static FrameChain behind(WalHeader header, WalFrameHeader frame) {
        return new FrameChain(header, frame.checksum1(), frame.checksum2());
    }

    /** A chain at the same place, which moves on by itself. */
    public FrameChain copy() {
        return new FrameChain(header, checksum.first(), checksum.second());
    }

    /** The header of the WAL that is walked. */
    public WalHeader header() {
        return header;
    }

    /**
     * Moves over the next frame if it continues the chain; if not, the chain stays where it is.
     *
     * @param bytes holds a whole frame, header and page, from {@code offset}
     * @return whether the frame is valid here
     */
    public boolean advance(byte[] bytes, int offset) {
        WalFrameHeader frame = WalFrameHeader.parse(bytes, offset);
        if (!header.hasSaltsOf(frame) || frame.pageNumber() == 0) {
            return false;
        }
        int first = checksum.first();
        int second = checksum.second();
        checksum.updateFrame(bytes, offset, header.pageSize());
        if (!checksum.equalsThatOf(frame)) {
            checksum.reset(first, second);
            return false;
        }
        return true;
    }

    /** Whether the given frame is the last one that this chain moved over, judged by its checksum. */
    public boolean endsWith(WalFrameHeader frame) {
        return header.hasSaltsOf(frame) && checksum.equalsThatOf(frame);
    }

    /** Whether another chain over the same WAL is at the same place. */
    public boolean isAt(FrameChain other) {
        return header.equals(other.header)
                && checksum.first() == other.checksum.first()
                && checksum.second() == other.checksum.second();
    }
}
