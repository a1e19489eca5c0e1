package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.database.SourceDatabase;
import java.nio.file.Path;
import java.time.Instant;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What a replica's worker needs of the database that it serves. */
interface ReplicationContext {

    EngineThreads threads();

    /** The open database; null while there is none. */
    @Nullable
    SourceDatabase source();

    Instant now();

    /** Whether somebody waits for a confirmation right now. */
    boolean hasWaiters();

    /** Whether a generation began in this run, so that no replica can hold anything of it. */
    boolean beganHere(Generation generation);

    /** Ends a generation, if it is still the current one. */
    void breakGeneration(@Nullable Generation generation, String reason);

    /** Somebody else writes to a replica: ends replication until a person has looked; the generation never goes on. */
    void foreignWriter(Generation generation, String reason);

    /** Asks for the current index to be sealed, because a first snapshot waits for an exact image. */
    void requestSeal();

    /** Asks for the index of a position to end, and the next one to begin. */
    void requestIndexAfter(Position index);

    /** Waits until a condition over what replicas have confirmed holds; returns whether it does. */
    boolean await(BooleanSupplier condition, long timeoutNanos) throws InterruptedException;

    /** The folder of the local state. */
    Path metaPath();

    /** A replica confirmed something. */
    void confirmed();

    Operations operations();

    void notify(Consumer<ReplicationListener> call);
}
