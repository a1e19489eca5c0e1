package io.litestream4j.database;

import java.sql.SQLException;
import java.util.concurrent.atomic.LongAdder;

/** Counts checkpoints and how long they take, over all sessions of one database. For several threads. */
final class CheckpointMeter {

    private final Counts passive = new Counts();
    private final Counts restart = new Counts();

    /** Makes one; NOOP isn't counted, it does nothing. */
    Checkpoint checkpoint(SqliteConnection connection, Checkpoint.Mode mode) throws SQLException {
        if (mode == Checkpoint.Mode.NOOP) {
            return connection.checkpoint(mode);
        }
        Counts counts = mode == Checkpoint.Mode.PASSIVE ? passive : restart;
        long began = System.nanoTime();
        boolean answered = false;
        try {
            Checkpoint result = connection.checkpoint(mode);
            answered = true;
            return result;
        } finally {
            counts.nanos.add(System.nanoTime() - began);
            counts.count.increment();
            if (!answered) {
                counts.errors.increment();
            }
        }
    }

    CheckpointStatistics statistics() {
        return new CheckpointStatistics(passive.sum(), restart.sum());
    }

    private static final class Counts {

        private final LongAdder count = new LongAdder();
        private final LongAdder errors = new LongAdder();
        private final LongAdder nanos = new LongAdder();

        private CheckpointStatistics.Mode sum() {
            return new CheckpointStatistics.Mode(count.sum(), errors.sum(), nanos.sum());
        }
    }
}
