package io.litestream4j.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.FuzzTarget;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jpountz.lz4.LZ4FrameInputStream;
import net.jpountz.lz4.LZ4FrameOutputStream;
import net.jpountz.lz4.LZ4FrameOutputStream.BLOCKSIZE;
import net.jpountz.lz4.LZ4FrameOutputStream.FLG;
import net.jpountz.xxhash.XXHashFactory;

/**
 * What our reader accepts, the library's own accepts too, with the same content. The first byte of the input says whether the
 * header's checksum is made right.
 */
public final class Lz4FrameTarget implements FuzzTarget {

    private static final int LIMIT = 8 << 20;

    @Override
    public void accept(byte[] input) throws IOException {
        if (input.length < 8) {
            return;
        }
        byte[] stored = Arrays.copyOfRange(input, 1, input.length);
        if ((input[0] & 1) != 0) {
            int size = (stored[4] & 0x08) != 0 ? 15 : 7;
            if (stored.length < size) {
                return;
            }
            stored[size - 1] = (byte) (XXHashFactory.fastestInstance().hash32().hash(stored, 4, size - 5, 0) >>> 8);
        }
        byte[] ours;
        try (InputStream in = Lz4Frames.decompress(new ByteArrayInputStream(stored))) {
            ours = in.readNBytes(LIMIT);
            if (in.read() >= 0) {
                return;
            }
        } catch (Lz4FrameException e) {
            assertThat(e.getMessage()).contains("expected", "got");
            return;
        }
        assertThat((long) ours.length).isLessThanOrEqualTo(stored.length * 255L);
        ByteArrayOutputStream theirs = new ByteArrayOutputStream();
        try (InputStream in = new LZ4FrameInputStream(new ByteArrayInputStream(stored))) {
            in.transferTo(theirs);
        }
        assertThat(ours).isEqualTo(theirs.toByteArray());
    }

    @Override
    public List<byte[]> seeds() throws IOException {
        byte[] content = new byte[3000];
        Arrays.fill(content, 100, 2000, (byte) 'x');
        for (int i = 2000; i < content.length; i++) {
            content[i] = (byte) ((i * i) >> 3);
        }
        List<byte[]> seeds = new ArrayList<>();
        for (int mode = 0; mode < 2; mode++) {
            seeds.add(seed(mode, Lz4Frames.emptyFrame()));
            ByteArrayOutputStream ours = new ByteArrayOutputStream();
            try (OutputStream out = Lz4Frames.compress(ours)) {
                out.write(content);
            }
            seeds.add(seed(mode, ours.toByteArray()));
            seeds.add(seed(
                    mode, Lz4Frames.store(new ByteArrayInputStream(content), 50).readAllBytes()));
            ByteArrayOutputStream theirs = new ByteArrayOutputStream();
            try (OutputStream out = new LZ4FrameOutputStream(
                    theirs, BLOCKSIZE.SIZE_64KB, content.length, FLG.Bits.BLOCK_INDEPENDENCE, FLG.Bits.CONTENT_SIZE)) {
                out.write(content, 0, 1500);
                out.flush();
                out.write(content, 1500, 1500);
            }
            seeds.add(seed(mode, theirs.toByteArray()));
        }
        return seeds;
    }

    private static byte[] seed(int mode, byte[] frame) {
        byte[] seed = new byte[frame.length + 1];
        seed[0] = (byte) mode;
        System.arraycopy(frame, 0, seed, 1, frame.length);
        return seed;
    }
}
