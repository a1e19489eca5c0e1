package io.litestream4j.spring.boot.autoconfigure.metrics;

import io.litestream4j.database.SealOutcome;
import io.litestream4j.replication.Operation;
import io.litestream4j.replication.OperationResult;
import io.litestream4j.replication.SealTrial;
import io.litestream4j.replication.ValidationResult;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The timers of one database in one registry, made beforehand: an event looks up nothing in the registry. Immutable. */
final class DatabaseTimers {

    private final Outcomes sync;
    private final Map<SealOutcome.Result, Timer> seals = new EnumMap<>(SealOutcome.Result.class);
    private final Timer sealErrors;
    private final Timer lock;
    private final Map<String, Replica> replicas = new HashMap<>();

    DatabaseTimers(Registrar registrar, List<String> replicaNames) {
        sync = new Outcomes(registrar, "litestream.sync.duration", "Copying what was committed to the shadow WAL");
        String seal = "litestream.seal.duration";
        String attempt = "Attempts to end a WAL index";
        for (SealOutcome.Result result : SealOutcome.Result.values()) {
            seals.put(result, registrar.with(Tag.OUTCOME, Tag.value(result)).timer(seal, attempt));
        }
        sealErrors = registrar.with(Tag.OUTCOME, Tag.ERROR).timer(seal, attempt);
        lock = registrar.timer("litestream.seal.lock", "For how long an attempt to seal held the write lock");
        replicaNames.forEach(name -> replicas.put(name, new Replica(registrar.with(Tag.REPLICA, name))));
    }

    void synced(OperationResult result) {
        sync.record(result);
    }

    void sealTried(SealTrial trial) {
        Timer timer = trial.outcome() == null ? sealErrors : seals.get(trial.outcome());
        record(timer, trial.duration());
        if (!trial.lockHeld().isZero()) {
            lock.record(trial.lockHeld());
        }
    }

    void worked(String name, Operation.Kind kind, OperationResult result) {
        Replica replica = replicas.get(name);
        Outcomes outcomes = replica == null ? null : replica.work.get(kind);
        if (outcomes != null) {
            outcomes.record(result);
        }
    }

    void validated(String name, ValidationResult result) {
        Replica replica = replicas.get(name);
        if (replica != null) {
            record(replica.validations.get(result.outcome()), result.duration());
        }
    }

    private static void record(@Nullable Timer timer, Duration duration) {
        if (timer != null) {
            timer.record(duration);
        }
    }

    private static final class Outcomes {

        private final Timer success;
        private final Timer error;

        Outcomes(Registrar registrar, String name, String description) {
            success = registrar.with(Tag.OUTCOME, Tag.SUCCESS).timer(name, description);
            error = registrar.with(Tag.OUTCOME, Tag.ERROR).timer(name, description);
        }

        void record(OperationResult result) {
            (result.error() == null ? success : error).record(result.duration());
        }
    }

    private static final class Replica {

        private final Map<Operation.Kind, Outcomes> work = new EnumMap<>(Operation.Kind.class);
        private final Map<ValidationResult.Outcome, Timer> validations = new EnumMap<>(ValidationResult.Outcome.class);

        Replica(Registrar registrar) {
            work.put(
                    Operation.Kind.UPLOAD,
                    new Outcomes(registrar, "litestream.upload.duration", "Storing a WAL segment"));
            work.put(
                    Operation.Kind.SNAPSHOT,
                    new Outcomes(registrar, "litestream.snapshot.duration", "Storing a snapshot"));
            work.put(
                    Operation.Kind.RETENTION,
                    new Outcomes(registrar, "litestream.retention.duration", "Deleting what is old enough"));
            for (ValidationResult.Outcome outcome : ValidationResult.Outcome.values()) {
                validations.put(
                        outcome,
                        registrar
                                .with(Tag.OUTCOME, Tag.value(outcome))
                                .timer("litestream.validation.duration", "Restoring and comparing a replica"));
            }
        }
    }
}
