package io.litestream4j.replication;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Random programs of what happens to a database and its replica; every restore is compared with what was committed. */
class ModelTest {

    @TempDir
    Path folder;

    @Test
    void everyRestoreOfARandomProgramIsACommittedStateAndNotBeforeWhatWasAcknowledged() throws Exception {
        long seed = Long.getLong("litestream.test.modelSeed", System.nanoTime());
        long seconds = Long.getLong("litestream.test.modelSeconds", 8);
        long end = System.nanoTime() + Duration.ofSeconds(seconds).toNanos();
        try (ModelPrograms programs = new ModelPrograms(folder)) {
            long one = seed;
            do {
                ModelProgram program = ModelProgram.random(new Random(one));
                try {
                    programs.run(program);
                } catch (AssertionError e) {
                    throw programs.shrunk(program, e, one);
                }
                one++;
            } while (System.nanoTime() < end);
            System.out.printf("model: %s, seeds %d to %d%n", programs.counts(), seed, one - 1);
        }
    }
}
