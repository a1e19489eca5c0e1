package io.litestream4j.lease;

import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/**
 * What tells one process from all others, as Linux shows it below {@code /proc}. Where that isn't there, nothing is
 * known of other processes.
 */
final class RunningSystem {

    private static final Path PROC = Path.of("/proc");
    private static final int START_TIME_AFTER_NAME = 20;

    private RunningSystem() {}

    /**
     * Names a process: boot, process namespace, number, and the time of its start in ticks since the boot, which no change
     * of the clock moves. Empty where that can't be told; the system's alone where there is no such process.
     */
    static String processId(long pid) {
        String system = id();
        if (system.isEmpty()) {
            return "";
        }
        try {
            String stat =
                    Files.readString(PROC.resolve(Long.toString(pid)).resolve("stat"), StandardCharsets.ISO_8859_1);
            // the name, in parentheses, may hold spaces and parentheses itself
            String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
            return fields.length < START_TIME_AFTER_NAME
                    ? ""
                    : "%s %d %s".formatted(system, pid, fields[START_TIME_AFTER_NAME - 1]);
        } catch (NoSuchFileException e) {
            // /proc may hide the processes of other users
            return Files.exists(PROC.resolve("1").resolve("stat")) ? system : "";
        } catch (IOException e) {
            return "";
        }
    }

    /** Whether a process was named by {@link #processId} on this system since it was booted, in this namespace. */
    static boolean isOfThisSystem(String process) {
        String system = id();
        return !system.isEmpty() && process.startsWith(system + " ");
    }

    /** In printable ASCII. */
    static String hostName() {
        String name;
        try {
            name = Files.readString(PROC.resolve("sys/kernel/hostname")).strip();
        } catch (IOException e) {
            name = askedHostName();
        }
        return name.replaceAll("[^\\x21-\\x7e]", "?");
    }

    private static String askedHostName() {
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "unknown";
        }
    }

    private static String id() {
        try {
            String boot =
                    Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
            return boot + " " + Files.readSymbolicLink(PROC.resolve("self/ns/pid"));
        } catch (IOException | UnsupportedOperationException e) {
            return "";
        }
    }
}
