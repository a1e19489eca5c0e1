package io.litestream4j.lease;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The leases of one database's replicas, to be taken before the database is restored or opened by the application. A
 * replica that doesn't answer keeps nobody from starting: its lease is taken later, before the first upload.
 *
 * <p>Call the methods with the right to replicate the database only; each runs on the calling thread.
 */
public final class Leases {

    private static final Logger LOG = LoggerFactory.getLogger(Leases.class);

    /** What hangs longer counts as unreachable. */
    private static final Duration ANSWER = Duration.ofSeconds(15);

    private static final long LINE_NANOS = TimeUnit.SECONDS.toNanos(10);
    private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);
    private static final Duration SHORTEST_PAUSE = Duration.ofMillis(50);

    private final List<ReplicaLease> leases;

    private final OnConflict onConflict;

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

    /** Takes them for a database that is there; else as {@link #takeForRestore}. */
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
    }

    private void requireFree() throws InterruptedException {
        for (Map.Entry<ReplicaLease, HeldLease> held : tryTake().entrySet()) {
            throw new LeaseConflictException(held.getKey(), held.getValue());
        }
    }

    /**
     * Takes those that are free.
     *
     * @return those that somebody else holds, with the holder
     */
    public Map<ReplicaLease, HeldLease> tryTake() throws InterruptedException {
        return tryTake(new ArrayList<>(leases));
    }

    /**
     * Takes all of them, when their holders have let go of them, have ended, or haven't renewed them. Says once in ten
     * seconds whom it waits for.
     */
    public void await() throws InterruptedException {
        List<ReplicaLease> wanted = new ArrayList<>(leases);
        long nextLine = System.nanoTime();
        while (true) {
            Map<ReplicaLease, HeldLease> held = tryTake(wanted);
            if (held.isEmpty()) {
                return;
            }
            wanted.retainAll(held.keySet());
            if (System.nanoTime() - nextLine >= 0) {
                nextLine = System.nanoTime() + LINE_NANOS;
                held.forEach((lease, holder) -> LOG.info(
                        "waiting, since nothing is restored or written beside another writer: {} is written by {}",
                        lease.replica(),
                        holder));
            }
            TimeUnit.NANOSECONDS.sleep(pause(held).toNanos());
        }
    }

    private static Duration pause(Map<ReplicaLease, HeldLease> held) {
        Duration shortest = held.values().stream()
                .map(HeldLease::remaining)
                .min(Duration::compareTo)
                .orElse(Duration.ZERO);
        if (shortest.compareTo(LONGEST_PAUSE) > 0) {
            return LONGEST_PAUSE;
        }
        return shortest.compareTo(SHORTEST_PAUSE) < 0 ? SHORTEST_PAUSE : shortest;
    }

    /** Forgets those that can't be asked. */
    private static Map<ReplicaLease, HeldLease> tryTake(List<ReplicaLease> wanted) throws InterruptedException {
        Map<ReplicaLease, HeldLease> held = new LinkedHashMap<>();
        for (ReplicaLease lease : List.copyOf(wanted)) {
            try {
                answer(lease).ifPresent(holder -> held.put(lease, holder));
            } catch (IOException e) {
                wanted.remove(lease);
                LOG.warn(
                        "{}: whether somebody else writes there is not known ({}); it is asked again before the first"
                                + " upload",
                        lease.replica(),
                        e.getMessage());
            }
        }
        return held;
    }

    private static Optional<HeldLease> answer(ReplicaLease lease) throws IOException, InterruptedException {
        FutureTask<Optional<HeldLease>> asking = new FutureTask<>(lease::tryTake);
        Thread thread = new Thread(asking, "litestream-lease");
        thread.setDaemon(true);
        thread.start();
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
}
