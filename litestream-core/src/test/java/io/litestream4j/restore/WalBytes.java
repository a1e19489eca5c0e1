package io.litestream4j.restore;

import io.litestream4j.wal.FrameChain;
import io.litestream4j.wal.WalChecksum;
import io.litestream4j.wal.WalFrameHeader;
import io.litestream4j.wal.WalHeader;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Makes and changes the bytes of WAL files. */
final class WalBytes {

    private WalBytes() {}

    /** The same WAL with checksums over big-endian words, as a big-endian machine writes it. */
    static byte[] withBigEndianChecksums(byte[] wal) {
        return wal.length == 0 ? wal : rechecksummed(wal, true);
    }

    /** The same frames with checksums that follow. */
    static byte[] rechecksummed(byte[] wal, boolean bigEndian) {
        ByteBuffer bytes = ByteBuffer.wrap(wal.clone());
        bytes.putInt(0, bigEndian ? 0x377f0683 : 0x377f0682);
        WalChecksum checksum = new WalChecksum(bigEndian, 0, 0);
        checksum.update(bytes.array(), 0, 24);
        bytes.putInt(24, checksum.first()).putInt(28, checksum.second());
        int pageSize = bytes.getInt(8);
        for (int at = WalHeader.SIZE; at < wal.length; at += WalFrameHeader.SIZE + pageSize) {
            checksum.updateFrame(bytes.array(), at, pageSize);
            bytes.putInt(at + 16, checksum.first()).putInt(at + 20, checksum.second());
        }
        return bytes.array();
    }

    /** The header and the valid frames up to the last commit; nothing when there is none. */
    static byte[] committed(byte[] file) {
        WalHeader header = file.length < WalHeader.SIZE ? null : WalHeader.parse(file);
        if (header == null) {
            return new byte[0];
        }
        FrameChain chain = new FrameChain(header);
        int end = 0;
        for (int at = WalHeader.SIZE; at + header.frameSize() <= file.length; at += header.frameSize()) {
            if (!chain.advance(file, at)) {
                break;
            }
            end = WalFrameHeader.parse(file, at).isCommit() ? at + header.frameSize() : end;
        }
        return Arrays.copyOf(file, end);
    }

    /** Offsets at which transactions end. */
    static List<Integer> commits(byte[] wal) {
        List<Integer> ends = new ArrayList<>();
        int frame =
                wal.length == 0 ? 1 : WalFrameHeader.SIZE + ByteBuffer.wrap(wal).getInt(8);
        for (int at = WalHeader.SIZE; at < wal.length; at += frame) {
            if (WalFrameHeader.parse(wal, at).isCommit()) {
                ends.add(at + frame);
            }
        }
        return ends;
    }
}
