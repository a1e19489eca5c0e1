package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.FuzzDriver;
import io.litestream4j.FuzzTarget;
import io.litestream4j.NoBackupException;
import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.wal.WalHeader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Arrays;
import java.util.List;

/**
 * A small replica, changed step by step as the input says: what a restore makes of it is what SQLite makes of it, or it
 * refuses. Steps of six bytes: what, object, place (two bytes), value (two bytes).
 */
public final class ObjectSetTarget implements FuzzTarget {

    private static final int STEP = 6;
    private static final int MOST_STEPS = 8;

    private final SmallHistory history;
    private final SmallHistory other;
    private final Path reference;

    public ObjectSetTarget() throws IOException, SQLException {
        Path folder = FuzzDriver.folder();
        this.history = SmallHistory.create(folder.resolve("ours"), new SmallHistory.Shape(512, 1, 12, 1));
        this.other = SmallHistory.create(folder.resolve("theirs"), new SmallHistory.Shape(512, 2, 40, 1));
        this.reference = Files.createDirectories(folder.resolve("reference")).resolve("reference.db");
    }

    @Override
    public void accept(byte[] input) throws IOException {
        ObjectSet set = history.objects.copy();
        ByteBuffer steps = ByteBuffer.wrap(input, 0, Math.min(input.length, STEP * MOST_STEPS));
        while (steps.remaining() >= STEP) {
            change(set, steps.get() & 0xff, steps.get() & 0xff, steps.getShort() & 0xffff, steps.getShort());
        }
        byte[] restored;
        try {
            restored = history.restore(set, OnDamage.FAIL);
        } catch (CorruptBackupException e) {
            assertThat(e.getMessage()).contains("expected", "got");
            return;
        } catch (NoBackupException e) {
            return;
        }
        byte[] expected;
        try {
            expected = Files.readAllBytes(ReferenceRestore.restore(set, history.generation, reference));
        } catch (SQLException e) {
            return; // what a header says made SQLite stop, in which a restore that writes pages sees nothing
        }
        assertThat(restored).isEqualTo(expected);
    }

    private void change(ObjectSet set, int what, int object, int place, short value) throws IOException {
        List<String> names = set.names();
        if (names.isEmpty()) {
            return;
        }
        String name = names.get(object % names.size());
        byte[] bytes = set.bytes(name).clone();
        switch (what % 9) {
            case 0 -> set.remove(name);
            case 1 -> set.put(name, Arrays.copyOf(bytes, place % (bytes.length + 20)));
            case 2 -> {
                if (bytes.length > 0) {
                    bytes[place % bytes.length] ^= (byte) value;
                    set.put(name, bytes);
                }
            }
            case 3 -> set.put(name, set.bytes(names.get(place % names.size())));
            case 4 -> set.put(name, other.objects.bytes(other.objects.names().get(place % 9)));
            case 5 -> set.put(name.replaceAll("_[0-9a-f]{8}", "_%08x".formatted(place)), bytes);
            case 6 -> set.put(name.replaceAll("/[0-9a-f]{8}([_.])", "/%08x$1".formatted(place % 5)), bytes);
            case 7 -> changeSnapshot(set, name, place, value);
            default -> changeFrames(set, object % 3, place, value);
        }
    }

    private static void changeSnapshot(ObjectSet set, String name, int place, short value) {
        byte[] content = contentOf(set, name);
        if (name.contains("/snapshots/") && content.length > 2) {
            ByteBuffer.wrap(content).putShort(place % (content.length - 1), value);
            set.put(name, ObjectSet.framed(content));
        }
    }

    /** Changes what the WAL of an index says, and makes its checksums right, over all its segments. */
    private void changeFrames(ObjectSet set, int index, int place, short value) {
        List<Position> segments = set.walSegments(history.generation).stream()
                .map(WalSegmentInfo::position)
                .filter(position -> position.index() == index)
                .sorted()
                .toList();
        ByteArrayOutputStream whole = new ByteArrayOutputStream();
        for (Position segment : segments) {
            byte[] content = contentOf(set, ReplicaPaths.walSegment(segment));
            if (segment.offset() != whole.size()) {
                return;
            }
            whole.writeBytes(content);
        }
        byte[] wal = whole.toByteArray();
        if (wal.length < WalHeader.SIZE || (wal.length - WalHeader.SIZE) % 536 != 0) {
            return;
        }
        ByteBuffer.wrap(wal).putShort(place % (wal.length - 1), value);
        ByteBuffer.wrap(wal).putInt(8, 512);
        byte[] mended = WalBytes.rechecksummed(wal, (wal[3] & 1) != 0);
        for (int i = 0; i < segments.size(); i++) {
            int from = (int) segments.get(i).offset();
            int to = i + 1 < segments.size() ? (int) segments.get(i + 1).offset() : mended.length;
            set.put(ReplicaPaths.walSegment(segments.get(i)), ObjectSet.framed(Arrays.copyOfRange(mended, from, to)));
        }
    }

    private static byte[] contentOf(ObjectSet set, String name) {
        try {
            return DamageTest.decompressed(new ByteArrayInputStream(set.bytes(name)));
        } catch (IOException e) {
            return new byte[0];
        }
    }

    @Override
    public List<byte[]> seeds() {
        byte[] all = new byte[9 * STEP];
        for (int i = 0; i < 9; i++) {
            all[i * STEP] = (byte) i;
        }
        return List.of(
                new byte[0],
                new byte[] {8, 2, 0, 36, 0, 1},
                new byte[] {8, 2, 0, 38, 0, 9, 8, 1, 0, 34, 0, 1},
                new byte[] {7, 0, 0, 16, 2, 0},
                new byte[] {3, 7, 0, 4, 0, 0},
                all);
    }
}
