package io.litestream4j.replication;

import java.io.IOException;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * What a process that will be killed knew: a small mapped file, whose content the kernel keeps whatever happens to the
 * process. The rows of a writer are numbered without gaps, so the last number says it all.
 */
final class Ledger {

    private static final int COMMITTED = 64;
    private static final int ACKNOWLEDGED = 128;
    private static final int SIZE = 192;

    private final MappedByteBuffer map;

    private Ledger(MappedByteBuffer map) {
        this.map = map;
    }

    static Ledger open(Path file) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE)) {
            return new Ledger(channel.map(FileChannel.MapMode.READ_WRITE, 0, SIZE));
        }
    }

    /** What the engine may be killed in the middle of. */
    static final List<Operation.Kind> PHASES =
            List.of(Operation.Kind.SEAL, Operation.Kind.UPLOAD, Operation.Kind.SNAPSHOT, Operation.Kind.RETENTION);

    OperationListener.Ending began(Operation operation) {
        if (!PHASES.contains(operation.kind())) {
            return OperationListener.NOT_HEARD;
        }
        phase(operation.kind(), true);
        return result -> phase(operation.kind(), false);
    }

    private void phase(Operation.Kind phase, boolean begins) {
        map.put(PHASES.indexOf(phase), (byte) (begins ? 1 : 0));
    }

    boolean isIn(Operation.Kind phase) {
        return map.get(PHASES.indexOf(phase)) != 0;
    }

    void clearPhases() {
        PHASES.forEach(phase -> phase(phase, false));
    }

    void committed(int writer, long seq) {
        map.putLong(COMMITTED + 8 * writer, seq);
    }

    long[] committed() {
        return longs(COMMITTED);
    }

    void acknowledged(long[] seqs) {
        for (int writer = 0; writer < seqs.length; writer++) {
            map.putLong(ACKNOWLEDGED + 8 * writer, seqs[writer]);
        }
    }

    long[] acknowledged() {
        return longs(ACKNOWLEDGED);
    }

    private long[] longs(int at) {
        long[] values = new long[Entries.MAX_WRITERS];
        for (int i = 0; i < values.length; i++) {
            values[i] = map.getLong(at + 8 * i);
        }
        return values;
    }
}
