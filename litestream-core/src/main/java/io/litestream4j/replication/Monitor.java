package io.litestream4j.replication;

import io.litestream4j.Position;
import io.litestream4j.database.ForeignReplicatorException;
import io.litestream4j.database.SealOutcome;
import io.litestream4j.database.SourceDatabase;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Watches one database: copies its WAL, seals its indexes, begins generations. Looks often after activity and seldom
 * when idle. The step never throws.
 */
final class Monitor {

    private static final Logger LOG = LoggerFactory.getLogger(Monitor.class);

    private static final long SHORTEST_LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
    private static final long OWN_FRAME_AFTER_NANOS = TimeUnit.SECONDS.toNanos(1);
    private static final long UNSEALED_START_AFTER_NANOS = TimeUnit.SECONDS.toNanos(30);
    private static final long ERROR_RETRY_NANOS = TimeUnit.SECONDS.toNanos(1);

    /** After a change the next look comes after one part in this many of the time since. */
    private static final int LOOK_SHARE = 16;

    private final ReplicationEngine engine;
    private final ReplicationSettings settings;
    private final CheckpointPolicy policy;
    private final RepeatingTask task;

    private long lastChange = System.nanoTime();
    private long lastReplacedCheck = System.nanoTime();
    private int index;
    private long indexBegan = System.nanoTime();
    private long sealedSince;
    private boolean wasSealed;
    private long nextSealAt = System.nanoTime();
    private int wantedSealAttempts;
    private long generationWantedSince;
    private int generationAttempts;
    /** Kinds of errors that were logged since the last look that went well: their messages may differ at each. */
    private final Set<Class<?>> logged = new HashSet<>();

    private @Nullable SourceDatabase watched;
    /** The index was sealed by the run before, and nobody has committed since: the database isn't made dirty for it. */
    private boolean sealedAtOpen;

    Monitor(ReplicationEngine engine, ReplicationSettings settings) {
        this.engine = engine;
        this.settings = settings;
        this.policy = new CheckpointPolicy(settings);
        this.task = new RepeatingTask(engine.threads(), EngineThreads.Kind.DATABASE, this::step);
    }

    RepeatingTask task() {
        return task;
    }

    @SuppressWarnings("CatchingUnchecked")
    private long step() {
        engine.lookBegins();
        long delay = RepeatingTask.WHEN_WOKEN;
        try {
            delay = look();
            recovered();
        } catch (ForeignReplicatorException e) {
            engine.fail(String.valueOf(e.getMessage()));
        } catch (Exception e) {
            delay = failed(e);
        } finally {
            engine.lookEnded(delay);
        }
        return delay;
    }

    private long look() throws IOException, SQLException {
        SourceDatabase source = engine.openIfPossible();
        if (source == null) {
            return settings.monitorInterval().toNanos();
        }
        if (source != watched) {
            watched = source;
            sealedAtOpen = source.isSealed();
            wasSealed = sealedAtOpen;
            index = indexOf(source);
            indexBegan = System.nanoTime();
            generationAttempts = 0;
            // What the run before left unshipped has no commit of its own to announce it.
            engine.framesCopied();
        }
        if (replacedNow(source)) {
            return 0;
        }
        if (source.position() == null) {
            return beginGeneration(source);
        }
        // what a snapshot or an attempt to seal copied was announced by nobody
        if (engine.copy(source) || engine.isUnannounced(source.position())) {
            lastChange = System.nanoTime();
            engine.framesCopied();
        }
        if (source.position() == null) {
            return 0;
        }
        noticeBegunIndex(source);
        sealWhenDue(source);
        beginIndexWhenDue(source);
        engine.prune(source);
        return delay();
    }

    private boolean replacedNow(SourceDatabase source) throws IOException {
        long now = System.nanoTime();
        if (now - lastReplacedCheck < settings.monitorInterval().toNanos()) {
            return false;
        }
        lastReplacedCheck = now;
        return engine.letGoIfReplaced(source);
    }

    private long delay() {
        long quiet = System.nanoTime() - lastChange;
        long longest = settings.monitorInterval().toNanos();
        return Math.max(Math.min(SHORTEST_LOOK_NANOS, longest), Math.min(longest, quiet / LOOK_SHARE));
    }

    /** Before sealing is decided: an index that began since the last look is young, and not as old as the one before. */
    private void noticeBegunIndex(SourceDatabase source) {
        int current = indexOf(source);
        if (current != index) {
            index = current;
            indexBegan = System.nanoTime();
            wasSealed = false;
            sealedAtOpen = false;
        }
    }

    private static int indexOf(SourceDatabase source) {
        Position position = source.position();
        return position == null ? -1 : position.index();
    }

    private void sealWhenDue(SourceDatabase source) throws IOException, SQLException {
        long frames = source.framesToSeal();
        long now = System.nanoTime();
        boolean wanted = engine.sealRequests().isPending(source) && source.frames() > 0;
        Duration pause = wanted
                ? policy.pauseWhenWanted(wantedSealAttempts)
                : policy.pauseToSeal(frames, Duration.ofNanos(now - indexBegan));
        if (pause == null || nextSealAt - now > 0) {
            return;
        }
        wantedSealAttempts += wanted ? 1 : 0;
        SealOutcome outcome = engine.seal(source, pause);
        Duration lockHeld = Duration.ofNanos(outcome.lockNanos());
        nextSealAt = System.nanoTime();
        if (outcome.result() == SealOutcome.Result.SEALED) {
            wantedSealAttempts = 0;
            lastChange = nextSealAt;
            engine.framesCopied();
        } else {
            nextSealAt += policy.retryDelay(frames, lockHeld).toNanos();
        }
    }

    /** A sealed index that nobody follows is followed by us: after a second, or at once when a snapshot waits. */
    private void beginIndexWhenDue(SourceDatabase source) throws IOException, SQLException {
        long now = System.nanoTime();
        boolean sealed = source.isSealed();
        if (sealed && !wasSealed) {
            sealedSince = now;
        }
        wasSealed = sealed;
        boolean due = engine.sealRequests().isPending(source)
                || (!sealedAtOpen && now - sealedSince >= OWN_FRAME_AFTER_NANOS);
        if (sealed && due && source.beginIndex()) {
            noticeBegunIndex(source);
            engine.framesCopied();
        }
        if (engine.sealRequests().settle(source)) {
            engine.framesCopied();
        }
    }

    private long beginGeneration(SourceDatabase source) throws IOException, SQLException {
        long now = System.nanoTime();
        if (generationAttempts == 0) {
            generationWantedSince = now;
            // until there is one nothing is safe: replicas are behind from now on, not from when it has begun
            engine.wakeWorkers();
        }
        Duration pause = policy.pauseWhenWanted(generationAttempts++);
        boolean begun = engine.beginGeneration(source, pause, true);
        if (!begun && now - generationWantedSince > UNSEALED_START_AFTER_NANOS) {
            begun = engine.beginGeneration(source, pause, false);
        }
        if (!begun) {
            long taken = System.nanoTime() - now;
            return policy.retryDelay(settings.minCheckpointPageCount(), Duration.ofNanos(taken))
                    .toNanos();
        }
        generationAttempts = 0;
        wasSealed = false;
        index = indexOf(source);
        indexBegan = now;
        lastChange = now;
        engine.generationBegun(source);
        return 0;
    }

    private void recovered() {
        if (!logged.isEmpty()) {
            LOG.info("{}: works again", engine.name());
            logged.clear();
        }
        engine.problem(null);
    }

    private long failed(Exception e) {
        String error = e.toString();
        if (logged.add(e.getClass())) {
            LOG.error("{}: {}; the application goes on, replication is tried again by itself", engine.name(), error);
            LOG.debug("{}", engine.name(), e);
        }
        engine.problem(error);
        return ERROR_RETRY_NANOS;
    }
}
