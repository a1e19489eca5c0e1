package io.litestream4j.replica;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.FuzzTarget;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.Stream;

/** A name that is read prints as it was; there is one name for each object. */
public final class NamesTarget implements FuzzTarget {

    private static final Generation A = Generation.parse("00000000000000aa");

    @Override
    public void accept(byte[] input) {
        String text = new String(input, StandardCharsets.UTF_8);
        OptionalInt index = ReplicaPaths.parseSnapshotName(text);
        index.ifPresent(
                read -> assertThat(ReplicaPaths.snapshot(A, read)).isEqualTo(ReplicaPaths.snapshots(A) + "/" + text));
        Position position = ReplicaPaths.parseSegmentName(A, text);
        if (position != null) {
            assertThat(ReplicaPaths.walSegment(position)).isEqualTo(ReplicaPaths.walSegments(A) + "/" + text);
        }
        assertThat(Generation.isName(text)).isEqualTo(text.matches("[0-9a-f]{16}"));
        try {
            assertThat(Generation.parse(text).toString()).isEqualTo(text);
        } catch (IllegalArgumentException e) {
            assertThat(Generation.isName(text)).isFalse();
        }
        try {
            Position read = Position.parse(text);
            assertThat(Position.parse(read.toString())).isEqualTo(read);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
        }
    }

    @Override
    public List<byte[]> seeds() {
        return Stream.of(
                        "00000000.snapshot.lz4",
                        "7fffffff.snapshot.lz4",
                        "00000001_00001038.wal.lz4",
                        "00000001_100000000.wal.lz4",
                        "0123456789abcdef",
                        "0123456789abcdef/00000001:4152",
                        "0123456789abcdef/7fffffff:9223372036854775807")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
