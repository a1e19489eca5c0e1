package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.NoBackupException;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/** Restores of a program's replica, each of them compared with what was committed. */
final class ModelChecks {

    private final CommittedStates states;
    private final ModelReplica client;
    private final Path target;
    private int restores;

    /** What is restored of an earlier time may be gone: retention has deleted since. */
    private long floor = Long.MIN_VALUE;

    ModelChecks(CommittedStates states, Path folder, MovingClock clock) {
        this.states = states;
        this.client = new ModelReplica(folder.resolve("replica"), clock);
        this.target = folder.resolve("restored.db");
    }

    int restores() {
        return restores;
    }

    void retentionRan(long cutoff) {
        floor = Math.max(floor, cutoff);
    }

    private RestoreRequest.Builder request() {
        return RestoreRequest.to(target)
                .from(List.of(new Replica("model", client)))
                .integrityCheck(IntegrityCheck.FULL);
    }

    private String restore(RestoreRequest request) throws IOException {
        restores++;
        Files.deleteIfExists(target);
        String restored;
        try {
            var ignored = new Restorer().restore(request);
            restored = ModelLedger.digest(Files.readAllBytes(target));
        } finally {
            Files.deleteIfExists(target);
        }
        try (var beside = Files.newDirectoryStream(target.getParent(), "*restored.db*")) {
            beside.forEach(file -> {
                throw new AssertionError("a restore leaves " + file);
            });
        }
        return restored;
    }

    /** @param expected what it must be; null when it may be anything that was acknowledged or committed later */
    void newest(String expected) throws IOException {
        String restored;
        try {
            restored = restore(request().build());
        } catch (LitestreamException e) {
            boolean nothingYet = e instanceof NoBackupException && !states.wasAcknowledgedAt(Long.MAX_VALUE);
            if (expected != null || !nothingYet) {
                throw new AssertionError("newest: " + e, e);
            }
            return;
        }
        require("newest", states.problemOf(restored, Long.MAX_VALUE, false));
        if (expected != null && !restored.equals(expected)) {
            throw new AssertionError("the status says that everything is safe; restored %s, the database is %s"
                    .formatted(restored, expected));
        }
    }

    /** A time at which something was acknowledged, or one between that and now. */
    void someTime(int number, long now) throws IOException {
        List<Long> times = states.acknowledgedAt();
        if (!times.isEmpty()) {
            long from = times.get(number % times.size());
            at(number % 3 == 0 ? from : from + (now - from) * (number % 100) / 100);
        }
    }

    private void at(long time) throws IOException {
        boolean gone = time < floor;
        String restored;
        try {
            restored = restore(request().timestamp(Instant.ofEpochMilli(time)).build());
        } catch (LitestreamException e) {
            boolean nothingYet = e instanceof NoBackupException && !states.wasAcknowledgedAt(time);
            if (!gone && !nothingYet) {
                throw new AssertionError("of time " + time + ": " + e, e);
            }
            return;
        }
        require("of time " + time, states.problemOf(restored, time, gone));
    }

    /** A generation to an index of it, or to its end. */
    void index(int number, boolean toItsEnd) throws IOException {
        List<Generation> generations =
                client.generations().stream().filter(this::isBegun).toList();
        if (generations.isEmpty()) {
            return;
        }
        Generation generation = generations.get(number % generations.size());
        int first = client.snapshots(generation).stream()
                .mapToInt(SnapshotInfo::index)
                .min()
                .orElseThrow();
        int last = Math.max(
                client.walSegments(generation).stream()
                        .map(s -> s.position().index())
                        .max(Comparator.naturalOrder())
                        .orElse(first),
                client.snapshots(generation).stream()
                        .mapToInt(SnapshotInfo::index)
                        .max()
                        .orElse(first));
        int index = first + number / 7 % (last - first + 1);
        RestoreRequest.Builder request = request().generation(generation);
        String what = "generation " + generation + (toItsEnd ? "" : " index " + index) + " of " + first + " to " + last;
        String restored;
        try {
            restored = restore((toItsEnd ? request : request.index(index)).build());
        } catch (LitestreamException e) {
            throw new AssertionError(what + ": " + e, e);
        }
        require(what, states.problemOf(restored, generation, toItsEnd ? Integer.MAX_VALUE : index));
    }

    private boolean isBegun(Generation generation) {
        try {
            return !client.snapshots(generation).isEmpty();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    int generations() throws IOException {
        return client.generations().size();
    }

    private static void require(String what, String problem) {
        if (problem != null) {
            throw new AssertionError(what + ": " + problem);
        }
    }
}
