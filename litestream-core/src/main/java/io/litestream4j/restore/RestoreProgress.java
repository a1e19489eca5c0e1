package io.litestream4j.restore;

/** Hears how far a restore is. Called on the restoring thread, often: return at once. */
@FunctionalInterface
public interface RestoreProgress {

    /**
     * Says how far it is.
     *
     * @param bytesDone compressed bytes that were read and applied
     * @param bytesTotal compressed bytes of all objects of the plan
     */
    void progressed(long bytesDone, long bytesTotal);
}
