package io.litestream4j.database;

/**
 * Checkpoints that were made on purpose since the engine was made, by SQLite's modes. Immutable.
 *
 * @param passive those that wait for nobody
 * @param restart those that wait for readers, so that the WAL can begin anew
 */
public record CheckpointStatistics(Mode passive, Mode restart) {

    /** None was made. */
    public static final CheckpointStatistics NONE = new CheckpointStatistics(Mode.NONE, Mode.NONE);

    /**
     * Those of one mode. One that readers or writers keep from doing all that its mode promises is no error.
     *
     * @param count how often it was tried
     * @param errors how often SQLite answered with an error
     * @param nanos how long they took together
     */
    public record Mode(long count, long errors, long nanos) {

        /** None was made. */
        public static final Mode NONE = new Mode(0, 0, 0);

        private Mode since(Mode earlier) {
            return new Mode(count - earlier.count, errors - earlier.errors, nanos - earlier.nanos);
        }
    }

    /** Those that were made after an earlier count. */
    public CheckpointStatistics since(CheckpointStatistics earlier) {
        return new CheckpointStatistics(passive.since(earlier.passive), restart.since(earlier.restart));
    }
}
