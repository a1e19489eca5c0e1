package io.litestream4j.replication;

import io.litestream4j.database.CheckpointStatistics;
import io.litestream4j.database.SealOutcome;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to end a WAL index.
 *
 * @param outcome how it ended; null when it ended with an exception
 * @param duration how long it took
 * @param lockHeld for how much of that the write lock was held, so that writers waited; zero after an exception, when it
 *     isn't known
 * @param checkpoints the checkpoints that it made
 */
public record SealTrial(
        SealOutcome.@Nullable Result outcome, Duration duration, Duration lockHeld, CheckpointStatistics checkpoints) {}
