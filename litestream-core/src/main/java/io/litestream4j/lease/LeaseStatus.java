package io.litestream4j.lease;

import io.litestream4j.Generation;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a replica's lease, without asking for it again.
 *
 * @param holder its process and host
 * @param own whether that is this engine
 * @param expiresAt when it ends unless it is renewed, about; it is renewed together with uploads only
 * @param generation the generation that counts there; null before the first one
 */
public record LeaseStatus(
        String holder,
        boolean own,
        Instant expiresAt,
        @Nullable Generation generation) {}
