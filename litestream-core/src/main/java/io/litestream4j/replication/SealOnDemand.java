package io.litestream4j.replication;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.database.SealOutcome;
import io.litestream4j.database.SourceDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** Seals now because a caller asks for it, again and again until it is done or the time is over. */
final class SealOnDemand {

    private static final Duration PAUSE = Duration.ofMillis(250);
    private static final long RETRY_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    /** After an attempt that kept writers waiting they have so many times as long for themselves. */
    private static final int REST = 4;

    private final ReplicationEngine engine;

    SealOnDemand(ReplicationEngine engine) {
        this.engine = engine;
    }

    /** Whether the attempts are over. */
    private interface Done {
        boolean after(SourceDatabase open, Position now) throws IOException, SQLException;
    }

    /** Ends the index of a position and begins the next; null when it could not be done before the deadline. */
    @Nullable
    Position beginIndexAfter(Position from, long deadline) throws InterruptedException {
        Position end = attempt(from, deadline, (open, now) -> {
            boolean ignored = open.beginIndex();
            Position begun = open.position();
            return begun != null && begun.index() > from.index();
        });
        return end == null ? null : end.atOffset(0);
    }

    /** Ends the index of a position, unless nobody has committed in it; whether it has ended. */
    boolean seal(Position from, long deadline) throws InterruptedException {
        SourceDatabase open = engine.source();
        if (open != null && !open.isSealed() && open.framesToSeal() == 0) {
            return true;
        }
        return attempt(from, deadline, (source, now) -> source.isSealed()) != null;
    }

    private @Nullable Position attempt(Position from, long deadline, Done done) throws InterruptedException {
        while (System.nanoTime() - deadline < 0) {
            SourceDatabase open = engine.source();
            Position now = open == null ? null : open.position();
            if (open == null || now == null) {
                return null;
            }
            if (!now.generation().equals(from.generation()) || now.index() > from.index()) {
                return now;
            }
            try {
                SealOutcome outcome = engine.seal(open, PAUSE);
                if (done.after(open, now)) {
                    return open.position();
                }
                // Readers or writers are in the way. The attempt kept writers waiting: now it is their turn.
                long rest = Math.max(outcome.lockNanos() * REST, RETRY_NANOS);
                TimeUnit.NANOSECONDS.sleep(Math.min(rest, deadline - System.nanoTime()));
            } catch (IOException | SQLException e) {
                throw new LitestreamException(engine.name() + ": " + e.getMessage(), e);
            }
        }
        return null;
    }
}
