package io.litestream4j.database;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;

/** Replaces a database, and stops for ever after one step, so that it can be killed there. */
final class ReplacingProcess {

    static final Instant NOW = Instant.parse("2026-11-21T10:15:00Z");

    private ReplacingProcess() {}

    /** Arguments: database, file with the new one, step. */
    public static void main(String[] arguments) throws Exception {
        Path database = Path.of(arguments[0]);
        try (DatabaseClaim claim = DatabaseClaim.tryTake(database, null, step -> {
            if (step.name().equals(arguments[2])) {
                System.out.println("stopped");
                System.out.flush();
                waitForEver();
            }
        })) {
            Files.copy(Path.of(arguments[1]), claim.replacementFile());
            claim.replace("newest", NOW);
        }
    }

    private static void waitForEver() {
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException e) {
            Runtime.getRuntime().halt(1);
        }
    }
}
