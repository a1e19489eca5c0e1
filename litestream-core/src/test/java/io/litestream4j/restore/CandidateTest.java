package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class CandidateTest {

    private static final Instant TEN = Instant.parse("2026-03-01T12:00:10Z");

    @Test
    void generationThatBeganInTheSecondInWhichAnotherEndedIsNewerWhateverItsName() {
        for (String[] names :
                new String[][] {{"00000000000000aa", "00000000000000bb"}, {"00000000000000bb", "00000000000000aa"}}) {
            Candidate ended = candidate(names[0], TEN.minusSeconds(5), TEN);
            Candidate began = candidate(names[1], TEN, TEN);
            assertThat(began.isNewerThan(ended)).isTrue();
            assertThat(ended.isNewerThan(began)).isFalse();
        }
    }

    @Test
    void laterObjectIsNewerWhoeverBeganFirst() {
        Candidate first = candidate("00000000000000aa", TEN.minusSeconds(5), TEN.plusSeconds(1));
        Candidate second = candidate("00000000000000bb", TEN, TEN);
        assertThat(first.isNewerThan(second)).isTrue();
        assertThat(second.isNewerThan(first)).isFalse();
    }

    private static Candidate candidate(String name, Instant snapshot, Instant segment) {
        Generation generation = Generation.parse(name);
        GenerationListing listing = new GenerationListing(
                generation,
                List.of(new SnapshotInfo(generation, 0, 100, snapshot)),
                List.of(new WalSegmentInfo(new Position(generation, 0, 0), 100, segment)));
        return new Candidate(new Replica("r", new FileReplicaClient(Path.of("r"))), listing, segment);
    }
}
