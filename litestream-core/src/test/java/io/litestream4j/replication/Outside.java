package io.litestream4j.replication;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Commands of the operating system that tests make faults with. */
final class Outside {

    private Outside() {}

    /** Skips the test where this process isn't root: it can't mount, or become somebody else. */
    static void assumeRoot() throws IOException {
        assumeTrue(
                System.getProperty("os.name").startsWith("Linux") && "root".equals(System.getProperty("user.name")),
                "needs Linux and root");
    }

    /** Skips the test where a command isn't installed. */
    static void assumeCommand(String name) {
        boolean found = false;
        for (String folder : System.getenv("PATH").split(File.pathSeparator, -1)) {
            found |= Files.isExecutable(Path.of(folder, name));
        }
        assumeTrue(found, "needs the command " + name);
    }

    /** Skips the test where processes may not be traced, as in many containers. */
    static void assumeStrace() throws Exception {
        assumeTrue(System.getProperty("os.name").startsWith("Linux"), "needs Linux");
        assumeCommand("strace");
        assumeTrue(exitCode("strace", "-o", "/dev/null", "-e", "trace=fsync", "true") == 0, "strace isn't permitted");
    }

    /** Runs a command that must succeed. */
    static void run(String... command) throws IOException, InterruptedException {
        int code = exitCode(command);
        if (code != 0) {
            throw new IOException(String.join(" ", command) + " ended with " + code);
        }
    }

    private static int exitCode(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", command) + " doesn't end: " + output);
        }
        System.out.print(output);
        return process.exitValue();
    }
}
