package io.litestream4j.replication;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another JVM with the class path of this one. It is killed when it is closed; it ends by itself when this JVM dies. */
final class Child implements AutoCloseable {

    /** Each answer of a program begins with this. */
    static final String ANSWER = "answer: ";

    private final Process process;
    private final BufferedWriter in;
    private final BufferedReader out;

    private Child(Process process) {
        this.process = process;
        this.in = process.outputWriter(StandardCharsets.UTF_8);
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    /**
     * Starts a program.
     *
     * @param folder for its log and its temporary files
     */
    static Child start(Class<?> main, Path folder, String... arguments) throws IOException {
        return start(List.of(), "256m", main, folder, arguments);
    }

    /**
     * Starts a program by another one, which takes a command as its last arguments.
     *
     * @param prefix that other one, and its own arguments; may be empty
     * @param heap its largest heap
     */
    static Child start(List<String> prefix, String heap, Class<?> main, Path folder, String... arguments)
            throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx" + heap,
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "-Xshare:auto",
                "-Dorg.sqlite.tmpdir=" + folder,
                "-Djava.io.tmpdir=" + folder));
        if (Runtime.version().feature() >= 24) {
            command.add("--enable-native-access=ALL-UNNAMED");
        }
        command.add("-cp");
        command.add(System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")));
        command.add(main.getName());
        command.addAll(List.of(arguments));
        return new Child(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.appendTo(
                        folder.resolve(main.getSimpleName() + ".log").toFile()))
                .start());
    }

    /** Sends a line and waits for the answer. */
    String ask(String line) throws IOException {
        send(line);
        return answer();
    }

    void send(String line) throws IOException {
        in.write(line);
        in.newLine();
        in.flush();
    }

    /** The next answer; what else is printed is the log. */
    String answer() throws IOException {
        String line = out.readLine();
        while (line != null && !line.startsWith(ANSWER)) {
            line = out.readLine();
        }
        if (line == null) {
            throw new IOException("the child ended; see its log");
        }
        return line.substring(ANSWER.length());
    }

    long pid() {
        return process.pid();
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** Whether it ends by itself in that time. */
    boolean endsWithin(Duration time) throws InterruptedException {
        return process.waitFor(time.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** SIGKILL to a program that runs another one, and to that one first. */
    void killAll() throws InterruptedException {
        for (ProcessHandle descendant : process.descendants().toList()) {
            descendant.destroyForcibly();
            descendant.onExit().join();
        }
        kill();
    }

    /** SIGKILL; returns when it is dead. */
    void kill() {
        process.destroyForcibly();
        try {
            process.waitFor();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** Waits until it ends by itself. */
    int exitCode() throws InterruptedException {
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            throw new AssertionError("the child doesn't end");
        }
        return process.exitValue();
    }

    @Override
    public void close() {
        kill();
    }
}
