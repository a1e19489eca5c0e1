/** The engine: one façade for a replicated database, one worker for each of its replicas. */
@NullMarked
package io.litestream4j.replication;

import org.jspecify.annotations.NullMarked;
