package io.litestream4j.replication;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Programs of the model that found something, or that are the classic ways to lose data; printed by {@link ModelTest}. */
class FoundProgramsTest {

    @TempDir
    static Path folder;

    private static ModelPrograms programs;

    @BeforeAll
    static void begin() throws IOException {
        programs = new ModelPrograms(folder);
    }

    @AfterAll
    static void end() {
        programs.close();
    }

    private static void run(long settings, String... steps) throws Exception {
        programs.run(ModelProgram.of(settings, steps));
    }

    @Test
    void commitToAFileThatTookThePlaceOfAnotherIsNotAcknowledgedByTheOldOne() throws Exception {
        run(805, "start 0", "write 761", "acknowledge 0", "replace-running 541", "acknowledge 0", "restore 0");
    }

    @Test
    void firstSnapshotWhoseReplyIsLostIsFollowedByItsWal() throws Exception {
        run(
                95,
                "weather 404",
                "start 0",
                "write 1",
                "idle 500",
                "seal 0",
                "write 2",
                "weather 0",
                "acknowledge 0",
                "restore-index 0",
                "restore-index 1");
    }

    @Test
    void killedBeforeTheFirstSnapshotTheNextRunTakesItAtALaterIndex() throws Exception {
        run(
                230,
                "ddl 404",
                "seal 62",
                "empty 448",
                "start 263",
                "kill-during 319",
                "acknowledge 268",
                "weather 770",
                "seal 974");
    }

    @Test
    void otherProcessThatClosesBesideASnapshotLeavesTheWal() throws Exception {
        run(
                3,
                "start 0",
                "write 10",
                "snapshot 0",
                "other-write 1",
                "other-leaves 0",
                "write 3",
                "acknowledge 0",
                "restore 0");
    }

    @Test
    void checkpointsOfOthersRightAfterASealLoseNothing() throws Exception {
        run(
                7,
                "start 0",
                "write 1",
                "seal 0",
                "other-checkpoint 3",
                "write 2",
                "checkpoint 3",
                "seal 1",
                "other-checkpoint 2",
                "burst 30",
                "seal 2",
                "checkpoint 1",
                "acknowledge 0",
                "restore 0");
    }

    @Test
    void volumeThatIsOlderThanTheReplicaBeginsAGeneration() throws Exception {
        run(
                8,
                "start 0",
                "write 1",
                "acknowledge 0",
                "save-volume 0",
                "write 2",
                "acknowledge 0",
                "older-volume 0",
                "start 1",
                "write 3",
                "acknowledge 1",
                "restore 0",
                "restore-index 0");
    }

    @Test
    void volumeThatIsOlderDownToTheRecordOfACleanShutdownBeginsAGeneration() throws Exception {
        run(
                9,
                "start 0",
                "write 1",
                "acknowledge 0",
                "stop 0",
                "save-volume 0",
                "start 0",
                "write 2",
                "acknowledge 0",
                "older-volume 1",
                "start 1",
                "write 3",
                "acknowledge 1",
                "restore 0");
    }

    @Test
    void vacuumAndAnotherPageSizeAreRestoredLikeEverythingElse() throws Exception {
        run(
                24,
                "start 0",
                "write 10",
                "write 20",
                "acknowledge 0",
                "vacuum 0",
                "acknowledge 0",
                "page-size 5",
                "write 30",
                "acknowledge 0",
                "restore 0",
                "restore-time 3");
    }

    @Test
    void commitsThatNobodyFollowedAreInTheNextGeneration() throws Exception {
        run(
                25,
                "start 0",
                "write 1",
                "stop 0",
                "write 2",
                "checkpoint 3",
                "write 3",
                "start 0",
                "acknowledge 0",
                "restore 0",
                "journal-mode 3",
                "acknowledge 0",
                "restore 0");
    }

    @Test
    void retentionKeepsWhatWasAcknowledgedWithinIt() throws Exception {
        run(
                6,
                "start 0",
                "write 1",
                "acknowledge 0",
                "snapshot 0",
                "write 2",
                "acknowledge 0",
                "clock 900",
                "write 3",
                "acknowledge 0",
                "retention 0",
                "restore-time 2",
                "restore 0");
    }
}
