package io.litestream4j.lease;

import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.replica.Replica;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of one database's replicas, to be taken before the database is restored or opened by the application. A
 * replica that doesn't answer keeps nobody from starting: its lease is taken later, before the first upload.
 *
 * <p>Call the methods with the right to replicate the database only; each runs on the calling thread.
 */
public final class Leases {

    /** Of a database that isn't replicated from here. */
    public static final Leases NONE = new Leases(List.of(), OnConflict.WAIT);

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    /** What hangs longer counts as unreachable. */
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

    private final List<ReplicaLease> leases;
    private final OnConflict onConflict;
    private final Set<ReplicaLease> unreachable = ConcurrentHashMap.newKeySet();

    /** @param onConflict what is done while somebody else holds one of them */
    public Leases(List<ReplicaLease> leases, OnConflict onConflict) {
        this.leases = List.copyOf(leases);
        this.onConflict = onConflict;
    }

    /**
     * Takes them before a database is restored.
     *
     * @throws LeaseConflictException when somebody else holds one, and that isn't waited for
     */
    public void takeForRestore() throws InterruptedException {
        if (onConflict == OnConflict.FAIL) {
            requireFree();
        } else {
            await();
        }
    }

    /**
     * Takes them for a database that is there; else as {@link #takeForRestore}.
     *
     * @throws NewerBackupException when a replica holds what the database here is not the continuation of
     */
    public void takeForUse() throws InterruptedException {
        if (onConflict == OnConflict.STAND_BY) {
            tryTake()
                    .forEach((lease, holder) -> LOG.warn(
                            "{} is written by {}: this instance stands by, and replicates nothing there until that one has ended",
                            lease.replica(),
                            holder));
        } else {
            takeForRestore();
        }
        requireContinuation();
    }

    /** The generations that count on those that are held. */
    public Set<Generation> counting() {
        return leases.stream()
                .map(ReplicaLease::counting)
                .filter(Objects::nonNull)
                .map(Objects::requireNonNull)
                .collect(Collectors.toSet());
    }

    /** Whether it is known that nobody else writes to a replica. */
    public boolean isHeld(Replica replica) {
        return leases.stream()
                .filter(lease -> lease.replica().name().equals(replica.name()))
                .allMatch(ReplicaLease::isHeld);
    }

    private void requireFree() throws InterruptedException {
        for (Map.Entry<ReplicaLease, HeldLease> held : tryTake().entrySet()) {
            throw new LeaseConflictException(held.getKey(), held.getValue());
        }
    }

    private void requireContinuation() {
        for (ReplicaLease lease : leases) {
            try {
                String problem = lease.newerBackup().orElse(null);
                if (problem != null) {
                    throw new NewerBackupException(lease.replica() + ": " + problem);
                }
            } catch (IOException e) {
                throw new LitestreamException(
                        lease.replica() + ": the folder of the local state can't be read: " + e.getMessage(), e);
            }
        }
    }

    /**
     * Takes those that are free.
     *
     * @return those that somebody else holds, with the holder
     */
    public Map<ReplicaLease, HeldLease> tryTake() throws InterruptedException {
        Map<ReplicaLease, HeldLease> held = new LinkedHashMap<>();
        for (ReplicaLease lease : leases) {
            tryTake(lease).ifPresent(holder -> held.put(lease, holder));
        }
        return held;
    }

    /**
     * Takes all of them, when their holders have let go of them, have ended, or haven't renewed them. Says once in ten
     * seconds whom it waits for. The calling thread waits without a limit of time, so that whoever ends the application
     * knows that it may be interrupted.
     */
    public void await() throws InterruptedException {
        FutureTask<@Nullable Void> waiting = new FutureTask<>(() -> {
            awaitAll();
            return null;
        });
        start(waiting);
        try {
            Void ignored = waiting.get();
        } catch (InterruptedException e) {
            waiting.cancel(true);
            throw e;
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw new LitestreamException(String.valueOf(e.getCause()), e.getCause());
        }
    }

    /**
     * One after the other, in the same order everywhere: two that each hold one and wait for the other one's would both go
     * on when both have expired. What is held is renewed while the next one is waited for.
     */
    private void awaitAll() throws InterruptedException {
        long nextLine = System.nanoTime();
        Optional<Map.Entry<ReplicaLease, HeldLease>> held = firstHeld();
        while (held.isPresent()) {
            if (System.nanoTime() - nextLine >= 0) {
                nextLine = System.nanoTime() + LINE_NANOS;
                LOG.info(
                        "waiting, since nothing is restored or written beside another writer: {} is written by {}",
                        held.get().getKey().replica(),
                        held.get().getValue());
            }
            TimeUnit.NANOSECONDS.sleep(pause(held.get().getValue().remaining()).toNanos());
            held = firstHeld();
        }
    }

    private Optional<Map.Entry<ReplicaLease, HeldLease>> firstHeld() throws InterruptedException {
        for (ReplicaLease lease : leases) {
            Optional<HeldLease> holder = tryTake(lease);
            if (holder.isPresent()) {
                return Optional.of(Map.entry(lease, holder.get()));
            }
        }
        return Optional.empty();
    }

    private static Duration pause(Duration remaining) {
        if (remaining.compareTo(LONGEST_PAUSE) > 0) {
            return LONGEST_PAUSE;
        }
        return remaining.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : remaining;
    }

    /** Empty when it is taken, too, and when it can't be asked. */
    private Optional<HeldLease> tryTake(ReplicaLease lease) throws InterruptedException {
        if (unreachable.contains(lease)) {
            return Optional.empty();
        }
        try {
            return answer(lease);
        } catch (LeaseLostException e) {
            throw new LeaseConflictException(e);
        } catch (IOException e) {
            unreachable.add(lease);
            LOG.warn(
                    "{}: whether somebody else writes there is not known ({}); it is asked again before the first upload",
                    lease.replica(),
                    e.getMessage());
            return Optional.empty();
        }
    }

    private static Optional<HeldLease> answer(ReplicaLease lease) throws IOException, InterruptedException {
        FutureTask<Optional<HeldLease>> asking = new FutureTask<>(lease::tryTake);
        start(asking);
        try {
            return asking.get(ANSWER.toNanos(), TimeUnit.NANOSECONDS);
        } catch (TimeoutException e) {
            throw new IOException("no answer within " + ANSWER.toSeconds() + " s", e);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof IOException cause) {
                throw cause;
            }
            throw new IOException(String.valueOf(e.getCause()), e.getCause());
        }
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "litestream-lease");
        thread.setDaemon(true);
        thread.start();
    }
}
