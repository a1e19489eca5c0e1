package io.litestream4j.replication;

import io.litestream4j.replication.ModelLedger.Event;
import io.litestream4j.replication.ModelLedger.Line;
import io.litestream4j.replication.ModelReplica.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/** The world of one program: the processes, the volume and the oracle. Its steps are in {@link ModelSteps}. */
final class ModelRun implements AutoCloseable {

    final Path folder;
    final ModelVolume volume;
    final CommittedStates states = new CommittedStates();
    final MovingClock storageClock = new MovingClock();
    final ModelChecks checks;

    private final long settings;
    private final ModelProcesses processes;
    private Child host;
    private Child other;
    private int linesRead;
    private long skew;

    /** What the database is after a kill isn't known yet. */
    private boolean unknown;

    boolean running;
    boolean connected;
    boolean otherConnected;
    boolean reading;
    boolean otherReading;
    boolean bursting;
    boolean killed;
    Weather weather = Weather.FINE;
    int kills;

    ModelRun(long settings, Path folder, ModelProcesses processes) {
        this.settings = settings;
        this.folder = folder;
        this.processes = processes;
        this.volume = new ModelVolume(folder.resolve("app.db"));
        this.checks = new ModelChecks(states, folder, storageClock);
    }

    private Child host() throws IOException {
        if (host == null) {
            host = processes.take();
            prepare(host);
        }
        return host;
    }

    private void prepare(Child child) throws IOException {
        require(child.ask("program " + folder + " " + settings));
        long both = Duration.between(java.time.Instant.now(), storageClock.instant())
                .toMillis();
        require(child.ask("clock " + both + " " + skew));
        require(child.ask("weather " + weather));
    }

    static String require(String answer) {
        if (answer.startsWith("error")) {
            throw new AssertionError(answer);
        }
        return answer;
    }

    /** Asks the application's process, which must do it. */
    String ask(String line) throws IOException {
        return require(tryTo(line));
    }

    /** Asks the application's process, which may answer with an error. */
    String tryTo(String line) throws IOException {
        String answer = host().ask(line);
        readLedger();
        return answer;
    }

    String askOther(String line) throws IOException {
        if (other == null) {
            other = processes.take();
            prepare(other);
        }
        String answer = other.ask(line);
        readLedger();
        return answer;
    }

    private void readLedger() throws IOException {
        Path file = folder.resolve("ledger");
        List<String> lines = Files.exists(file) ? Files.readAllLines(file) : List.of();
        for (; linesRead < lines.size(); linesRead++) {
            Line line = Line.parse(lines.get(linesRead));
            if (!unknown) {
                states.add(line);
            } else if (line.event() == Event.COMMITTED) {
                states.found(line.digest(), line.time());
                unknown = false;
            }
        }
    }

    long now() {
        return storageClock.millis();
    }

    void moveClock(long both, long engineOnly) throws IOException {
        Child present = host();
        storageClock.advance(Duration.ofMillis(both));
        skew += engineOnly;
        require(present.ask("clock " + both + " " + engineOnly));
        if (other != null) {
            require(other.ask("clock " + both + " " + engineOnly));
        }
    }

    void weather(Weather value) throws IOException {
        weather = value;
        ask("weather " + value);
    }

    /** SIGKILL, after a time in which what was begun last goes on. */
    void kill(long micros) throws IOException {
        Child victim = host();
        LockSupport.parkNanos(micros * 1000);
        victim.kill();
        host = null;
        running = false;
        connected = false;
        reading = false;
        bursting = false;
        killed = true;
        kills++;
        readLedger();
        states.killed();
        unknown = true;
    }

    void killOther() throws IOException {
        if (other != null) {
            other.kill();
            other = null;
            otherConnected = false;
            otherReading = false;
        }
    }

    void send(String line) throws IOException {
        host().send(line);
    }

    /** The processes stand still meanwhile. */
    void saveVolume() throws IOException, InterruptedException, java.sql.SQLException {
        long pid = host().pid();
        signal("-STOP", pid);
        try {
            volume.save();
        } finally {
            signal("-CONT", pid);
        }
    }

    private static void signal(String signal, long pid) throws IOException, InterruptedException {
        int exit =
                new ProcessBuilder("kill", signal, Long.toString(pid)).start().waitFor();
        if (exit != 0) {
            throw new IOException("kill " + signal + " " + pid + ": exit code " + exit);
        }
    }

    void volumeIsOlder() {
        states.rolledBack(volume.copiedState(), now());
        unknown = false;
    }

    /** @param state what the other database is; null when there is none */
    void volumeIsAnother(String state) {
        states.replaced(state, now());
        unknown = false;
    }

    boolean isAcknowledgeable() {
        return running && !reading && !otherReading && (weather == Weather.FINE || weather == Weather.SLOW);
    }

    /** The program is over, and the application's process at rest: another program may have it. */
    void ended() {
        processes.giveBack(host);
        host = null;
    }

    @Override
    public void close() throws IOException {
        killOther();
        if (host != null) {
            host.close();
            host = null;
        }
    }
}
