package io.litestream4j.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReplicaLeaseTest {

    private static final Generation A = Generation.parse("00000000000000aa");
    private static final Generation B = Generation.parse("00000000000000bb");
    private static final Duration TTL = Duration.ofSeconds(30);

    @TempDir
    Path folder;

    private final AtomicLong nanos = new AtomicLong(1);
    private Replica replica;
    private Path file;

    @BeforeEach
    void create() {
        replica = new Replica("copy", new FileReplicaClient(folder));
        file = folder.resolve(ReplicaPaths.LEASE);
    }

    @Test
    void whoComesFirstHasIt() throws Exception {
        lease("first").requireHeld();

        assertThat(lease("second").tryTake()).hasValueSatisfying(held -> {
            assertThat(held.holder())
                    .contains("process " + ProcessHandle.current().pid(), "of host ");
            assertThat(held.remaining()).isBetween(TTL.minusSeconds(10), TTL);
        });
        assertThatThrownBy(lease("second")::requireHeld)
                .isInstanceOf(LeaseHeldException.class)
                .hasMessageContainingAll(
                        replica.toString(), "is written by process", "it ends in", "s unless it is renewed");
    }

    @Test
    void whatWasGivenBackIsFree() throws Exception {
        ReplicaLease first = lease("first");
        first.requireHeld();
        first.name(A, new HeldGenerations(replica.client(), A));
        first.release();

        ReplicaLease second = lease("second");
        assertThat(second.tryTake()).isEmpty();
        assertThat(second.counting()).isEqualTo(A);
        assertThat(second.newerBackup(B))
                .hasValueSatisfying(problem -> assertThat(problem)
                        .contains(A.name(), "restore.mode=replace", "litestream.lease.on-newer-backup=ignore"));
        assertThat(second.newerBackup(A)).as("its own continuation").isEmpty();
    }

    @Test
    void expiredOneIsTakenAndItsHolderFindsOutAtTheNextUpload() throws Exception {
        ReplicaLease first = lease("first");
        first.requireHeld();
        age(TTL.plusSeconds(1));
        lease("second").requireHeld();

        pass(TTL);
        assertThatThrownBy(first::requireHeld)
                .isInstanceOf(LeaseLostException.class)
                .hasMessageContainingAll("copy", "fenced", "process", "in the local database only", "restart");
        assertThatThrownBy(first::tryTake).isInstanceOf(LeaseLostException.class);
        assertThatThrownBy(() -> first.name(B, new HeldGenerations(replica.client(), B)))
                .isInstanceOf(LeaseLostException.class);
        assertThat(first.status())
                .isNotNull()
                .satisfies(status -> assertThat(status.own()).isFalse());
    }

    @Test
    void lostOneIsNeverTakenAgainEvenWhenItIsFree() throws Exception {
        ReplicaLease first = lease("first");
        first.requireHeld();
        age(TTL.plusSeconds(1));
        ReplicaLease second = lease("second");
        second.requireHeld();
        pass(TTL);
        assertThatThrownBy(first::requireHeld).isInstanceOf(LeaseLostException.class);
        second.release();

        assertThatThrownBy(first::requireHeld).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void notYetExpiredOneIsNotTaken() throws Exception {
        lease("first").requireHeld();
        age(TTL.minusSeconds(5));
        assertThat(lease("second").tryTake()).isPresent();
    }

    @Test
    void leaseOfTheSameLocalStateIsTakenAtOnce() throws Exception {
        lease("one disk").requireHeld();
        ReplicaLease again = lease("one disk");
        assertThat(again.tryTake()).isEmpty();
        assertThat(again.newerBackup(B)).isEmpty();
    }

    @Test
    void leaseOfACopiedDiskOnAnotherHostIsWaitedFor() throws Exception {
        lease("one disk").requireHeld();
        rewrite("host", "elsewhere");
        assertThat(lease("one disk").tryTake())
                .hasValueSatisfying(held -> assertThat(held.holder()).endsWith("of host elsewhere"));
    }

    @Test
    void leaseOfAProcessThatHasEndedIsTakenAtOnce() throws Exception {
        Process process = new ProcessBuilder("sleep", "100").start();
        lease("first").requireHeld();
        rewrite("pid", Long.toString(process.pid()));
        rewrite("process", RunningSystem.processId(process.pid()));
        assertThat(lease("second").tryTake()).isPresent();

        process.destroyForcibly().waitFor();
        assertThat(lease("second").tryTake()).isEmpty();
    }

    @Test
    void processOfAnotherSystemIsNotTakenForOneThatHasEnded() throws Exception {
        lease("first").requireHeld();
        rewrite("pid", "999999999");
        rewrite("process", "11111111-2222-3333-4444-555555555555 pid:[4026531836] 999999999 77");
        assertThat(lease("second").tryTake()).isPresent();
    }

    @Test
    void whereTheStoragesClockWasSetBackTheTimeOfTheOneWhoWaitsCounts() throws Exception {
        lease("first").requireHeld();
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().plus(Duration.ofDays(3))));
        ReplicaLease second = lease("second");
        assertThat(second.tryTake()).isPresent();
        pass(TTL.minusMillis(1));
        assertThat(second.tryTake()).isPresent();
        pass(Duration.ofMillis(2));
        assertThat(second.tryTake()).isEmpty();
    }

    @Test
    void renewalComesWhenHalfTheTimeIsOverAndNotBefore() throws Exception {
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        String stored = Files.readString(file);
        pass(TTL.dividedBy(2).minusMillis(1));
        lease.renewIfDue();
        lease.requireHeld();
        assertThat(file).hasContent(stored);

        pass(Duration.ofMillis(2));
        lease.renewIfDue();
        assertThat(Files.readString(file)).isNotEqualTo(stored);
    }

    @Test
    void renewalThatFailsMattersOnlyWhenTheLeaseHasExpired() throws Exception {
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        Path elsewhere = folder.resolveSibling(folder.getFileName() + "-unmounted");
        Files.move(folder, elsewhere);
        pass(TTL.dividedBy(2).plusMillis(1));
        lease.renewIfDue();
        lease.requireHeld();

        pass(TTL);
        assertThatThrownBy(lease::requireHeld)
                .isInstanceOf(IOException.class)
                .isNotInstanceOf(LeaseLostException.class)
                .hasMessageContaining("the replica's folder is gone");
        assertThat(folder)
                .as("nothing is begun in place of a volume that isn't mounted")
                .doesNotExist();
        Files.move(elsewhere, folder);
        lease.requireHeld();
    }

    @Test
    void machineThatWasSuspendedAsksBeforeItWritesOn() throws Exception {
        MovedClock clock = new MovedClock();
        ReplicaLease lease = new ReplicaLease(replica, settings(), () -> "first", clock, nanos::get);
        lease.requireHeld();
        age(TTL.plusSeconds(1));
        lease("second").requireHeld();

        clock.ahead = Duration.ofMinutes(10); // the monotonic clock stood still
        assertThatThrownBy(lease::requireHeld).isInstanceOf(LeaseLostException.class);
    }

    @Test
    void deletedLeaseIsStoredAgain() throws Exception {
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        Files.delete(file);
        pass(TTL);
        lease.requireHeld();
        assertThat(file).exists();
    }

    @Test
    void generationThatCountsIsNamedWithThoseThatItSupersedes() throws Exception {
        replica.client().writeSnapshot(A, 0, out -> out.write(1));
        replica.client().writeSnapshot(B, 0, out -> out.write(1));
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        lease.name(B, new HeldGenerations(replica.client(), B));

        assertThat(CountingGeneration.of(replica.client())).hasValueSatisfying(counting -> {
            assertThat(counting.generation()).isEqualTo(B);
            assertThat(counting.supersedes()).containsExactly(Map.entry(A, new Position(A, 0, 0)));
        });
        assertThat(lease.supersedes(B, A)).isTrue();
        assertThat(lease.supersedes(A, B)).isFalse();
    }

    @Test
    void generationThatWasAnnouncedByAFormerHolderIsSuperseded() throws Exception {
        ReplicaLease first = lease("first");
        first.begins(A);
        age(TTL.plusSeconds(1));
        ReplicaLease second = lease("second");
        second.begins(B);
        second.name(B, new HeldGenerations(replica.client(), B));

        replica.client().writeSnapshot(A, 0, out -> out.write(1)); // arrives late
        assertThat(CountingGeneration.of(replica.client()))
                .hasValueSatisfying(counting -> assertThat(
                                counting.supersedes(A, Stream.of(new Position(A, 0, 0), new Position(A, 0, 32))))
                        .isTrue());
    }

    @Test
    void generationThatGoesOnIsNotTakenForAnOlderOne() throws Exception {
        replica.client().writeSnapshot(A, 3, out -> out.write(1));
        ReplicaLease lease = lease("first");
        lease.name(B, new HeldGenerations(replica.client(), B));
        CountingGeneration counting = CountingGeneration.of(replica.client()).orElseThrow();
        Position last = new Position(A, 3, 0);
        Position late = new Position(A, 3, 4152);
        assertThat(counting.supersedes(A, Stream.of(last, late))).isTrue();
        assertThat(counting.supersedes(A, Stream.of(last, late, new Position(A, 3, 8272))))
                .isFalse();
    }

    @Test
    void manySupersededGenerationsStayWithinTheSizeOfALease() throws Exception {
        for (int i = 0; i < LeaseRecord.MAX_SUPERSEDED + 10; i++) {
            Files.createDirectories(folder.resolve(ReplicaPaths.GENERATIONS).resolve("%016x".formatted(i)));
        }
        ReplicaLease lease = lease("first");
        lease.requireHeld();
        lease.name(B, new HeldGenerations(replica.client(), B));
        assertThat(CountingGeneration.of(replica.client()))
                .hasValueSatisfying(counting -> assertThat(counting.supersedes())
                        .hasSizeBetween(LeaseRecord.MAX_SUPERSEDED - 1, LeaseRecord.MAX_SUPERSEDED));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "format=2\n",
                "format=1\nowner=x\n",
                "format=\\u00zz",
            })
    void somethingElseInItsPlaceIsNotOverwritten(String content) throws Exception {
        Files.writeString(file, content);
        assertThatThrownBy(lease("first")::requireHeld)
                .isInstanceOf(IOException.class)
                .hasMessageContainingAll(replica.client().url(), "lease.properties isn't a lease", "delete");
        assertThat(file).hasContent(content);
        assertThat(CountingGeneration.of(replica.client())).isEmpty();
    }

    @Test
    void hugeLeaseIsNotReadIntoMemory() throws Exception {
        lease("first").requireHeld();
        Files.writeString(file, Files.readString(file) + "x=" + "y".repeat(10 << 20));
        assertThatThrownBy(lease("second")::requireHeld).hasMessageContaining("more than 65536 bytes");
    }

    @Test
    void fieldsOfAForeignLeaseAreBoundedAndPrintable() throws Exception {
        lease("first").requireHeld();
        String good = Files.readString(file);
        for (Map.Entry<String, String> field : Map.of(
                        "ttl", "PT10000H",
                        "generation", "../../etc",
                        "pid", "99999999999999999999",
                        "renewed", "yesterday",
                        "owner", "x".repeat(1000))
                .entrySet()) {
            Files.writeString(file, good);
            rewrite(field.getKey(), field.getValue());
            assertThatThrownBy(lease("second")::requireHeld)
                    .as(field.getKey())
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("isn't a lease");
        }
        Files.writeString(file, good);
        rewrite("host", "a\\nb\\u001b[31m");
        assertThat(lease("second").tryTake())
                .hasValueSatisfying(held -> assertThat(held.holder()).endsWith("of host a?b?[31m"));
    }

    @Test
    void symbolicLinkInItsPlaceIsNotFollowed() throws Exception {
        Path secret = Files.writeString(folder.resolve("secret"), "of somebody else");
        Files.createSymbolicLink(file, secret);
        assertThatThrownBy(lease("first")::requireHeld).isInstanceOf(IOException.class);
        assertThat(secret).hasContent("of somebody else");
    }

    @Test
    void switchedOffItSendsNothingAndHoldsNobodyUp() throws Exception {
        lease("first").requireHeld();
        String stored = Files.readString(file);
        ReplicaLease off = new ReplicaLease(replica, LeaseSettings.off(), () -> "second", Clock.systemUTC());
        assertThat(off.tryTake()).isEmpty();
        off.requireHeld();
        off.name(A, new HeldGenerations(replica.client(), A));
        off.renewIfDue();
        off.release();
        assertThat(file).hasContent(stored);
    }

    private static LeaseSettings settings() {
        return new LeaseSettings(true, TTL, OnConflict.WAIT, OnNewerBackup.FAIL);
    }

    private ReplicaLease lease(String owner) {
        return new ReplicaLease(replica, settings(), () -> owner, Clock.systemUTC(), nanos::get);
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    /** By the storage's clock. */
    private void age(Duration age) throws IOException {
        Files.setLastModifiedTime(file, FileTime.from(Instant.now().minus(age)));
    }

    private void rewrite(String key, String value) throws IOException {
        FileTime time = Files.getLastModifiedTime(file);
        String content = Files.readString(file, StandardCharsets.ISO_8859_1);
        String without = content.replaceAll("(?m)^" + key + "=.*\\R?", "");
        Files.writeString(file, without + key + "=" + value.replace(":", "\\:") + "\n");
        Files.setLastModifiedTime(file, time);
    }

    /** Ahead of the real one by a time that the test sets. */
    private static final class MovedClock extends Clock {

        private volatile Duration ahead = Duration.ZERO;

        @Override
        public Instant instant() {
            return Instant.now().plus(ahead);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }
}
