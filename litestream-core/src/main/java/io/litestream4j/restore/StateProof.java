package io.litestream4j.restore;

/** Judges a state by the frames that follow it in the index of its snapshot. */
interface StateProof extends FrameSink {

    /**
     * Throws when the state holds what was written after it. Not at once: the segment that shows it is sound.
     *
     * @throws BackupDamage naming the snapshot
     */
    void requireNoMix();

    static BackupDamage mixed(StoredObject snapshot, long pageNumber) {
        return snapshot.damage(
                "expected the state before that time, got page %d as it was written after it: restore a later time"
                        .formatted(pageNumber),
                null);
    }
}
