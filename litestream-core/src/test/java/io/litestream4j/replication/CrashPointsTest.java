package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.crash.CrashCases;
import io.litestream4j.crash.CrashPoint;
import io.litestream4j.crash.Loss;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.file.FileReplicaClient;
import io.litestream4j.replication.CrashWorld.Known;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process or the power ends at each step of the engine and of its file replica. */
class CrashPointsTest {

    private static final int ONE_OF = 12;

    @TempDir
    Path folder;

    private final CrashCases cases = new CrashCases();

    @Test
    void firstStartAndWrites() throws Exception {
        run("first start and writes", world -> {
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

    @Test
    void writesWithSealsEndMarksAndSnapshots() throws Exception {
        run("seals, end marks and snapshots", world -> {
            world.create(3);
            world.start();
            world.acknowledge();
            world.points.begin();
            world.commit(3);
            world.acknowledge();
            world.seal();
            world.commit(2);
            world.acknowledge();
            world.commit(1);
            world.seal();
            world.snapshot();
            world.commit(2);
            world.acknowledge();
            world.seal();
            world.commit(3);
            world.seal();
            world.commit(1);
            world.acknowledge();
            Await.until("the shadow WAL is pruned", () -> world.shadowFiles() == 1);
        });
    }

    @Test
    void cleanStopAndRestart() throws Exception {
        run("clean stop and restart", world -> {
            world.create(2);
            world.start();
            world.commit(2);
            world.acknowledge();
            world.points.begin();
            world.commit(2);
            world.stop();
            world.start();
            world.commit(3);
            world.acknowledge();
            world.stop();
        });
        assertThat(generations())
                .as("the generation goes on after a clean stop")
                .hasSize(1);
    }

    @Test
    void brokenGenerationAndItsSuccessor() throws Exception {
        run("broken generation", world -> {
            world.create(2);
            world.start();
            world.commit(4);
            world.acknowledge();
            world.stop();
            world.points.begin();
            try (Connection alone = CrashWorld.connect(world.db)) {
                world.commit(alone);
                Sql.run(alone, "pragma wal_checkpoint(truncate)");
                world.commit(alone);
            }
            world.start();
            world.commit(2);
            world.acknowledge();
            world.seal();
            world.commit(1);
            world.acknowledge();
        });
        assertThat(generations()).hasSize(2);
    }

    @Test
    void restartAfterACrashWithATailThatWasNotShipped() throws Exception {
        CrashPoint<Known> crash = crashWithUnshippedTail(folder.resolve("before"));
        Path after = folder.resolve("after");
        crash.leave(after.resolve("world"), Loss.NOTHING, new Random(0));
        try (CrashWorld world = new CrashWorld(after, cases.oneOf(ONE_OF), cases.seed())) {
            world.continueFrom(crash);
            run("restart with an unshipped tail", world, script -> {
                world.points.begin();
                world.start();
                world.commit(1);
                world.acknowledge();
                world.seal();
                world.commit(2);
                world.acknowledge();
            });
            assertThat(Restores.generations(world.replicaRoot))
                    .as("the generation goes on after a crash")
                    .hasSize(1);
        }
    }

    /** The shadow WAL is all that has these transactions once the WAL restarts. */
    @Test
    void sealsWhileTheReplicaIsUnreachable() throws Exception {
        run("seals while the replica is unreachable", world -> {
            AtomicBoolean unreachable = unreachableAtTimes(world);
            world.create(2);
            world.start();
            world.commit(2);
            world.acknowledge();
            world.points.begin();
            unreachable.set(true);
            for (int i = 0; i < 3; i++) {
                world.commit(2);
                world.engine().sync();
                world.commit(1);
                world.engine().sync();
                world.seal();
            }
            world.commit(1);
            world.engine().sync();
            unreachable.set(false);
            world.acknowledge();
        });
        assertThat(generations()).hasSize(1);
    }

    private static AtomicBoolean unreachableAtTimes(CrashWorld world) {
        AtomicBoolean unreachable = new AtomicBoolean();
        world.wrapClient(client -> new MomentsClient(client, moment -> {
            if (unreachable.get()) {
                throw new IOException("unreachable");
            }
        }));
        return unreachable;
    }

    private CrashPoint<Known> crashWithUnshippedTail(Path before) throws Exception {
        try (CrashWorld world = new CrashWorld(before, 1, cases.seed())) {
            AtomicBoolean unreachable = unreachableAtTimes(world);
            world.create(2);
            world.start();
            world.commit(2);
            world.acknowledge();
            unreachable.set(true);
            world.commit(5);
            world.engine().sync();
            world.seal();
            world.commit(2);
            world.engine().sync();
            world.points.begin();
            world.points.end();
            unreachable.set(false);
            List<CrashPoint<Known>> points = world.points.points();
            return points.get(points.size() - 1);
        }
    }

    /** Each object is stored whole or not at all, by a storage that goes on when this machine doesn't. */
    @Test
    void requestsToAnObjectStore() throws Exception {
        run("requests to an object store", world -> {
            ReplicaClient store = new FileReplicaClient(world.replicaRoot);
            world.wrapClient(ignored -> new MomentsClient(store, world.points::moment));
            world.create(2);
            world.points.begin();
            world.start();
            world.commit(2);
            world.acknowledge();
            world.seal();
            world.commit(1);
            world.acknowledge();
            world.snapshot();
            world.commit(1);
            world.acknowledge();
            world.stop();
        });
    }

    private List<io.litestream4j.Generation> generations() throws IOException {
        return Restores.generations(folder.resolve("world").resolve("replica"));
    }

    @FunctionalInterface
    private interface Script {
        void run(CrashWorld world) throws Exception;
    }

    private void run(String name, Script script) throws Exception {
        try (CrashWorld world = new CrashWorld(folder, cases.oneOf(ONE_OF), cases.seed())) {
            run(name, world, script);
        }
    }

    private void run(String name, CrashWorld world, Script script) throws Exception {
        script.run(world);
        world.points.end();
        world.close();
        cases.check(
                name,
                world.root.getParent(),
                world.points,
                (point, root, loss, random) ->
                        new CrashedWorld(point, root, loss, random).check(random.nextInt(3) == 0));
    }
}
