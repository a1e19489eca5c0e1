package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import io.litestream4j.replication.ReplicationStatus;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/** {@link Litestream} over the engine. */
final class DefaultLitestream implements Litestream {

    private final Map<String, EngineDatabase> databases = new LinkedHashMap<>();

    DefaultLitestream(ReplicationWaits waits) {
        waits.databases().forEach(wait -> databases.put(wait.name(), new EngineDatabase(wait)));
    }

    @Override
    public Set<String> databases() {
        return Set.copyOf(databases.keySet());
    }

    @Override
    public Database database(String name) {
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
        if (databases.isEmpty()) {
            throw new CommitNotReplicatedException("any database", null, "nothing is replicated", null);
        }
        long deadline = DatabaseWait.deadline(timeout);
        Map<EngineDatabase, Position> positions = new LinkedHashMap<>();
        databases.values().forEach(each -> positions.put(each, each.wait.position(deadline, timeout)));
        positions.forEach((each, position) -> each.wait.await(position, deadline, timeout));
    }

    @Override
    public Map<String, Position> sync() {
        return each(EngineDatabase::sync);
    }

    @Override
    public boolean snapshot(Duration timeout) {
        long deadline = DatabaseWait.deadline(timeout);
        return databases.values().stream()
                .allMatch(each -> each.snapshot(Duration.ofNanos(deadline - System.nanoTime())));
    }

    @Override
    public Map<String, ReplicationStatus> status() {
        return each(EngineDatabase::status);
    }

    private <T> Map<String, T> each(Function<EngineDatabase, T> question) {
        Map<String, T> answers = new LinkedHashMap<>();
        databases.forEach((name, each) -> answers.put(name, question.apply(each)));
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
                return wait.database().snapshot(timeout);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public ReplicationStatus status() {
            return wait.database().status();
        }
    }
}
