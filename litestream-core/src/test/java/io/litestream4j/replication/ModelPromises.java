package io.litestream4j.replication;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.replication.ModelLedger.Event;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/** What the engine says is safe, as an application asks it. */
final class ModelPromises {

    private final ReplicatedDatabase engine;
    private final ModelLedger ledger;

    ModelPromises(ReplicatedDatabase engine, ModelLedger ledger) {
        this.engine = engine;
        this.ledger = ledger;
    }

    /** "acknowledged", or why not. */
    String acknowledge(Duration timeout) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + timeout.toNanos();
        ledger.add(Event.ASKED, "-");
        String why = "in time";
        do {
            try {
                Position position = engine.sync();
                if (engine.awaitReplicated(position, Duration.ofNanos(Math.max(0, deadline - System.nanoTime())))) {
                    Position now = engine.status().position();
                    boolean same = now != null && now.generation().equals(position.generation());
                    ledger.add(Event.ACKNOWLEDGED, same ? position.toString() : "-");
                    return "acknowledged";
                }
            } catch (LitestreamException e) {
                why = e.getMessage();
            }
        } while (System.nanoTime() < deadline);
        return "not " + why + ", " + engine.status();
    }

    /** Whether the status says, within a time, that everything that is committed is safe. */
    String claims(Duration time) throws Exception {
        long deadline = System.nanoTime() + time.toNanos();
        boolean all = claimsNow();
        while (!all && System.nanoTime() < deadline) {
            all = claimsNow();
        }
        return "" + all;
    }

    private boolean claimsNow() throws Exception {
        try {
            Position ignored = engine.sync();
        } catch (LitestreamException e) {
            Looks looks = new Looks();
            Await.until("three looks", Duration.ofSeconds(10), 1_000_000, () -> looks.passed(3));
        }
        ReplicationStatus status = engine.status();
        ReplicaStatus one = status.replicas().get(0);
        return status.state() == ReplicationStatus.State.REPLICATING
                && status.problemSince() == null
                && status.position() != null
                && one.state() == ReplicaState.REPLICATING
                && status.position().equals(one.position())
                && one.pendingBytes() == 0
                && one.pendingSince() == null;
    }

    /** Counts looks of the engine by when they ended. */
    private final class Looks {
        private Instant last = engine.status().looks().lastEndedAt();
        private int count;

        boolean passed(int wanted) {
            Instant now = engine.status().looks().lastEndedAt();
            if (now != null && !now.equals(last)) {
                last = now;
                count++;
            }
            return count >= wanted;
        }
    }
}
