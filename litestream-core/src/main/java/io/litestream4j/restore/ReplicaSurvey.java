package io.litestream4j.restore;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.NoBackupException;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.lease.CountingGeneration;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaPaths;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all replicas of a request answered when they were asked what they hold. */
final class ReplicaSurvey {

    private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);

    private final RestoreRequest request;
    private final RestorePoint point;
    private final List<Candidate> found = new ArrayList<>();
    private final Map<Replica, IOException> unreachable = new LinkedHashMap<>();
    private final Map<Replica, Generation> lost = new LinkedHashMap<>();

    ReplicaSurvey(RestoreRequest request) {
        this.request = request;
        this.point = RestorePoint.of(request);
        for (Replica replica : request.replicas()) {
            try {
                found.addAll(ask(replica));
            } catch (IOException e) {
                unreachable.put(replica, e);
            }
        }
    }

    /**
     * The generations that can serve the request, best first.
     *
     * @throws NoBackupException when every replica answered and none holds anything that fits
     * @throws ReplicaUnreachableException when none that answered holds anything that fits, and some didn't answer
     * @throws CorruptBackupException when the newest generation lacks every snapshot
     */
    List<Candidate> candidates(Clock clock) {
        List<Candidate> fitting = new ArrayList<>(
                found.stream().filter(candidate -> fits(candidate.listing())).toList());
        if (fitting.isEmpty()) {
            throw nothing();
        }
        List<Candidate> ordered = new ArrayList<>();
        while (!fitting.isEmpty()) {
            Candidate best =
                    fitting.stream().reduce((a, b) -> b.isNewerThan(a) ? b : a).orElseThrow();
            ordered.add(best);
            fitting.remove(best);
        }
        warnAboutUnreachable(ordered.get(0), clock.instant());
        return ordered;
    }

    /**
     * Refuses a newest generation without any snapshot: what it held is newer than what could be restored. (A
     * generation that lost its snapshot to retention is never the newest.)
     */
    Optional<CorruptBackupException> newerWithoutSnapshot(Candidate best) {
        if (point.timestamp() != null || request.generation().isPresent()) {
            return Optional.empty();
        }
        return found.stream()
                .filter(candidate -> candidate.listing().snapshots().isEmpty() && candidate.isNewerThan(best))
                .findFirst()
                .map(ReplicaSurvey::noSnapshot);
    }

    private List<Candidate> ask(Replica replica) throws IOException {
        List<Candidate> held = new ArrayList<>();
        for (Generation generation : replica.client().generations()) {
            if (request.generation().map(generation::equals).orElse(true)) {
                GenerationListing listing = new GenerationListing(
                        generation,
                        replica.client().snapshots(generation),
                        replica.client().walSegments(generation));
                listing.lastObjectAt(point)
                        .or(listing::lastObjectAt)
                        .ifPresent(time -> held.add(new Candidate(replica, listing, time)));
            }
        }
        return request.generation().isPresent() ? held : byLease(replica, held);
    }

    /** What a late writer, or a clock that was set back, makes look newer than the generation that counts isn't. */
    private List<Candidate> byLease(Replica replica, List<Candidate> held) throws IOException {
        CountingGeneration counting = CountingGeneration.of(replica.client()).orElse(null);
        if (counting == null) {
            return held;
        }
        Optional<Candidate> named = held.stream()
                .filter(candidate -> candidate.listing().generation().equals(counting.generation()))
                .filter(candidate -> !candidate.listing().snapshots().isEmpty())
                .findFirst();
        if (named.isEmpty()) {
            return withoutNamed(replica, held, counting);
        }
        if (!fits(named.get().listing())) {
            return held;
        }
        return held.stream()
                .map(candidate -> isSuperseded(candidate, counting) ? candidate.before(named.get()) : candidate)
                .toList();
    }

    private static boolean isSuperseded(Candidate candidate, CountingGeneration counting) {
        GenerationListing listing = candidate.listing();
        return counting.supersedes(listing.generation(), listing.positions());
    }

    /** The state that counts is lost, or isn't listed yet: what is older than that must not pass for the newest. */
    private List<Candidate> withoutNamed(Replica replica, List<Candidate> held, CountingGeneration counting) {
        boolean goesOn = held.stream().anyMatch(candidate -> !isSuperseded(candidate, counting));
        if (goesOn) {
            return held;
        }
        if (request.onDamage() == OnDamage.OLDER && !held.isEmpty()) {
            LOG.warn(
                    "{} lacks every snapshot of generation {}, which its lease names as the newest: an older one is used",
                    replica,
                    counting.generation());
            return held;
        }
        lost.put(replica, counting.generation());
        return List.of();
    }

    private boolean fits(GenerationListing listing) {
        boolean begun = listing.snapshots().stream()
                .anyMatch(snapshot -> point.admits(snapshot.createdAt()) && point.admitsIndex(snapshot.index()));
        return begun
                && (point.index() == null
                        || listing.lastPosition().orElseThrow().index() >= point.index());
    }

    private RuntimeException nothing() {
        if (!unreachable.isEmpty()) {
            Map.Entry<Replica, IOException> first =
                    unreachable.entrySet().iterator().next();
            return new ReplicaUnreachableException(
                    "whether a backup exists is not known: %s did not answer: %s"
                            .formatted(names(unreachable.keySet()), first.getValue()),
                    first.getValue());
        }
        if (!lost.isEmpty()) {
            Map.Entry<Replica, Generation> first = lost.entrySet().iterator().next();
            return new CorruptBackupException(
                    ReplicaPaths.snapshots(first.getValue()),
                    ("expected a snapshot of this generation on %s, which the lease there names as the newest, got none. If"
                                    + " the backup was deleted on purpose, delete %s there, too")
                            .formatted(first.getKey(), ReplicaPaths.LEASE));
        }
        for (Candidate candidate : found) {
            if (candidate.listing().snapshots().isEmpty()) {
                return noSnapshot(candidate);
            }
        }
        return new NoBackupException(found.isEmpty() ? "no backup on " + urls() : misses());
    }

    private String misses() {
        String held = found.stream()
                .map(candidate -> "%s from %s to %s, up to WAL index %08x"
                        .formatted(
                                candidate.listing().generation(),
                                candidate.listing().firstSnapshotAt().orElseThrow(),
                                candidate.listing().lastObjectAt().orElseThrow(),
                                candidate.listing().lastPosition().orElseThrow().index()))
                .collect(Collectors.joining(", "));
        String wanted = request.timestamp()
                .map(time -> "of " + time)
                .orElse(point.index() == null ? "wanted" : "of WAL index %08x".formatted(point.index()));
        return "no backup %s on %s, which hold generations %s".formatted(wanted, urls(), held);
    }

    private void warnAboutUnreachable(Candidate best, Instant now) {
        unreachable.forEach((replica, problem) -> LOG.warn(
                "replica {} could not be asked ({}): the state of {}, {} s old, on replica {} is used",
                replica,
                problem.toString(),
                best.storedAt(),
                Duration.between(best.storedAt(), now).toSeconds(),
                best.replica()));
    }

    private static CorruptBackupException noSnapshot(Candidate candidate) {
        return new CorruptBackupException(
                ReplicaPaths.snapshots(candidate.listing().generation()),
                "expected a snapshot beside the %d WAL segments of this generation on %s, got none"
                        .formatted(candidate.listing().segments().size(), candidate.replica()));
    }

    private String urls() {
        return request.replicas().stream()
                .map(replica -> replica.client().url())
                .collect(Collectors.joining(", "));
    }

    private static String names(Collection<Replica> replicas) {
        return replicas.stream().map(Replica::toString).collect(Collectors.joining(", "));
    }
}
