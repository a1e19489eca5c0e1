package io.litestream4j.replication;

import static io.litestream4j.database.TestDatabase.PAUSE;
import static io.litestream4j.database.TestDatabase.insert;
import static io.litestream4j.database.TestDatabase.rows;
import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.database.TestDatabase;
import io.litestream4j.database.TestReplica;
import io.litestream4j.lease.LeaseSettings;
import io.litestream4j.lease.ReplicaLease;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A worker whose storage has bad days. */
class ReplicaWorkerTest {

    @TempDir
    Path folder;

    private TestDatabase database;
    private TestReplica replica;
    private Context context;
    private SourceDatabase source;
    private Connection app;
    private ReplicaWorker worker;
    private volatile Fault before = call -> {};
    private volatile Fault after = call -> {};
    private final List<String> calls = new CopyOnWriteArrayList<>();

    /** Throws where the storage should. */
    private interface Fault {
        void on(String call) throws IOException;
    }

    @BeforeEach
    void begin() throws Exception {
        database = TestDatabase.create(folder.resolve("run"));
        source = database.openAndBegin();
        app = database.connect();
        replica = new TestReplica(folder);
        context = new Context();
        worker = new ReplicaWorker(
                noLease(new Replica("test", faulty(replica.client()))),
                ReplicaSettings.syncingEvery(Duration.ZERO),
                context);
    }

    private static ReplicaLease noLease(Replica replica) {
        return new ReplicaLease(replica, LeaseSettings.off(), () -> "nobody", Clock.systemUTC());
    }

    @AfterEach
    void close() throws Exception {
        worker.halt(TimeUnit.SECONDS.toNanos(5));
        context.threads.close();
        database.close();
    }

    @Test
    void aFirstSnapshotThenSegmentsAndEndMarks() throws Exception {
        worker.start();
        awaitEverything();
        for (int index = 0; index < 3; index++) {
            commit(2);
            awaitEverything();
            source.seal(PAUSE);
            commit(1);
        }
        awaitEverything();
        assertThat(calls.subList(0, 2)).containsExactly("probe", "writeSnapshot");
        assertThat(calls).containsOnlyOnce("probe");
        assertContiguous();
        assertThat(segments().stream().filter(s -> s.size() == Lz4Frames.EMPTY_FRAME_SIZE))
                .hasSize(3);
        assertThat(context.broken).isEmpty();
    }

    @Test
    void anIdleDatabaseCausesNoRequest() throws Exception {
        worker.start();
        awaitEverything();
        int made = calls.size();
        for (int i = 0; i < 50; i++) {
            worker.framesCopied(Instant.now());
        }
        commit(1);
        awaitEverything();
        assertThat(calls.subList(made, calls.size())).containsExactly("writeWalSegment");
    }

    /** The object has arrived; meanwhile more was committed, which must not get into the same object. */
    @Test
    void theAnswerToAnUploadIsLost() throws Exception {
        worker.start();
        awaitEverything();
        AtomicInteger lost = new AtomicInteger();
        after = call -> {
            if (call.equals("writeWalSegment") && lost.incrementAndGet() <= 3) {
                insertQuietly();
                throw new IOException("connection reset");
            }
        };
        commit(5);
        Await.until("three answers are lost", () -> lost.get() >= 3);
        commit(2);
        awaitEverything();
        assertContiguous();
        assertThat(context.broken).isEmpty();
        assertThat(context.degraded).hasValue(1);
        Await.until("it is known to work again", () -> context.recovered.get() == 1);
    }

    @Test
    void theAnswerToTheFirstSnapshotIsLost() throws Exception {
        AtomicInteger lost = new AtomicInteger();
        after = call -> {
            if (call.equals("writeSnapshot") && lost.incrementAndGet() <= 2) {
                insertQuietly();
                throw new IOException("connection reset");
            }
        };
        worker.start();
        commit(1);
        awaitEverything();
        assertThat(lost).hasValueGreaterThanOrEqualTo(3);
        assertThat(context.broken).isEmpty();
        assertContiguous();
    }

    @Test
    void theAnswerToAnEndMarkIsLost() throws Exception {
        worker.start();
        awaitEverything();
        AtomicInteger writes = new AtomicInteger();
        after = call -> {
            if (call.equals("writeWalSegment") && writes.incrementAndGet() % 2 == 1) {
                throw new IOException("connection reset");
            }
        };
        source.seal(PAUSE);
        commit(3);
        awaitEverything();
        assertContiguous();
        assertThat(context.broken).isEmpty();
    }

    @Test
    void aStorageThatIsAwayIsAskedLessAndLessAndCatchesUpByItself() throws Exception {
        worker.start();
        awaitEverything();
        List<Long> attempts = new CopyOnWriteArrayList<>();
        before = call -> {
            attempts.add(System.nanoTime());
            throw new IOException("no route to host");
        };
        commit(1);
        Await.until("five attempts", () -> {
            commit(1);
            return attempts.size() >= 5;
        });
        for (int i = 1; i < 5; i++) {
            long least = 50L << (i - 1);
            assertThat(attempts.get(i) - attempts.get(i - 1))
                    .as("gap before attempt %d", i)
                    .isGreaterThanOrEqualTo(TimeUnit.MILLISECONDS.toNanos(least));
        }
        assertThat(worker.status(source.extent()).lastError()).contains("no route to host");
        assertThat(worker.status(source.extent()).pendingBytes()).isPositive();
        assertThat(context.degraded).hasValue(1);
        before = call -> {};
        awaitEverything();
        Await.until("it is known to work again", () -> context.recovered.get() == 1);
        assertThat(worker.status(source.extent()).lastError()).isNull();
        assertContiguous();
    }

    /** The pause between two rounds is longer than the back-off: waiting for it is no success. */
    @Test
    void aStorageThatIsAwayStaysAwayWhileTheSyncIntervalPasses() throws Exception {
        ReplicaWorker slow = new ReplicaWorker(
                noLease(new Replica("slow", faulty(replica.client()))),
                ReplicaSettings.syncingEvery(Duration.ofMillis(300)),
                context);
        before = call -> {
            if (call.equals("writeWalSegment")) {
                throw new IOException("no route to host");
            }
        };
        slow.start();
        Await.until("three attempts", () -> {
            source.sync();
            slow.framesCopied(Instant.now());
            return calls.stream().filter("writeWalSegment"::equals).count() >= 3;
        });
        assertThat(context.recovered).hasValue(0);
        assertThat(context.degraded).hasValue(1);
        assertThat(slow.status(source.extent()).lastError()).contains("no route to host");
        assertThat(slow.status(source.extent()).state()).isEqualTo(ReplicationStatus.ReplicaState.RETRYING);
        slow.halt(TimeUnit.SECONDS.toNanos(5));
    }

    @Test
    void somebodyElsesObjectIsLeftAloneAndANewGenerationBegins() throws Exception {
        worker.start();
        awaitEverything();
        Position next = source.position();
        replica.client().writeWalSegment(next, out -> {
            try (OutputStream lz4 = Lz4Frames.compress(out)) {
                lz4.write(new byte[4120]);
            }
        });
        commit(1);
        Await.until("the generation is given up", () -> !context.broken.isEmpty());
        assertThat(context.broken.get(0)).contains("exists on the replica with other bytes");
        awaitEverything();
        assertThat(source.position().generation()).isNotEqualTo(next.generation());
        try (InputStream stored = Lz4Frames.decompress(replica.client().openWalSegment(next))) {
            assertThat(stored.readAllBytes()).isEqualTo(new byte[4120]);
        }
        assertContiguous();
    }

    @Test
    void aReplicaOfARunBeforeIsLookedAtOnce() throws Exception {
        replica.begin(source);
        context.began = false;
        commit(2);
        worker.start();
        awaitEverything();
        assertThat(calls).doesNotContain("writeSnapshot");
        assertThat(calls.stream().filter("snapshots"::equals)).hasSize(1);
        commit(2);
        awaitEverything();
        assertThat(calls.stream().filter("snapshots"::equals)).hasSize(1);
        assertContiguous();
    }

    /** What pruning asks, again and again while a worker looks at its replica and begins. */
    @Test
    void atNoTimeANewWorkerNeedsNothing() throws Exception {
        replica.begin(source);
        context.began = false;
        Generation generation = source.position().generation();
        for (int round = 0; round < 300; round++) {
            ReplicaWorker begins = new ReplicaWorker(
                    noLease(new Replica("again", replica.client())),
                    ReplicaSettings.syncingEvery(Duration.ZERO),
                    context);
            begins.start();
            Await.until("it has begun", Duration.ofSeconds(20), 0, () -> {
                assertThat(begins.needs(generation)).isNotNull();
                return begins.confirmed() != null;
            });
            begins.halt(TimeUnit.SECONDS.toNanos(5));
        }
    }

    /** Litestream's snapshot may hold frames that are not shipped yet. */
    @Test
    void inAGenerationOfLitestreamNothingIsConfirmedBeforeEverythingIsThere() throws Exception {
        replica.begin(source);
        Generation generation = Generation.parse("0123456789abcdef");
        TestDatabase adopted = database.afterCrashOfLitestream(generation);
        database.close();
        database = adopted;
        source = database.open();
        app = database.connect();
        replica.begin(source);
        context.began = false;
        before = call -> {
            if (call.equals("writeWalSegment")) {
                throw new IOException("no route to host");
            }
        };
        commit(2);
        worker.start();
        Await.until(
                "two attempts",
                () -> calls.stream().filter("writeWalSegment"::equals).count() >= 2);
        assertThat(worker.confirmed()).isNull();
        before = call -> {};
        awaitEverything();
        assertThat(source.position().generation()).isEqualTo(generation);
        assertThat(calls).doesNotContain("writeSnapshot");
        assertThat(context.broken).isEmpty();
        assertContiguous();
    }

    @Test
    void whileTheListingFailsNothingIsWritten() throws Exception {
        replica.begin(source);
        context.began = false;
        before = call -> {
            if (!call.startsWith("write")) {
                throw new IOException("403 forbidden");
            }
        };
        commit(2);
        worker.start();
        Await.until("three attempts", () -> calls.size() >= 3);
        assertThat(calls).noneMatch(call -> call.startsWith("write"));
        assertThat(worker.confirmed()).isNull();
        before = call -> {};
        awaitEverything();
        assertThat(context.broken).isEmpty();
        assertContiguous();
    }

    private void commit(int rows) throws Exception {
        insert(app, rows);
        source.sync();
        worker.framesCopied(Instant.now());
    }

    @Test
    void aProbeThatFailsIsReportedAndTheReplicaIsFedAllTheSame() throws Exception {
        before = call -> {
            if (call.equals("probe")) {
                throw new IOException("no such bucket: create it, or correct the URL");
            }
        };
        worker.start();
        awaitEverything();
        assertThat(context.degraded).hasValue(1);
        assertThat(calls).startsWith("probe", "writeSnapshot");
        source.breakGeneration("another generation");
        context.requestSeal();
        worker.framesCopied(Instant.now());
        awaitEverything();
        worker.halt(TimeUnit.SECONDS.toNanos(5));
        worker.start();
        commit(1);
        awaitEverything();
        assertThat(calls).containsOnlyOnce("probe");
    }

    private void insertQuietly() throws IOException {
        try (Connection connection = database.connect()) {
            insert(connection, 1);
            source.sync();
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private void awaitEverything() throws Exception {
        Await.until("everything is confirmed", () -> {
            Position position = source.position();
            return position != null && position.equals(worker.confirmed());
        });
    }

    private List<WalSegmentInfo> segments() throws IOException {
        return replica.client().walSegments(source.position().generation());
    }

    /** Each object begins where the one before it ends, and all of them give the database. */
    private void assertContiguous() throws Exception {
        Generation generation = source.position().generation();
        Position next = new Position(generation, 0, 0);
        for (WalSegmentInfo segment : segments()) {
            boolean follows =
                    segment.position().equals(next) || segment.position().equals(next.nextIndex());
            assertThat(follows).as("%s after %s", segment.position(), next).isTrue();
            try (InputStream stored = Lz4Frames.decompress(replica.client().openWalSegment(segment.position()))) {
                int length = stored.readAllBytes().length;
                next = segment.position().atOffset(segment.position().offset() + length);
            }
        }
        assertThat(next).isEqualTo(source.position());
        assertThat(replica.restoredRows()).isEqualTo(rows(app));
    }

    private ReplicaClient faulty(ReplicaClient client) {
        return (ReplicaClient) Proxy.newProxyInstance(
                ReplicaClient.class.getClassLoader(), new Class<?>[] {ReplicaClient.class}, (proxy, method, args) -> {
                    String call = method.getName();
                    boolean request = !List.of("url", "type", "toString", "stillHolds", "requests")
                            .contains(call);
                    if (request) {
                        calls.add(call);
                        before.on(call);
                    }
                    try {
                        Object result = method.invoke(client, args);
                        if (request) {
                            after.on(call);
                        }
                        return result;
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** One database, and what its worker asked for. */
    private final class Context implements ReplicationContext {

        private final EngineThreads threads = new EngineThreads();
        private final List<String> broken = new CopyOnWriteArrayList<>();
        private final AtomicInteger degraded = new AtomicInteger();
        private final AtomicInteger recovered = new AtomicInteger();
        private volatile boolean began = true;

        @Override
        public EngineThreads threads() {
            return threads;
        }

        @Override
        public SourceDatabase source() {
            return source;
        }

        private final Operations operations = new Operations("test", List.of(), Clock.systemUTC());

        @Override
        public Instant now() {
            return Instant.now();
        }

        @Override
        public boolean hasWaiters() {
            return false;
        }

        @Override
        public boolean beganHere(Generation generation) {
            return began;
        }

        @Override
        public void breakGeneration(@Nullable Generation generation, String reason) {
            broken.add(reason);
            source.breakGeneration(reason);
            requestSeal();
        }

        @Override
        public void foreignWriter(Generation generation, String reason) {
            throw new AssertionError(reason);
        }

        @Override
        public void requestSeal() {
            try {
                source.beginGeneration(PAUSE, true);
                source.seal(PAUSE);
                source.beginIndex();
            } catch (IOException | SQLException e) {
                throw new LitestreamException("a seal that nobody is in the way of", e);
            }
        }

        @Override
        public void requestIndexAfter(Position index) {
            requestSeal();
        }

        @Override
        public boolean await(BooleanSupplier condition, long timeoutNanos) {
            return condition.getAsBoolean();
        }

        @Override
        public Path metaPath() {
            return folder.resolve("meta");
        }

        @Override
        public void confirmed() {}

        @Override
        public Operations operations() {
            return operations;
        }

        @Override
        public void notify(Consumer<ReplicationListener> call) {
            call.accept(new ReplicationListener() {
                @Override
                public void replicaDegraded(String name, Exception cause) {
                    degraded.incrementAndGet();
                }

                @Override
                public void replicaRecovered(String name) {
                    recovered.incrementAndGet();
                }
            });
        }
    }
}
