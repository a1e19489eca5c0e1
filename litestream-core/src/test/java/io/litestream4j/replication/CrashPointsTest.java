package io.litestream4j.replication;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process or the power ends at each step of the engine and of its file replica. */
class CrashPointsTest {

    @TempDir
    Path folder;

    private final CrashCases cases = new CrashCases();

    @Test
    void firstStartAndWrites() throws Exception {
        cases.run("first start and writes", folder, world -> {
            world.create(3);
            world.points.begin();
            world.start();
            world.commit(2);
            world.acknowledge();
            world.commit(1);
            world.acknowledge();
            world.commit(4);
            world.acknowledge();
        });
    }
}
