package io.litestream4j.spring.boot.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.database.CheckpointStatistics;
import io.litestream4j.replica.RequestCounts;
import io.litestream4j.replication.Operation;
import io.litestream4j.replication.ReplicationStatus;
import io.litestream4j.replication.ReplicationStatus.Looks;
import io.litestream4j.replication.ReplicationStatus.ReplicaState;
import io.litestream4j.replication.ReplicationStatus.ReplicaStatus;
import io.litestream4j.replication.ReplicationStatus.SealStatistics;
import io.litestream4j.replication.ReplicationStatus.State;
import io.litestream4j.replication.ValidationResult;
import io.litestream4j.spring.boot.autoconfigure.ReplicaLag;
import io.litestream4j.spring.boot.autoconfigure.actuate.Verdict.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a limit of a minute, at ten o'clock. */
class AssessmentTests {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");
    private static final Position POSITION = new Position(Generation.parse("0123456789abcdef"), 0, 4152);

    @TempDir
    Path folder;

    private State state = State.REPLICATING;
    private @Nullable String detail;
    private @Nullable Instant problemSince;
    private Looks looks = new Looks(NOW.minusSeconds(3600), NOW.minusMillis(300), null, NOW.plusMillis(700));
    private List<Operation> running = List.of();

    private ReplicaState replicaState = ReplicaState.REPLICATING;
    private @Nullable Instant pendingSince;
    private @Nullable Instant confirmedAt = NOW.minusSeconds(5);
    private @Nullable String lastError;
    private @Nullable ValidationResult proof;
    private List<Operation> replicaRunning = List.of();
    private @Nullable Duration downAfter;

    @BeforeEach
    void makeWal() throws IOException {
        Files.createFile(folder.resolve("app.db-wal"));
        walChangedAt(NOW.minusSeconds(3600));
    }

    @Test
    void nothingWaitsIsUpHoweverLongAgoTheLastConfirmationWas() {
        confirmedAt = NOW.minus(Duration.ofDays(7));
        assertVerdict(Level.UP);
    }

    @Test
    void recentlyConfirmedIsUpWhileSomethingWaits() {
        pendingSince = NOW.minusSeconds(60);
        assertVerdict(Level.UP);
    }

    @Test
    void behindForMoreThanTheLimitIsDegradedWithThePhaseAndTheError() {
        pendingSince = NOW.minusSeconds(61);
        lastError = "java.net.ConnectException: refused";
        replicaRunning =
                List.of(new Operation(Operation.Kind.UPLOAD, "main", "s3", Instant.parse("2026-11-20T09:59:00Z")));
        assertVerdict(
                Level.DEGRADED,
                "s3 has confirmed nothing for 61 s while 100 bytes wait, UPLOAD, under way since 2026-11-20T09:59:00Z,"
                        + " last error: java.net.ConnectException: refused");
    }

    @Test
    void behindForLongIsDownOnlyWhereAskedFor() {
        pendingSince = NOW.minus(Duration.ofDays(1));
        assertThat(verdict().level()).isEqualTo(Level.DEGRADED);
        downAfter = Duration.ofHours(1);
        assertThat(verdict().level()).isEqualTo(Level.DOWN);
    }

    @Test
    void neverConfirmedIsUnknownAndAfterTheLimitDegraded() {
        confirmedAt = null;
        replicaState = ReplicaState.CATCHING_UP;
        looks = new Looks(NOW.minusSeconds(60), NOW.minusMillis(300), null, NOW.plusMillis(700));
        assertVerdict(Level.UNKNOWN, "s3 has not confirmed anything yet");
        looks = new Looks(NOW.minusSeconds(61), NOW.minusMillis(300), null, NOW.plusMillis(700));
        assertVerdict(Level.DEGRADED, "s3 has confirmed nothing for 61 s while 100 bytes wait");
    }

    @Test
    void lookThatDoesNotEndIsDegradedWithWhatItHangsIn() {
        looks = new Looks(NOW.minusSeconds(3600), NOW.minusSeconds(100), NOW.minusSeconds(90), null);
        running = List.of(new Operation(Operation.Kind.SEAL, "main", null, NOW.minusSeconds(89)));
        Verdict verdict = verdict();
        assertThat(verdict.level()).isEqualTo(Level.DEGRADED);
        assertThat(verdict.reasons())
                .contains("the engine hangs since 2026-11-20T09:58:30Z in SEAL, under way since 2026-11-20T09:58:31Z")
                .anyMatch(reason -> reason.startsWith("s3 has confirmed nothing for 90 s"));
    }

    @Test
    void hangWhileTheDatabaseIsBeingOpenedIsDegradedToo() {
        state = State.WAITING_FOR_DATABASE;
        looks = new Looks(NOW.minusSeconds(3600), NOW.minusSeconds(100), NOW.minusSeconds(90), null);
        assertVerdict(Level.DEGRADED, "the engine hangs since 2026-11-20T09:58:30Z in a look at the WAL");
    }

    @Test
    void databaseThatCanNotBeOpenedIsNotWellHoweverItWaits() {
        state = State.WAITING_FOR_DATABASE;
        detail = "the folder of the local state can't be written";
        problemSince = NOW.minusSeconds(30);
        assertThat(verdict().level()).isEqualTo(Level.DEGRADED);
        problemSince = NOW.minusSeconds(61);
        assertThat(verdict().level()).isEqualTo(Level.DOWN);
        state = State.STANDBY;
        assertThat(verdict().level()).isEqualTo(Level.DOWN);
    }

    @Test
    void commitThatIsYoungerThanTheNextLookIsNotLate() throws IOException {
        looks = new Looks(NOW.minusSeconds(3600), NOW.minusSeconds(240), null, NOW.plusSeconds(60));
        walChangedAt(NOW.minusMillis(10));
        assertVerdict(Level.UP);
    }

    @Test
    void commitsThatNobodyLooksAtAreDegraded() throws IOException {
        looks = new Looks(NOW.minusSeconds(3600), NOW.minusSeconds(90), null, NOW.minusSeconds(89));
        assertVerdict(Level.UP);
        walChangedAt(NOW.minusSeconds(10));
        Verdict verdict = verdict();
        assertThat(verdict.level()).isEqualTo(Level.DEGRADED);
        assertThat(verdict.reasons())
                .contains("the WAL has changed, and the engine hasn't looked at it since 2026-11-20T09:58:30Z")
                .anyMatch(reason -> reason.startsWith("s3 has confirmed nothing for 90 s"));
    }

    @Test
    void localTroubleIsDegradedAndThenDown() {
        detail = "java.io.IOException: No space left on device";
        problemSince = NOW.minusSeconds(30);
        assertVerdict(
                Level.DEGRADED,
                "commits can't be copied since 2026-11-20T09:59:30Z: java.io.IOException: No space left on device");
        problemSince = NOW.minusSeconds(61);
        assertThat(verdict().level()).isEqualTo(Level.DOWN);
    }

    @Test
    void damageThatAValidationFoundIsDegraded() {
        proof = new ValidationResult(
                ValidationResult.Outcome.INVALID, POSITION, NOW, Duration.ZERO, "page 3 differs", false);
        assertVerdict(Level.DEGRADED, "the validation of s3 at 2026-11-20T10:00:00Z found damage: page 3 differs");
    }

    @Test
    void fencedIsDownAndOthersThatDoNotReplicateAreUnknown() {
        detail = "another replicator writes to the replica";
        state = State.FENCED;
        assertVerdict(Level.DOWN, "another replicator writes to the replica");
        state = State.STANDBY;
        assertThat(verdict().level()).isEqualTo(Level.UNKNOWN);
        state = State.STOPPED;
        assertThat(verdict().level()).isEqualTo(Level.UNKNOWN);
        state = State.WAITING_FOR_DATABASE;
        assertVerdict(Level.UP);
    }

    private void assertVerdict(Level level, String... reasons) {
        assertThat(verdict()).isEqualTo(new Verdict(level, List.of(reasons)));
    }

    private Verdict verdict() {
        ReplicaLag lag = new ReplicaLag(Clock.fixed(NOW, ZoneOffset.UTC));
        return new Assessment(lag, Duration.ofMinutes(1), downAfter).of(status());
    }

    private void walChangedAt(Instant time) throws IOException {
        Files.setLastModifiedTime(folder.resolve("app.db-wal"), FileTime.from(time));
    }

    private ReplicationStatus status() {
        return new ReplicationStatus(
                folder.resolve("app.db"),
                state,
                detail,
                problemSince,
                POSITION,
                8192,
                4152,
                4152,
                4152,
                null,
                new SealStatistics(0, 0, 0, 0, null),
                CheckpointStatistics.NONE,
                looks,
                running,
                List.of(replica()));
    }

    private ReplicaStatus replica() {
        return new ReplicaStatus(
                "s3",
                "s3",
                "s3://bucket/app",
                replicaState,
                POSITION,
                100,
                pendingSince,
                confirmedAt,
                null,
                null,
                lastError,
                null,
                null,
                null,
                proof,
                RequestCounts.NONE,
                replicaRunning,
                null);
    }
}
