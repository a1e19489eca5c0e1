package io.litestream4j.replication;

import io.litestream4j.replication.ModelProgram.Step;
import io.litestream4j.replication.ModelReplica.Weather;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** What each kind of step does. */
final class ModelSteps {

    private static final List<Weather> WEATHERS = List.of(Weather.values());
    static final String[] MODES = {"PASSIVE", "FULL", "RESTART", "TRUNCATE"};

    private final ModelRun run;
    private final ModelTroubles troubles;
    private int number;

    ModelSteps(ModelRun run) {
        this.run = run;
        this.troubles = new ModelTroubles(run, this);
    }

    void step(Step step) throws Exception {
        number++;
        int value = step.value();
        switch (step.kind()) {
            case WRITE -> write(value);
            case ROLL_BACK -> connected("rollback " + seed(value) + " " + (value % 100));
            case DDL -> connected("ddl " + value);
            case VACUUM -> tryOnDatabase("vacuum");
            case PAGE_SIZE -> changePageSize(value);
            case JOURNAL_MODE -> changeJournalMode(value);
            case CHECKPOINT ->
                tryOnDatabase("pragma busy_timeout=100;pragma wal_checkpoint(%s);pragma busy_timeout=20000"
                        .formatted(MODES[value % 4]));
            case AUTOCHECKPOINT -> connected("query pragma wal_autocheckpoint=" + (value % 2 == 0 ? 1 : 1000));
            case READER -> toggleReader();
            case BURST -> burst(value);
            case JOIN -> join();
            case IDLE -> LockSupport.parkNanos(value * 300_000L);
            case CLOCK -> run.moveClock(value * 6000L, 0);
            case SKEW -> run.moveClock(0, (value - 500) * 20_000L);
            case WEATHER -> run.weather(value < 400 ? Weather.FINE : WEATHERS.get(value % WEATHERS.size()));
            default -> stepOfEngine(step);
        }
    }

    private void stepOfEngine(Step step) throws Exception {
        int value = step.value();
        switch (step.kind()) {
            case START -> start();
            case STOP -> stop();
            case STOP_CONNECTED -> stopConnected();
            case RESTART -> {
                stop();
                start();
                connect();
            }
            case KILL -> run.kill(value * 50L);
            case KILL_DURING -> killDuring(value);
            case SNAPSHOT -> onEngine("snapshot " + patience());
            case SEAL -> onEngine("seal " + patience());
            case RETENTION -> enforceRetention();
            case VALIDATE -> validate();
            case ACKNOWLEDGE -> {
                acknowledge();
                if (value % 2 == 0) {
                    restoreNewest();
                }
            }
            case RESTORE -> restoreNewest();
            case RESTORE_TIME -> run.checks.someTime(value, run.now());
            case RESTORE_INDEX -> run.checks.index(value, value % 2 == 0);
            default -> troubles.step(step, seed(value));
        }
    }

    long seed(int value) {
        return value * 1_000L + number;
    }

    /** How long the engine may try, in milliseconds: long where it must succeed. */
    private long patience() {
        return run.isAcknowledgeable() ? 20_000 : 300;
    }

    void connect() throws IOException {
        if (!run.connected) {
            run.ask("connect");
            run.connected = true;
        }
    }

    void disconnect() throws IOException {
        join();
        run.ask("disconnect");
        run.connected = false;
        run.reading = false;
    }

    private void connected(String line) throws IOException {
        join();
        connect();
        run.ask(line);
    }

    private void tryOnDatabase(String sql) throws IOException {
        join();
        connect();
        String ignored = run.tryTo("change " + sql);
    }

    private void write(int value) throws IOException {
        connect();
        boolean big = value % 10 == 0;
        String answer = run.tryTo("write %d %d %d".formatted(seed(value), big ? 60 : 1 + value % 5, big ? 4000 : 500));
        // without an engine the database may be in another journal mode, in which a reader keeps a commit waiting
        boolean beforeAReader = run.reading && !run.running && answer.contains("SQLITE_BUSY");
        if (!beforeAReader) {
            String ignored = ModelRun.require(answer);
        }
    }

    private void burst(int value) throws IOException {
        join();
        connect();
        run.ask("burst %d %d".formatted(seed(value), 5 + value % 60));
        run.bursting = true;
    }

    void join() throws IOException {
        if (run.bursting) {
            run.ask("join");
            run.bursting = false;
        }
    }

    private void toggleReader() throws IOException {
        connect();
        run.ask(run.reading ? "reader-close" : "reader-open");
        run.reading = !run.reading;
    }

    private void changePageSize(int value) throws IOException {
        troubles.otherLeaves();
        boolean wasRunning = run.running;
        stop();
        tryOnDatabase("pragma journal_mode=delete;pragma page_size=%d;vacuum;pragma journal_mode=wal"
                .formatted(512 << value % 8));
        if (wasRunning) {
            start();
        }
    }

    private void changeJournalMode(int value) throws IOException {
        if (value % 3 == 0) {
            troubles.otherLeaves();
            stop();
            tryOnDatabase("pragma journal_mode=delete");
            write(value);
            if (value % 2 == 0) {
                start();
            } else {
                tryOnDatabase("pragma journal_mode=wal");
            }
        } else {
            tryOnDatabase("pragma busy_timeout=50;pragma journal_mode=delete;pragma busy_timeout=20000");
            tryOnDatabase("pragma busy_timeout=50;pragma journal_mode=wal;pragma busy_timeout=20000");
        }
    }

    private void start() throws IOException {
        if (!run.running) {
            String answer = run.tryTo("start");
            if (run.reading && answer.contains("is locked by a connection")) {
                // in another journal mode, which can't be left while somebody reads
                toggleReader();
                answer = run.tryTo("start");
            }
            String ignored = ModelRun.require(answer);
            run.running = true;
            connect();
        }
    }

    void stop() throws IOException {
        disconnect();
        stopEngine();
    }

    private void stopConnected() throws IOException {
        join();
        stopEngine();
    }

    private void stopEngine() throws IOException {
        if (run.running) {
            String ignored = run.ask("stop");
            run.running = false;
            run.ask("threads");
        }
    }

    private void killDuring(int value) throws IOException {
        if (run.running) {
            String[] work = {"snapshot 5000", "seal 5000", "retention", "stop", "ack 5000"};
            if (work[value % work.length].equals("retention")) {
                run.checks.retentionRan(run.now() - ModelHost.RETENTION.toMillis());
            }
            if (work[value % work.length].equals("stop")) {
                disconnect();
            }
            run.send(work[value % work.length]);
        } else {
            run.send("start");
        }
        run.kill((long) value * value / 5);
    }

    private String onEngine(String line) throws IOException {
        if (!run.running) {
            return "";
        }
        connect();
        return run.tryTo(line);
    }

    private void enforceRetention() throws IOException {
        if (run.running) {
            run.checks.retentionRan(run.now() - ModelHost.RETENTION.toMillis());
            String ignored = onEngine("retention");
        }
    }

    private void validate() throws IOException {
        if (onEngine("validate " + patience()).contains("INVALID")) {
            throw new AssertionError("validation says that the replica is not the database");
        }
    }

    void acknowledge() throws IOException {
        if (!run.running) {
            return;
        }
        connect();
        boolean must = run.isAcknowledgeable();
        String answer = run.tryTo("ack " + (must ? 20_000 : 200));
        if (must && !answer.equals("acknowledged")) {
            throw new AssertionError("not acknowledged: " + answer);
        }
    }

    void restoreNewest() throws IOException {
        boolean quiet = run.running && run.connected && !run.bursting;
        String newest = null;
        if (quiet) {
            String current = run.ask("current");
            if (!current.equals(run.states.newest())) {
                throw new AssertionError(
                        "the database is %s, committed was %s".formatted(current, run.states.newest()));
            }
            newest = run.ask("claims 0").equals("true") ? current : null;
        }
        run.checks.newest(newest);
    }
}
