package io.litestream4j.crash;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/** A file under whatever names: the bytes that are durable, and what was done to them since. */
final class StoredFile {

    /** A write, or a cut where there are no bytes. */
    @SuppressWarnings("ArrayRecordComponent") // nobody compares changes
    private record Change(long position, byte @Nullable [] bytes) {}

    private final boolean folder;
    private final @Nullable Path elsewhere;
    private byte[] durable;
    private final List<Change> changes;

    private StoredFile(boolean folder, @Nullable Path elsewhere, byte[] durable, List<Change> changes) {
        this.folder = folder;
        this.elsewhere = elsewhere;
        this.durable = durable;
        this.changes = new ArrayList<>(changes);
    }

    static StoredFile of(byte[] durable) {
        return new StoredFile(false, null, durable, List.of());
    }

    static StoredFile folder() {
        return new StoredFile(true, null, new byte[0], List.of());
    }

    /** One whose bytes are in another file, below the root. */
    static StoredFile elsewhere(Path file) {
        return new StoredFile(false, file, new byte[0], List.of());
    }

    StoredFile copy() {
        return new StoredFile(folder, elsewhere, durable, changes);
    }

    boolean isFolder() {
        return folder;
    }

    boolean isUnsynced() {
        return !changes.isEmpty();
    }

    void write(long position, byte[] bytes) {
        changes.add(new Change(position, bytes));
    }

    void truncate(long size) {
        changes.add(new Change(size, null));
    }

    void force() {
        durable = content(changes);
        changes.clear();
    }

    /** Where its bytes are, if they aren't here: below the root. */
    @Nullable
    Path elsewhere() {
        return elsewhere;
    }

    /** What a crash leaves of its bytes. */
    byte[] left(Loss loss, Random random) {
        return switch (loss) {
            case NOTHING, NAMES -> content(changes);
            case EVERYTHING, BYTES -> durable;
            case ONE_END -> torn(random);
            case RANDOM ->
                switch (random.nextInt(5)) {
                    case 0 -> content(changes);
                    case 1 -> durable;
                    case 2 -> torn(random);
                    case 3 -> zeroed(random);
                    default ->
                        content(changes.stream()
                                .filter(change -> random.nextBoolean())
                                .toList());
                };
        };
    }

    /** The first changes, the last one of them in part. */
    private byte[] torn(Random random) {
        if (changes.isEmpty()) {
            return durable;
        }
        int whole = random.nextInt(changes.size());
        List<Change> left = new ArrayList<>(changes.subList(0, whole));
        Change last = changes.get(whole);
        if (last.bytes() != null) {
            left.add(new Change(last.position(), Arrays.copyOf(last.bytes(), random.nextInt(last.bytes().length + 1))));
        }
        return content(left);
    }

    /** The size is there, the bytes that came last are not. */
    private byte[] zeroed(Random random) {
        byte[] bytes = content(changes);
        if (bytes.length > durable.length) {
            int from = durable.length + random.nextInt(bytes.length - durable.length);
            Arrays.fill(bytes, from, bytes.length, (byte) 0);
        }
        return bytes;
    }

    private byte[] content(List<Change> applied) {
        byte[] bytes = durable.clone();
        for (Change change : applied) {
            int position = Math.toIntExact(change.position());
            if (change.bytes() == null) {
                bytes = Arrays.copyOf(bytes, Math.min(position, bytes.length));
            } else {
                int end = position + change.bytes().length;
                bytes = end > bytes.length ? Arrays.copyOf(bytes, end) : bytes;
                System.arraycopy(change.bytes(), 0, bytes, position, change.bytes().length);
            }
        }
        return bytes;
    }
}
