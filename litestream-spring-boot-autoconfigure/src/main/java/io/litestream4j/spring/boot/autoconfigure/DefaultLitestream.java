package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.RetentionResult;
import io.litestream4j.replication.ValidationResult;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** {@link Litestream} over the engine. */
final class DefaultLitestream implements Litestream {

    private final ReplicationWaits waits;

    DefaultLitestream(ReplicationWaits waits) {
        this.waits = waits;
    }

    /** Asked each time: databases come and go. */
    private Map<String, EngineDatabase> now() {
        Map<String, EngineDatabase> databases = new LinkedHashMap<>();
        waits.databases().forEach(wait -> databases.put(wait.name(), new EngineDatabase(wait)));
        return databases;
    }

    @Override
    public Set<String> databases() {
        return Set.copyOf(now().keySet());
    }

    @Override
    public Database database(String name) {
        Map<String, EngineDatabase> databases = now();
        Database found = databases.get(name);
        if (found == null) {
            throw new IllegalArgumentException(
                    "no replicated database is named \"%s\", there are %s".formatted(name, databases.keySet()));
        }
        return found;
    }

    /** All positions are read before the first wait, so that the databases are shipped side by side. */
    @Override
    public void awaitReplicated(Duration timeout) {
        List<DatabaseWait> databases = waits.databases();
        if (databases.isEmpty()) {
            throw new CommitNotReplicatedException("any database", null, "nothing is replicated", null);
        }
        long deadline = DatabaseWait.deadline(timeout);
        Map<DatabaseWait, Position> positions = new LinkedHashMap<>();
        databases.forEach(each -> positions.put(each, each.position(deadline, timeout)));
        positions.forEach((each, position) -> each.await(position, deadline, timeout));
    }

    @Override
    public Map<String, Position> sync() {
        return each(EngineDatabase::sync);
    }

    @Override
    public boolean snapshot(Duration timeout) {
        long deadline = DatabaseWait.deadline(timeout);
        boolean all = true;
        for (EngineDatabase each : now().values()) {
            // one that has none in time keeps the others from nothing
            all &= each.snapshot(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())));
        }
        return all;
    }

    @Override
    public Map<String, Map<String, ValidationResult>> validate(Duration timeout) {
        long deadline = DatabaseWait.deadline(timeout);
        return each(database -> database.validate(Duration.ofNanos(Math.max(0, deadline - System.nanoTime()))));
    }

    @Override
    public Map<String, Map<String, RetentionResult>> enforceRetention() {
        return each(EngineDatabase::enforceRetention);
    }

    @Override
    public Map<String, ReplicationStatus> status() {
        return each(EngineDatabase::status);
    }

    private <T> Map<String, T> each(Function<EngineDatabase, T> question) {
        Map<String, T> answers = new LinkedHashMap<>();
        now().forEach((name, each) -> answers.put(name, question.apply(each)));
        return answers;
    }

    /** One database. */
    private static final class EngineDatabase implements Database {

        private final DatabaseWait wait;

        EngineDatabase(DatabaseWait wait) {
            this.wait = wait;
        }

        @Override
        public String name() {
            return wait.name();
        }

        @Override
        public void awaitReplicated(Duration timeout) {
            wait.await(timeout, null);
        }

        @Override
        public Position sync() {
            return wait.database().sync();
        }

        @Override
        public boolean snapshot(Duration timeout) {
            try {
                return wait.database().snapshot(DatabaseWait.limited(timeout));
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public Map<String, ValidationResult> validate(Duration timeout) {
            try {
                return wait.database().validate(DatabaseWait.limited(timeout));
            } catch (InterruptedException e) {
                throw interrupted("validation", e);
            }
        }

        @Override
        public Map<String, RetentionResult> enforceRetention() {
            try {
                return wait.database().enforceRetention();
            } catch (InterruptedException e) {
                throw interrupted("retention", e);
            }
        }

        private LitestreamException interrupted(String what, InterruptedException e) {
            Thread.currentThread().interrupt();
            return new LitestreamException(
                    "%s: the wait for the %s was interrupted; it goes on".formatted(name(), what), e);
        }

        @Override
        public ReplicationStatus status() {
            return wait.database().status();
        }
    }
}
