package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.LitestreamException;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.restore.RestoreChoice;
import io.litestream4j.restore.RestorePlan;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a restore would read, by the listings of the replicas. Nothing is restored. */
final class RestorePlans {

    private final Questions questions;

    RestorePlans(Questions questions) {
        this.questions = questions;
    }

    RestorePlanReport plan(DatabaseView database, BackupQuery query) {
        RestoreRequest request = request(database, query);
        try {
            RestoreChoice choice = questions.await(
                    questions.ask(
                            request.replicas(),
                            Arrays.asList(query.generation(), query.timestamp()),
                            () -> new Restorer().choose(request)),
                    questions.deadline());
            return report(database, query, choice);
        } catch (LitestreamException e) {
            return RestorePlanReport.impossible(
                    database.name(), query.timestamp(), database.publicText(e.getMessage()));
        }
    }

    private static RestoreRequest request(DatabaseView database, BackupQuery query) {
        RestoreRequest.Builder request = RestoreRequest.to(database.database().database())
                .from(BackupViews.named(database.restorableReplicas(), query.replica()));
        if (query.generation() != null) {
            request.generation(query.generation());
        }
        if (query.timestamp() != null) {
            request.timestamp(query.timestamp());
        }
        return request.build();
    }

    private static RestorePlanReport report(DatabaseView database, BackupQuery query, RestoreChoice choice) {
        RestorePlan plan = choice.plan();
        List<WalSegmentInfo> segments = plan.segments();
        return new RestorePlanReport(
                database.name(),
                true,
                null,
                query.timestamp(),
                choice.replica().name(),
                database.publicText(choice.replica().client().url()),
                plan.generation().toString(),
                new BackupReport.StoredSnapshot(
                        choice.replica().name(),
                        plan.generation().toString(),
                        plan.snapshot().index(),
                        plan.snapshot().size(),
                        plan.snapshot().createdAt()),
                segments.size(),
                position(segments, 0),
                position(segments, segments.size() - 1),
                plan.objects(),
                plan.bytes(),
                plan.lastObjectAt(),
                plan.notes().stream()
                        .map(note -> String.valueOf(database.publicText(note)))
                        .toList(),
                howTo(database.name(), query));
    }

    private static @Nullable String position(List<WalSegmentInfo> segments, int number) {
        return segments.isEmpty() ? null : segments.get(number).position().toString();
    }

    /** For a person in a hurry: the settings with which the application has to be started once. */
    private static List<String> howTo(String database, BackupQuery query) {
        String prefix = "--litestream.databases." + database + ".restore.";
        List<String> settings = new ArrayList<>();
        settings.add(prefix + "mode=replace");
        if (query.timestamp() != null) {
            settings.add(prefix + "timestamp=" + query.timestamp());
        }
        if (query.generation() != null) {
            settings.add(prefix + "generation=" + query.generation());
        }
        if (query.replica() != null) {
            settings.add(prefix + "replica=" + query.replica());
        }
        return settings;
    }
}
