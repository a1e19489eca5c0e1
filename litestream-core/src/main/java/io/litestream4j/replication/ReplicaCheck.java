package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.database.GenerationBrokenException;
import io.litestream4j.database.ShadowSegment;
import io.litestream4j.database.SourceDatabase;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Looks, before the first upload of a run, what a replica holds of the current generation, and whether that is a prefix
 * of what is here. If it isn't, the volume was rolled back or somebody else wrote, and the generation can't go on.
 */
final class ReplicaCheck {

    private final ReplicaClient client;
    private final SourceDatabase source;
    private final Generation generation;
    private final Predicate<Generation> superseded;

    /** @param superseded generations that are older than this one whatever the times of their objects say */
    ReplicaCheck(ReplicaClient client, SourceDatabase source, Generation generation, Predicate<Generation> superseded) {
        this.superseded = superseded;
        this.client = client;
        this.source = source;
        this.generation = generation;
    }

    /**
     * What a replica holds of the current generation.
     *
     * @param position up to where it holds everything
     * @param snapshot its newest snapshot
     * @param covered up to where that snapshot is as good as everything: what is behind was committed later
     * @param snapshotOnly whether no segment follows the snapshot
     */
    record Found(Position position, SnapshotInfo snapshot, Position covered, boolean snapshotOnly) {}

    /** Looks; null when the replica holds nothing of the generation. */
    @Nullable
    Found run() throws IOException, GenerationBrokenException {
        List<SnapshotInfo> snapshots = client.snapshots(generation);
        List<WalSegmentInfo> segments = client.walSegments(generation);
        if (snapshots.isEmpty() && segments.isEmpty()) {
            return null;
        }
        if (client.isReadOnly(generation)) {
            throw new GenerationBrokenException(
                    "the replica holds it in the layout of Litestream 0.3.4 or older, which is only read");
        }
        if (snapshots.isEmpty()) {
            throw new GenerationBrokenException("replica-ahead: it holds WAL segments but no snapshot of it");
        }
        requireNewest(snapshots, segments);
        SnapshotInfo newest = snapshots.get(snapshots.size() - 1);
        requireWhole(newest.index(), segments);
        requireWrittenInOrder(newest.index(), segments);
        WalSegmentInfo last = segments.isEmpty() ? null : segments.get(segments.size() - 1);
        if (last == null || last.position().index() < newest.index()) {
            return new Found(requireHeld(newest.position()), newest, newest.position(), true);
        }
        Position end = endOf(segments);
        return new Found(end, newest, isFollowed(newest, segments) ? newest.position() : end, false);
    }

    /** The first segment of a snapshot's index is shipped with every snapshot, and need not hold any commit. */
    private static boolean isFollowed(SnapshotInfo snapshot, List<WalSegmentInfo> segments) {
        return segments.stream()
                .anyMatch(segment -> segment.position().compareTo(snapshot.position()) > 0
                        && segment.size() != Lz4Frames.EMPTY_FRAME_SIZE);
    }

    /** A newer generation on the replica says that this one was left behind once: it can't be written to again. */
    private void requireNewest(List<SnapshotInfo> snapshots, List<WalSegmentInfo> segments)
            throws IOException, GenerationBrokenException {
        Instant newest = snapshots.stream().map(SnapshotInfo::createdAt).reduce(Instant.MIN, ReplicaCheck::later);
        newest = segments.stream().map(WalSegmentInfo::createdAt).reduce(newest, ReplicaCheck::later);
        for (Generation other : client.generations()) {
            if (other.equals(generation) || superseded.test(other)) {
                continue;
            }
            for (SnapshotInfo snapshot : client.snapshots(other)) {
                if (snapshot.createdAt().isAfter(newest)) {
                    throw new GenerationBrokenException(
                            "replica-ahead: it holds generation " + other + ", which is newer");
                }
            }
        }
    }

    /** As far as names tell: no index is missing, each begins at its start, and those that are finished say so. */
    private void requireWhole(int firstIndex, List<WalSegmentInfo> segments) throws GenerationBrokenException {
        int index = firstIndex - 1;
        boolean marked = true;
        for (WalSegmentInfo segment : segments) {
            Position position = segment.position();
            if (position.index() < firstIndex) {
                continue;
            }
            if (position.index() != index) {
                requireNextIndex(index + 1, position);
                requireMark(index, marked || index < firstIndex);
                index = position.index();
            }
            marked = segment.size() == Lz4Frames.EMPTY_FRAME_SIZE;
        }
    }

    private static void requireNextIndex(int expected, Position first) throws GenerationBrokenException {
        if (first.index() != expected || first.offset() != 0) {
            throw new GenerationBrokenException(
                    "the replica lacks the start of index %08x, what follows is %s".formatted(expected, first));
        }
    }

    private void requireMark(int index, boolean marked) throws GenerationBrokenException {
        if (generation.hasEndMarks() && !marked) {
            throw new GenerationBrokenException(
                    "index %08x has no end mark on the replica: somebody else wrote there".formatted(index));
        }
    }

    /**
     * Segments are written one behind the other and never again. One that is younger than what follows it was written by
     * somebody else, a Litestream process that ends for example, and may overlap what follows: no restore gets beyond.
     */
    private static void requireWrittenInOrder(int firstIndex, List<WalSegmentInfo> segments)
            throws GenerationBrokenException {
        WalSegmentInfo before = null;
        for (WalSegmentInfo segment : segments) {
            if (before != null
                    && before.position().index() >= firstIndex
                    && before.createdAt().isAfter(segment.createdAt())) {
                throw new GenerationBrokenException(
                        "segment %s on the replica is younger than %s: somebody else wrote there"
                                .formatted(before.position(), segment.position()));
            }
            before = segment;
        }
    }

    private Position endOf(List<WalSegmentInfo> segments) throws IOException, GenerationBrokenException {
        WalSegmentInfo last = segments.get(segments.size() - 1);
        boolean endMark = generation.hasEndMarks() && last.size() == Lz4Frames.EMPTY_FRAME_SIZE;
        if (!endMark) {
            return comparedEndOf(last);
        }
        if (!source.holds(last.position())) {
            // The index was finished there, so it was pruned here; nothing of the next one has arrived yet.
            return requireHeld(last.position().nextIndex());
        }
        // A mark has no bytes to compare: what tells this index from another of the same length is the segment before
        // it.
        WalSegmentInfo before = segments.size() < 2 ? last : segments.get(segments.size() - 2);
        Position end = comparedEndOf(before);
        if (!end.equals(last.position())) {
            throw new GenerationBrokenException(
                    "replica-ahead: it marks the end of an index at %s, the segment before ends at %s"
                            .formatted(last.position(), end));
        }
        return end;
    }

    private Position comparedEndOf(WalSegmentInfo segment) throws IOException, GenerationBrokenException {
        Position start = requireHeld(segment.position());
        ShadowSegment local = source.segmentFrom(start);
        long length;
        try (InputStream stored = Lz4Frames.decompress(client.openWalSegment(start))) {
            Comparison comparison = new Comparison(stored, ReplicaPaths.walSegment(start));
            if (local != null) {
                local.writeTo(comparison);
            }
            length = comparison.finish();
        }
        return start.atOffset(start.offset() + length);
    }

    private Position requireHeld(Position position) throws GenerationBrokenException {
        if (!source.holds(position)) {
            throw new GenerationBrokenException(
                    "the replica goes on at " + position + ", which the shadow WAL doesn't hold");
        }
        return position;
    }

    /** Compares what is written to it with a stored object, which may be shorter. */
    private static final class Comparison extends OutputStream {

        private final InputStream stored;
        private final String object;
        private long equal;
        private boolean ended;

        Comparison(InputStream stored, String object) {
            this.stored = stored;
            this.object = object;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            byte[] theirs = ended ? new byte[0] : stored.readNBytes(length);
            ended = theirs.length < length;
            for (int i = 0; i < theirs.length; i++) {
                if (theirs[i] != bytes[offset + i]) {
                    throw new DivergedException(object + " at byte " + (equal + i));
                }
            }
            equal += theirs.length;
        }

        /** Bytes of the stored object, all of which are here too. */
        long finish() throws IOException {
            if (stored.read() >= 0) {
                throw new DivergedException(object + " is longer than what is here");
            }
            return equal;
        }
    }

    /** The replica holds other bytes than the shadow WAL. */
    static final class DivergedException extends IOException {

        private static final long serialVersionUID = 1L;

        DivergedException(String where) {
            super("replica-ahead: it differs from the shadow WAL, " + where);
        }
    }

    private static Instant later(Instant a, Instant b) {
        return a.isAfter(b) ? a : b;
    }
}
