package io.litestream4j.restore;

import io.litestream4j.CorruptBackupException;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.BackupListing.StoredSegment;
import io.litestream4j.restore.BackupListing.StoredSnapshot;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What the replicas of a database hold. Each call asks replicas for their listings, which are requests where requests cost
 * money. Safe for use by several threads.
 */
public final class Backups {

    private final List<Replica> replicas;

    /** Of these replicas. */
    public Backups(List<Replica> replicas) {
        this.replicas = List.copyOf(replicas);
    }

    /** Lists everything. A replica that can't be asked doesn't hide the others. */
    public BackupListing list() {
        List<GenerationSummary> generations = new ArrayList<>();
        List<StoredSnapshot> snapshots = new ArrayList<>();
        List<StoredSegment> segments = new ArrayList<>();
        Map<String, String> unreachable = new TreeMap<>();
        for (Replica replica : replicas) {
            try {
                for (GenerationListing listing : listings(replica)) {
                    generations.add(summary(replica, listing));
                    listing.snapshots().forEach(info -> snapshots.add(new StoredSnapshot(replica.name(), info)));
                    listing.segments().forEach(info -> segments.add(new StoredSegment(replica.name(), info)));
                }
            } catch (IOException e) {
                unreachable.put(replica.name(), e.toString());
            }
        }
        generations.sort(Comparator.comparing(GenerationSummary::updatedAt));
        snapshots.sort(Comparator.comparing(stored -> stored.info().createdAt()));
        segments.sort(Comparator.comparing(stored -> stored.info().createdAt()));
        return new BackupListing(generations, snapshots, segments, unreachable);
    }

    /**
     * Up to where a replica holds a generation without a gap, by its listing and the length of the last segment, which is
     * read. Where that is a mark of an index's end, the start of the next index.
     *
     * @throws io.litestream4j.LitestreamException when it can't be asked, or holds nothing whole of the generation
     * @throws IllegalArgumentException when there is no replica of that name
     */
    public Position reached(String replica, Generation generation) throws IOException {
        RestoreRequest request = RestoreRequest.to(Path.of("reached"))
                .from(replicas)
                .replica(replica)
                .generation(generation)
                .build();
        RestorePlan plan = new Restorer().plan(request);
        if (plan.segments().isEmpty()) {
            return plan.snapshot().position();
        }
        WalSegmentInfo last = plan.segments().get(plan.segments().size() - 1);
        if (GenerationListing.isEndMark(last)) {
            return last.position().nextIndex();
        }
        try (InputStream stored = request.replicas().get(0).client().openWalSegment(last.position());
                InputStream content = Lz4Frames.decompress(stored)) {
            long length = content.transferTo(OutputStream.nullOutputStream());
            return last.position().atOffset(last.position().offset() + length);
        }
    }

    private static List<GenerationListing> listings(Replica replica) throws IOException {
        List<GenerationListing> listings = new ArrayList<>();
        for (Generation generation : replica.client().generations()) {
            GenerationListing listing = new GenerationListing(
                    generation,
                    replica.client().snapshots(generation),
                    replica.client().walSegments(generation));
            if (!listing.isEmpty()) {
                listings.add(listing);
            }
        }
        return listings;
    }

    private static GenerationSummary summary(Replica replica, GenerationListing listing) {
        List<Instant> times = Stream.concat(
                        listing.snapshots().stream().map(info -> info.createdAt()),
                        listing.segments().stream().map(info -> info.createdAt()))
                .sorted()
                .toList();
        long bytes = listing.snapshots().stream().mapToLong(info -> info.size()).sum()
                + listing.segments().stream().mapToLong(info -> info.size()).sum();
        return new GenerationSummary(
                replica.name(),
                listing.generation(),
                listing.snapshots().size(),
                listing.segments().size(),
                bytes,
                times.get(0),
                times.get(times.size() - 1),
                window(replica, listing));
    }

    private static Optional<RestorableWindow> window(Replica replica, GenerationListing listing) {
        String gap = "";
        Optional<RestorePlan> newest;
        try {
            newest = new RestorePlanner(listing, RestorePoint.NEWEST).plan();
        } catch (CorruptBackupException e) {
            gap = String.valueOf(e.getMessage());
            newest = new RestorePlanner(listing, RestorePoint.NEWEST.orOlder()).plan();
        }
        if (newest.isEmpty()) {
            return Optional.empty();
        }
        Instant latest = newest.get().lastObjectAt();
        Instant earliest = earliest(listing).orElse(latest);
        return Optional.of(new RestorableWindow(
                replica.name(), listing.generation(), earliest, latest.isBefore(earliest) ? earliest : latest, gap));
    }

    /** The first snapshot from which there is a whole plan; it isn't older than what its database holds. */
    private static Optional<Instant> earliest(GenerationListing listing) {
        return listing.snapshots().stream()
                .map(snapshot -> availableAt(snapshot, listing))
                .sorted()
                .filter(time -> isWhole(listing, time))
                .findFirst();
    }

    private static Instant availableAt(SnapshotInfo snapshot, GenerationListing listing) {
        List<Instant> times = listing.segmentTimes();
        Instant available = snapshot.createdAt();
        for (int i = 0; i < times.size(); i++) {
            if (listing.segments().get(i).position().index() < snapshot.index()) {
                available = available.isBefore(times.get(i)) ? times.get(i) : available;
            }
        }
        return available;
    }

    private static boolean isWhole(GenerationListing listing, Instant time) {
        try {
            return new RestorePlanner(listing, RestorePoint.NEWEST.atOrBefore(time))
                    .plan()
                    .isPresent();
        } catch (CorruptBackupException e) {
            return false;
        }
    }
}
