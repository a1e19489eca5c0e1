package io.litestream4j.replication;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;

/** Threads that commit rows as fast as they are told to, each on a connection of its own, until they are closed. */
final class Writers implements AutoCloseable {

    private final Path database;
    private final Load load;
    private final AtomicLongArray committed = new AtomicLongArray(Entries.MAX_WRITERS);
    private final List<Thread> threads = new ArrayList<>();
    private final AtomicReference<Throwable> failure = new AtomicReference<>();
    private volatile boolean stopping;

    /**
     * How they write.
     *
     * @param writers how many
     * @param paceNanos mean pause between two commits of one writer
     * @param bigEvery one in this many transactions is big: 20 rows of 5000 bytes; 0 for none
     * @param autocheckpoint SQLite's wal_autocheckpoint
     * @param wake called after each commit
     */
    record Load(int writers, long paceNanos, int bigEvery, int autocheckpoint, Runnable wake) {

        static Load of(int writers, long paceNanos) {
            return new Load(writers, paceNanos, 0, 1000, () -> {});
        }

        Load bigEvery(int value) {
            return new Load(writers, paceNanos, value, autocheckpoint, wake);
        }

        Load autocheckpoint(int value) {
            return new Load(writers, paceNanos, bigEvery, value, wake);
        }

        Load wake(Runnable value) {
            return new Load(writers, paceNanos, bigEvery, autocheckpoint, value);
        }
    }

    /** Hears of each commit, on the writer's thread. */
    @FunctionalInterface
    interface Listener {
        void committed(int writer, long seq);
    }

    private Writers(Path database, Load load, long[] last) {
        this.database = database;
        this.load = load;
        for (int i = 0; i < last.length; i++) {
            committed.set(i, last[i]);
        }
    }

    static Writers start(Path database, Load load) throws SQLException {
        return start(database, load, (writer, seq) -> {});
    }

    /** Goes on behind the last rows that the database has. */
    static Writers start(Path database, Load load, Listener listener) throws SQLException {
        long[] last = new long[Entries.MAX_WRITERS];
        try (Connection connection = Sql.connect(database)) {
            for (int i = 0; i < load.writers; i++) {
                last[i] = Sql.number(connection, "select coalesce(max(seq), 0) from entry where writer = " + i);
            }
        }
        Writers writers = new Writers(database, load, last);
        for (int i = 0; i < load.writers; i++) {
            int writer = i;
            Thread thread = new Thread(() -> writers.write(writer, listener), "writer-" + writer);
            thread.setDaemon(true);
            thread.start();
            writers.threads.add(thread);
        }
        return writers;
    }

    @SuppressWarnings("CatchingUnchecked")
    private void write(int writer, Listener listener) {
        Random random = new Random();
        try (Connection connection = Sql.connect(database)) {
            // a killed process loses nothing of what it has written, synced or not: commits per second matter more
            Sql.run(connection, "pragma wal_autocheckpoint=" + load.autocheckpoint, "pragma synchronous=normal");
            for (long seq = committed.get(writer) + 1; !stopping; seq++) {
                boolean big = load.bigEvery > 0 && random.nextInt(load.bigEvery) == 0;
                long until = big ? seq + 19 : seq;
                Entries.commit(connection, writer, seq, until, big ? 5000 : 20 + random.nextInt(600), random);
                seq = until;
                committed.set(writer, seq);
                listener.committed(writer, seq);
                load.wake.run();
                if (load.paceNanos > 0) {
                    LockSupport.parkNanos((long) (random.nextDouble() * 2 * load.paceNanos));
                }
            }
        } catch (Exception e) {
            failure.compareAndSet(null, e);
        }
    }

    Path database() {
        return database;
    }

    /** The last row's number of each writer that was committed before this call. */
    long[] committed() {
        long[] all = new long[Entries.MAX_WRITERS];
        for (int i = 0; i < all.length; i++) {
            all[i] = committed.get(i);
        }
        return all;
    }

    long total() {
        long total = 0;
        for (long one : committed()) {
            total += one;
        }
        return total;
    }

    /** Fails if a writer could not write. */
    void assertAllWell() {
        Throwable thrown = failure.get();
        if (thrown != null) {
            throw new AssertionError("a writer failed", thrown);
        }
    }

    @Override
    public void close() {
        stop();
    }

    /** Ends the threads and their connections; fails if a writer could not write. */
    void stop() {
        stopping = true;
        try {
            for (Thread thread : threads) {
                thread.join();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertAllWell();
    }
}
