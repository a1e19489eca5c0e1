package io.litestream4j.replication;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Decides whether to seal the current WAL index, and how long writers may be made to wait for it. Pure. */
final class CheckpointPolicy {

    private static final Duration PAUSE_ABOVE_MINIMUM = Duration.ofMillis(25);
    private static final Duration PAUSE_ABOVE_MAXIMUM = Duration.ofMillis(250);
    private static final Duration LEAST_RETRY_DELAY = Duration.ofMillis(200);
    private static final Duration RETRY_DELAY_BELOW_MINIMUM = Duration.ofSeconds(1);

    /** Writers may be kept waiting for one part in this many. */
    private static final int LOCK_SHARE = 5;

    private final ReplicationSettings settings;

    CheckpointPolicy(ReplicationSettings settings) {
        this.settings = settings;
    }

    /**
     * Decides.
     *
     * @param frames frames in the index, 0 when nothing needs sealing
     * @param age time since the index began
     * @return the pause with which to seal; null when it isn't time
     */
    @Nullable
    Duration pauseToSeal(long frames, Duration age) {
        boolean old = !settings.checkpointInterval().isZero() && age.compareTo(settings.checkpointInterval()) >= 0;
        boolean due = frames >= settings.minCheckpointPageCount() || (frames > 0 && old);
        return due ? pause(frames) : null;
    }

    /** The pause for an index of a size, whatever the reason to seal it. */
    Duration pause(long frames) {
        Duration configured = settings.sealPause();
        if (configured != null) {
            return configured;
        }
        if (frames >= settings.maxCheckpointPageCount()) {
            return PAUSE_ABOVE_MAXIMUM;
        }
        return frames >= settings.minCheckpointPageCount() ? PAUSE_ABOVE_MINIMUM : Duration.ZERO;
    }

    /** The pause for a seal that a generation or a snapshot waits for, by the number of attempts before. */
    Duration pauseWhenWanted(int attempts) {
        Duration configured = settings.sealPause();
        if (configured != null) {
            return configured;
        }
        return attempts < 3 ? PAUSE_ABOVE_MINIMUM : PAUSE_ABOVE_MAXIMUM;
    }

    /** How long to wait after an attempt that came to nothing. */
    Duration retryDelay(long frames, Duration lockHeld) {
        Duration least = frames >= settings.minCheckpointPageCount() ? LEAST_RETRY_DELAY : RETRY_DELAY_BELOW_MINIMUM;
        Duration fair = lockHeld.multipliedBy(LOCK_SHARE - 1);
        return fair.compareTo(least) > 0 ? fair : least;
    }
}
