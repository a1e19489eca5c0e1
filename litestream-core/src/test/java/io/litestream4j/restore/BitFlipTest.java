package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bits of stored objects change, and objects lose or gain bytes at their ends: each restore names the object, or what was
 * stored still says the same.
 */
class BitFlipTest {

    /** Positions of a large history that are tried; {@code litestream.test.flips}. */
    private static final int FLIPS = Integer.getInteger("litestream.test.flips", 150);

    /** Whether each bit of each byte of the small history changes in turn, or one that is drawn. */
    private static final boolean EVERY_BIT = Boolean.getBoolean("litestream.test.everyBit");

    private static final long SEED = Long.getLong("litestream.test.flipsSeed", System.nanoTime());

    @TempDir
    Path folder;

    private final Random random = new Random(SEED);
    private int found;
    private int harmless;

    @Test
    void everyByteOfEveryObject() throws Exception {
        SmallHistory history = SmallHistory.create(folder, SmallHistory.SMALL);
        for (String object : history.objects.names()) {
            byte[] bytes = history.objects.bytes(object);
            for (int at = 0; at < bytes.length; at++) {
                int drawn = random.nextInt(8);
                for (int bit = EVERY_BIT ? 0 : drawn; bit <= (EVERY_BIT ? 7 : drawn); bit++) {
                    flip(history, object, at, 1 << bit);
                }
            }
        }
        report("every byte");
        // a change in LZ4's data can mean the same, in little of it
        assertThat(harmless).isLessThan(found / 4);
    }

    @Test
    void anyByteOfALargeHistory() throws Exception {
        SmallHistory history = SmallHistory.create(folder, new SmallHistory.Shape(4096, 150, 700, -1));
        for (int i = 0; i < FLIPS; i++) {
            String object = history.objects
                    .names()
                    .get(random.nextInt(history.objects.names().size()));
            int at = random.nextInt(history.objects.bytes(object).length);
            flip(history, object, at, 1 + random.nextInt(255));
        }
        report("large");
        assertThat(found).isGreaterThan(FLIPS / 2);
    }

    @Test
    void everyLength() throws Exception {
        SmallHistory history = SmallHistory.create(folder, SmallHistory.SMALL);
        for (String object : history.objects.names()) {
            byte[] bytes = history.objects.bytes(object);
            for (int length = 0; length < bytes.length; length += EVERY_BIT ? 1 : 1 + random.nextInt(3)) {
                change(history, object, Arrays.copyOf(bytes, length), "cut to " + length);
            }
        }
        assertThat(harmless).isZero();
        report("cut");
    }

    @Test
    void moreBytesThanTheFrame() throws Exception {
        SmallHistory history = SmallHistory.create(folder, SmallHistory.SMALL);
        for (String object : history.objects.names()) {
            byte[] bytes = history.objects.bytes(object);
            for (int more : new int[] {1, 4, 15, 4096}) {
                change(history, object, Arrays.copyOf(bytes, bytes.length + more), more + " zeros more");
                byte[] noise = Arrays.copyOf(bytes, bytes.length + more);
                for (int i = bytes.length; i < noise.length; i++) {
                    noise[i] = (byte) random.nextInt();
                }
                change(history, object, noise, more + " random bytes more");
            }
            byte[] twice = Arrays.copyOf(bytes, bytes.length * 2);
            System.arraycopy(bytes, 0, twice, bytes.length, bytes.length);
            change(history, object, twice, "twice");
        }
        assertThat(harmless).isZero();
        report("longer");
    }

    /** What is damaged is left out, and what comes after it; never more than that, and never half of it. */
    @Test
    void olderStatesAreCommittedOnes() throws Exception {
        SmallHistory history = SmallHistory.create(folder, new SmallHistory.Shape(512, 1, 12, 1));
        for (int i = 0; i < Math.min(FLIPS, 2000); i++) {
            ObjectSet damaged = history.objects.copy();
            String object = history.segments.get(random.nextInt(history.segments.size()));
            byte[] bytes = damaged.bytes(object).clone();
            int at = random.nextInt(bytes.length);
            bytes[at] ^= (byte) (1 + random.nextInt(255));
            damaged.put(object, bytes);
            byte[] restored = history.restore(damaged, OnDamage.OLDER);
            int from = history.segments.indexOf(object);
            boolean right = from > 0 && Arrays.equals(restored, history.stateAfter(history.segments.get(from - 1)));
            assertThat(right || (history.isCommittedState(restored) && isNewerOrFirst(history, restored, from)))
                    .as("seed %d: %s at %d", SEED, object, at)
                    .isTrue();
        }
    }

    private static boolean isNewerOrFirst(SmallHistory history, byte[] restored, int damaged) {
        return damaged == 0
                || history.segments.subList(damaged, history.segments.size()).stream()
                        .anyMatch(segment -> Arrays.equals(restored, history.stateAfter(segment)));
    }

    private void flip(SmallHistory history, String object, int at, int bits) throws Exception {
        byte[] bytes = history.objects.bytes(object).clone();
        bytes[at] ^= (byte) bits;
        change(history, object, bytes, "byte %d ^ %02x".formatted(at, bits));
    }

    private void change(SmallHistory history, String object, byte[] bytes, String what) throws Exception {
        ObjectSet damaged = history.objects.copy().put(object, bytes);
        if (history.findsDamage(damaged, object, what + ", seed " + SEED)) {
            found++;
        } else {
            harmless++;
        }
    }

    private void report(String what) {
        System.out.printf("%s: %d found, %d harmless, seed %d%n", what, found, harmless, SEED);
    }
}
