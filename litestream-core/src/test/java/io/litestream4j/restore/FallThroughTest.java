package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.ReplicaUnreachableException;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The replica with the newest state is taken; when it is of no use the next one is, and the result says so. */
class FallThroughTest {

    @TempDir
    Path folder;

    private TestHistory history;
    private Path target;
    private byte[] older;
    private Replica lagging;

    @BeforeEach
    void twoReplicasOfWhichOneLags() throws Exception {
        history = new TestHistory(Files.createDirectory(folder.resolve("a")), 4096);
        target = folder.resolve("out/app.db");
        history.snapshot().insert(5, 100).ship();
        older = history.state();
        lagging = new Replica("lagging", copyOf("lagging"));
        history.insert(5, 100).ship();
    }

    @AfterEach
    void close() throws Exception {
        history.close();
    }

    @Test
    void newestStateIsTakenWhateverTheOrderOfTheReplicas() throws Exception {
        assertThat(restore(OnDamage.FAIL, lagging, history.replica()).replica()).isEqualTo("file");
        assertThat(target).hasBinaryContent(history.state());
        Files.delete(target);
        assertThat(restore(OnDamage.FAIL, history.replica(), lagging).notes()).isEmpty();
    }

    @Test
    void storageThatBreaksInTheMiddleGivesWayToTheSameHistoryElsewhere() throws Exception {
        Replica breaking = new Replica("breaking", FlakyClient.breakingAlways(history.client));
        Replica copy = new Replica("copy", copyOf("copy"));

        RestoreResult result = restore(OnDamage.FAIL, breaking, copy);

        assertThat(result.replica()).isEqualTo("copy");
        assertThat(target).hasBinaryContent(history.state());
        assertThat(result.notes())
                .singleElement()
                .asString()
                .contains("of replica copy")
                .contains("is used instead")
                .contains("3 attempts");
    }

    @Test
    void lesserCopyOfTheSameHistoryIsUsedAndNamedWithItsTime() throws Exception {
        Replica breaking = new Replica("breaking", FlakyClient.breakingAlways(history.client));

        RestoreResult result = restore(OnDamage.FAIL, breaking, lagging);

        assertThat(target).hasBinaryContent(older);
        assertThat(result.notes())
                .singleElement()
                .asString()
                .contains("of replica lagging")
                .contains(result.lastObjectAt().toString());
    }

    @Test
    void otherHistoryIsOlderAndUsedOnlyWhereThatIsAllowed() throws Exception {
        try (TestHistory other = new TestHistory(Files.createDirectory(folder.resolve("b")), 4096)) {
            other.inAGenerationOfOurs().snapshot().insert(1, 100).ship();
            Replica breaking = new Replica("breaking", FlakyClient.breakingAlways(history.client));
            Replica second = new Replica("other", other.client);

            assertThatThrownBy(() -> restore(OnDamage.FAIL, breaking, second))
                    .isInstanceOf(ReplicaUnreachableException.class);
            assertThat(target).doesNotExist();

            RestoreResult result = restore(OnDamage.OLDER, breaking, second);
            assertThat(result.replica()).isEqualTo("other");
            assertThat(target).hasBinaryContent(other.state());
            assertThat(result.notes())
                    .anyMatch(note -> note.contains("an older state") && note.contains("out of reach"));
        }
    }

    @Test
    void damagedReplicaAndOneThatBreaksOffLeaveNothingToUse() throws Exception {
        Replica copy = new Replica("copy", copyOf("copy"));
        Files.write(folder.resolve("copy").resolve(ReplicaPaths.snapshot(history.generation, 0)), new byte[] {1, 2, 3});
        Replica breaking = new Replica("breaking", FlakyClient.breakingAlways(history.client));

        assertThatThrownBy(() -> restore(OnDamage.OLDER, breaking, copy))
                .isInstanceOfAny(ReplicaUnreachableException.class, CorruptBackupException.class)
                .satisfies(e -> assertThat(e.getSuppressed()).isNotEmpty());
        assertThat(target).doesNotExist();
    }

    @Test
    void unreachableReplicaThatMayHoldANewerStateIsNamedInTheLogOfThePlan() throws Exception {
        Replica unreachable = new Replica("far", FlakyClient.unreachable(history.client));

        assertThat(restore(OnDamage.FAIL, unreachable, lagging).replica()).isEqualTo("lagging");
        assertThat(target).hasBinaryContent(older);
    }

    private RestoreResult restore(OnDamage onDamage, Replica... replicas) {
        return RestoreFolder.RESTORER.restore(
                RestoreFolder.request(target, request -> request.onDamage(onDamage), replicas));
    }

    private ReplicaClient copyOf(String name) throws IOException {
        Path copy = folder.resolve(name);
        try (Stream<Path> files = Files.walk(history.root)) {
            for (Path file : files.toList()) {
                Files.copy(file, copy.resolve(history.root.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
            }
        }
        return new FileReplicaClient(copy);
    }
}
