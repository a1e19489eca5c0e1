package io.litestream4j.spring.boot.autoconfigure.metrics;

import java.util.concurrent.atomic.LongAdder;

/** What was heard of one replica since the engine was made. For several threads. */
final class ReplicaEvents {

    final LongAdder walBytes = new LongAdder();
    final LongAdder validationsOk = new LongAdder();
    final LongAdder validationErrors = new LongAdder();
    final LongAdder snapshotsDeleted = new LongAdder();
    final LongAdder segmentsDeleted = new LongAdder();
    /** Of the last snapshot; not a number before the first. */
    volatile double snapshotSize = Double.NaN;

    volatile double snapshotStored = Double.NaN;
}
