package io.litestream4j.restore;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.LitestreamException;
import io.litestream4j.NoBackupException;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.replica.Replica;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * In which order the generations of all replicas are tried: the newest state; if it is damaged, other replicas with the
 * same history; if older states are allowed, the newest one that can be proved.
 */
final class RestoreAttempts {

    private static final Logger LOG = LoggerFactory.getLogger(Restorer.class);

    private final RestoreRequest request;
    private final RestorePoint point;
    private final List<Candidate> candidates;
    private final Set<Replica> brokeOff = new HashSet<>();
    private @Nullable LitestreamException problem;

    /** Asks the replicas. */
    RestoreAttempts(RestoreRequest request, Clock clock) {
        this.request = request;
        this.point = RestorePoint.of(request);
        ReplicaSurvey survey = new ReplicaSurvey(request);
        this.candidates = survey.candidates(clock);
        this.problem = survey.newerWithoutSnapshot(candidates.get(0)).orElse(null);
    }

    /** What is done with a plan. Throws when the plan can't be carried out. */
    @FunctionalInterface
    interface Attempt<T> {
        T with(Candidate candidate, RestorePlan plan);
    }

    /** The result of the first attempt that succeeds. */
    <T> T first(Attempt<T> attempt) {
        Candidate best = candidates.get(0);
        if (problem == null) {
            for (Candidate candidate : candidates) {
                if (candidate.hasHistoryOf(best)) {
                    Optional<T> result = exactly(candidate, attempt);
                    if (result.isPresent()) {
                        return result.get();
                    }
                }
            }
        }
        LitestreamException first = problem == null ? new NoBackupException("nothing to restore") : problem;
        if (request.onDamage() == OnDamage.OLDER) {
            for (Candidate candidate : candidates) {
                // a storage that broke off is no damage: an older state from there would be a guess
                if (!brokeOff.contains(candidate.replica())) {
                    Optional<T> result = older(candidate, attempt, first);
                    if (result.isPresent()) {
                        return result.get();
                    }
                }
            }
        }
        throw first;
    }

    private <T> Optional<T> exactly(Candidate candidate, Attempt<T> attempt) {
        try {
            if (problem != null) {
                LOG.warn("using {}, up to {}, instead: {}", candidate, candidate.storedAt(), problem.getMessage());
            }
            RestorePlan plan = new RestorePlanner(candidate.listing(), point)
                    .plan()
                    .orElseThrow(() -> new NoBackupException("nothing in %s fits the request".formatted(candidate)));
            return Optional.of(attempt.with(
                    candidate, problem == null ? plan : noting(plan, insteadOf(candidate, plan, problem))));
        } catch (CorruptBackupException | ReplicaUnreachableException | NoBackupException e) {
            remember(e, candidate);
            return Optional.empty();
        }
    }

    /** Tries ever older points. Each failure excludes at least one object more, so this ends. */
    private <T> Optional<T> older(Candidate candidate, Attempt<T> attempt, LitestreamException because) {
        RestorePoint tried = point.orOlder();
        while (true) {
            Optional<RestorePlan> plan = new RestorePlanner(candidate.listing(), tried).plan();
            if (plan.isEmpty()) {
                return Optional.empty();
            }
            try {
                return Optional.of(attempt.with(candidate, noting(plan.get(), older(plan.get(), because))));
            } catch (BackupDamage e) {
                RestorePoint next = tried.without(e);
                if (next.equals(tried)) {
                    return Optional.empty();
                }
                tried = next;
            } catch (CorruptBackupException | ReplicaUnreachableException e) {
                remember(e, candidate);
                LOG.warn("{} is of no use, either: {}", candidate, e.getMessage());
                return Optional.empty();
            }
        }
    }

    private static String insteadOf(Candidate candidate, RestorePlan plan, LitestreamException because) {
        return "%s, up to %s, is used instead: %s".formatted(candidate, plan.lastObjectAt(), because.getMessage());
    }

    private static String older(RestorePlan plan, LitestreamException because) {
        return "an older state, of %s, is used because the newest one is %s: %s"
                .formatted(
                        plan.lastObjectAt(),
                        because instanceof CorruptBackupException ? "damaged" : "out of reach",
                        because.getMessage());
    }

    private static RestorePlan noting(RestorePlan plan, String note) {
        List<String> notes = new ArrayList<>(plan.notes());
        notes.add(note);
        return new RestorePlan(
                plan.snapshot(),
                plan.segments(),
                plan.following(),
                plan.comparesFollowing(),
                plan.lastObjectAt(),
                notes);
    }

    private void remember(LitestreamException e, Candidate candidate) {
        if (e instanceof ReplicaUnreachableException) {
            brokeOff.add(candidate.replica());
        }
        if (problem == null) {
            problem = e;
        } else if (problem != e) {
            problem.addSuppressed(e);
        }
    }
}
