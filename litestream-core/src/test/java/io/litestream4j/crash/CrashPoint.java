package io.litestream4j.crash;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * One moment of a run.
 *
 * @param number of the step that would have come next
 * @param name of that step
 * @param step itself; null when nothing of ours comes next
 * @param copy of the files as they were
 * @param disk what of them was durable
 * @param known what the test knew
 * @param <K> what a test knows
 */
public record CrashPoint<K>(
        int number, String name, @Nullable FileStep step, Path copy, DiskState disk, K known) {

    /** Whether a power failure leaves anything else than a kill. */
    public boolean hasUnsynced() {
        return !disk.isSynced();
    }

    /** Makes what the crash leaves, in a folder of its own. */
    public void leave(Path folder, Loss loss, Random random) throws IOException {
        CrashPoints.copy(copy, folder);
        if (loss == Loss.NOTHING) {
            writeInPart(folder, random);
        } else {
            disk.lose(folder, loss, random);
        }
    }

    /** A write that the kill met may have begun. */
    private void writeInPart(Path folder, Random random) throws IOException {
        if (step == null || step.kind() != FileStep.Kind.WRITE || random.nextBoolean()) {
            return;
        }
        Path file = folder.resolve(disk.root().relativize(step.path()));
        if (Files.exists(file)) {
            try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                channel.write(
                        ByteBuffer.wrap(step.bytes(), 0, random.nextInt(step.bytes().length + 1)), step.position());
            }
        }
    }

    @Override
    public String toString() {
        return "crash before step " + number + ", " + name;
    }
}
