package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.BackupListing;
import io.litestream4j.restore.Backups;
import io.litestream4j.restore.GenerationSummary;
import io.litestream4j.restore.RestorableWindow;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredGeneration;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredSegment;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.StoredSnapshot;
import io.litestream4j.spring.boot.autoconfigure.actuate.BackupReport.Window;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Future;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** What replicas hold, by their listings. Every call asks them, which are requests where requests cost money. */
final class BackupViews {

    private final Questions questions;
    private final Clock clock;

    BackupViews(Questions questions, Clock clock) {
        this.questions = questions;
        this.clock = clock;
    }

    BackupReport<StoredGeneration> generations(DatabaseView database, BackupQuery query) {
        Position position = database.database().status().position();
        String current = position == null ? "" : position.generation().toString();
        return report(
                database,
                query,
                listing -> listing.generations().stream()
                        .filter(each ->
                                query.generation() == null || each.generation().equals(query.generation()))
                        .map(each -> generation(each, current)),
                StoredGeneration::updatedAt);
    }

    private StoredGeneration generation(GenerationSummary summary, String current) {
        Duration lag = Duration.between(summary.updatedAt(), clock.instant());
        return new StoredGeneration(
                summary.replica(),
                summary.generation().toString(),
                summary.generation().toString().equals(current),
                summary.snapshots(),
                summary.walSegments(),
                summary.bytes(),
                summary.createdAt(),
                summary.updatedAt(),
                lag.isNegative() ? Duration.ZERO : lag.truncatedTo(ChronoUnit.MILLIS),
                summary.window().map(BackupViews::window).orElse(null));
    }

    private static Window window(RestorableWindow window) {
        return new Window(window.earliest(), window.latest(), window.gap().isEmpty() ? null : window.gap());
    }

    BackupReport<StoredSnapshot> snapshots(DatabaseView database, BackupQuery query) {
        return report(
                database,
                query,
                listing -> listing.snapshots().stream()
                        .filter(each -> query.generation() == null
                                || each.info().generation().equals(query.generation()))
                        .map(each -> new StoredSnapshot(
                                each.replica(),
                                each.info().generation().toString(),
                                each.info().index(),
                                each.info().size(),
                                each.info().createdAt())),
                StoredSnapshot::createdAt);
    }

    BackupReport<StoredSegment> wal(DatabaseView database, BackupQuery query) {
        return report(
                database,
                query,
                listing -> listing.walSegments().stream()
                        .filter(each -> query.generation() == null
                                || each.info().position().generation().equals(query.generation()))
                        .map(each -> new StoredSegment(
                                each.replica(),
                                each.info().position().generation().toString(),
                                each.info().position().index(),
                                each.info().position().offset(),
                                each.info().size(),
                                each.info().createdAt())),
                StoredSegment::createdAt);
    }

    private <T> BackupReport<T> report(
            DatabaseView database,
            BackupQuery query,
            Function<BackupListing, Stream<T>> entries,
            Function<T, Instant> time) {
        Map<String, String> unreachable = new TreeMap<>();
        List<T> all = listings(database, replicas(database, query.replica()), unreachable).stream()
                .flatMap(entries)
                .sorted(Comparator.comparing(time))
                .toList();
        return new BackupReport<>(
                database.name(),
                unreachable,
                all.size(),
                all.subList(Math.max(0, all.size() - query.limit()), all.size()));
    }

    /** All replicas are asked side by side. */
    private List<BackupListing> listings(
            DatabaseView database, List<Replica> replicas, Map<String, String> unreachable) {
        long deadline = questions.deadline();
        Map<Replica, Future<BackupListing>> asked = new LinkedHashMap<>();
        replicas.forEach(replica ->
                asked.put(replica, questions.ask(replica, List.of(), () -> new Backups(List.of(replica)).list())));
        return asked.entrySet().stream()
                .map(each -> listing(database, each.getKey(), each.getValue(), deadline, unreachable))
                .flatMap(Stream::ofNullable)
                .toList();
    }

    private @Nullable BackupListing listing(
            DatabaseView database,
            Replica replica,
            Future<BackupListing> answer,
            long deadline,
            Map<String, String> unreachable) {
        try {
            BackupListing listing = questions.await(answer, deadline);
            listing.unreachable()
                    .forEach((name, why) -> unreachable.put(name, String.valueOf(database.publicText(why))));
            return listing;
        } catch (LitestreamException e) {
            unreachable.put(replica.name(), String.valueOf(database.publicText(e.getMessage())));
            return null;
        }
    }

    /** @throws UnknownNameException when there is no replica of that name */
    static List<Replica> replicas(DatabaseView database, @Nullable String name) {
        return named(database.database().replicas(), name);
    }

    /** @throws UnknownNameException when there is none of that name */
    static List<Replica> named(List<Replica> all, @Nullable String name) {
        if (name == null || name.isBlank()) {
            return all;
        }
        List<Replica> named =
                all.stream().filter(replica -> replica.name().equals(name)).toList();
        if (named.isEmpty()) {
            throw new UnknownNameException(
                    "replica", name, all.stream().map(Replica::name).toList());
        }
        return named;
    }
}
