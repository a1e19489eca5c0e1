package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicaSettings;
import io.litestream4j.spring.boot.autoconfigure.DatabaseSetup.ReplicaSetup;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** From the keys of a database to its replicas, with all defaults applied. */
final class ReplicaResolver {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaResolver.class);

    private final List<Level<ReplicaKeys>> forAll;

    /** @param forAll the levels behind those of the databases, the first wins */
    ReplicaResolver(List<Level<ReplicaKeys>> forAll) {
        this.forAll = forAll;
    }

    /**
     * The replicas of one database.
     *
     * @param url one more replica, which has the name of its type; null if there is none
     * @param details before all other levels, for that replica or else the only one in a bucket; null if there are none
     */
    List<ReplicaSetup> resolve(
            DatabaseSource database, @Nullable ReplicaUrl url, @Nullable Level<ReplicaKeys> details) {
        Map<String, ReplicaUrl> locations = new LinkedHashMap<>();
        if (url != null) {
            locations.put(url.type(), url);
        }
        database.replicas().forEach((name, levels) -> {
            ReplicaUrl location = location(levels);
            if (location == null) {
                warnOfNoLocation(locations, name, levels);
            } else {
                add(locations, name, location);
            }
        });
        return setups(database, locations, details, details == null ? null : detailed(url, locations));
    }

    /**
     * The replicas of one database, one of which is in a store that connection details name by its URL. That is in place of
     * what the properties say, never beside it: what a developer's container is for must not be shipped to production, too.
     *
     * @throws LitestreamStartException when several replicas are in buckets, so that it isn't clear which one is meant
     */
    List<ReplicaSetup> resolveInPlace(DatabaseSource database, ReplicaUrl url, Level<ReplicaKeys> details) {
        Map<String, ReplicaUrl> locations = new LinkedHashMap<>();
        database.replicas().forEach((name, levels) -> {
            ReplicaUrl location = location(levels);
            if (location != null) {
                add(locations, name, location);
            }
        });
        List<String> inBuckets = inBuckets(locations);
        if (inBuckets.size() > 1) {
            throw new LitestreamStartException(
                    "The connection details of a store name %s, but the database main has the replicas %s in buckets: it isn't clear which one is meant."
                            .formatted(url.location(), inBuckets),
                    "Leave the bucket out of the connection details, or have one replica in a bucket.");
        }
        String meant = inBuckets.isEmpty() ? url.type() : inBuckets.get(0);
        locations.put(meant, url);
        return setups(database, locations, details, meant);
    }

    private List<ReplicaSetup> setups(
            DatabaseSource database,
            Map<String, ReplicaUrl> locations,
            @Nullable Level<ReplicaKeys> details,
            @Nullable String detailed) {
        List<ReplicaSetup> replicas = new ArrayList<>();
        locations.forEach((name, location) -> {
            Levels<ReplicaKeys> keys = database.replicaKeys(name, forAll);
            replicas.add(
                    replica(name, location, details != null && name.equals(detailed) ? behind(details, keys) : keys));
        });
        return List.copyOf(replicas);
    }

    /** The replica that connection details are about; null, and a line in the log, when there is none. */
    private static @Nullable String detailed(@Nullable ReplicaUrl url, Map<String, ReplicaUrl> locations) {
        List<String> inBuckets = inBuckets(locations);
        if (url != null && url.isS3()) {
            return url.type();
        }
        if (url == null && inBuckets.size() == 1) {
            return inBuckets.get(0);
        }
        LOG.info(
                "Litestream: the connection details of a store are not used: no replica of the database main in a bucket"
                        + " is meant by them. To use them set litestream.replica-url to s3://bucket/path");
        return null;
    }

    private static List<String> inBuckets(Map<String, ReplicaUrl> locations) {
        return locations.entrySet().stream()
                .filter(location -> location.getValue().isS3())
                .map(Map.Entry::getKey)
                .toList();
    }

    private static Levels<ReplicaKeys> behind(Level<ReplicaKeys> details, Levels<ReplicaKeys> keys) {
        List<Level<? extends ReplicaKeys>> levels = new ArrayList<>();
        levels.add(details);
        levels.addAll(keys.levels());
        return new Levels<>(levels);
    }

    private static @Nullable ReplicaUrl location(List<Level<LitestreamProperties.Replica>> levels) {
        return levels.stream()
                .map(ReplicaLocation::of)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
    }

    private static void warnOfNoLocation(
            Map<String, ReplicaUrl> others, String name, List<Level<LitestreamProperties.Replica>> levels) {
        if (!others.containsKey(name)) {
            LOG.warn(
                    "Litestream: {} is not set, there is no such replica",
                    levels.get(0).key("url"));
        }
    }

    private static void add(Map<String, ReplicaUrl> locations, String name, ReplicaUrl location) {
        ReplicaUrl other = locations.putIfAbsent(name, location);
        if (other != null) {
            throw new LitestreamStartException(
                    "%s is \"%s\", and %s is \"%s\": both are the replica \"%s\"."
                            .formatted(other.key(), other.location(), location.key(), location.location(), name),
                    "Remove one of them, or give the replica of %s another name.".formatted(location.key()));
        }
    }

    private static ReplicaSetup replica(String name, ReplicaUrl url, Levels<ReplicaKeys> levels) {
        levels.levels().forEach(S3Keys::requirePair);
        if (url.isS3()) {
            return new ReplicaSetup(name, url, settings(levels), S3Keys.of(url.requireBucket(), levels));
        }
        levels.levels().stream()
                .filter(level -> level.keys() instanceof LitestreamProperties.Replica)
                .map(S3Keys::firstSet)
                .filter(Objects::nonNull)
                .findFirst()
                .ifPresent(key -> refuse(key, url));
        return new ReplicaSetup(name, url, settings(levels), null);
    }

    /** A forgotten bucket makes a folder of what was meant for S3: nobody would look for the backups there. */
    private static void refuse(String key, ReplicaUrl url) {
        throw new LitestreamStartException(
                "%s is set, but %s says that the replica is the folder \"%s\"."
                        .formatted(key, url.key(), url.location()),
                "Remove %s, or set the replica's bucket or a URL such as s3://bucket/path.".formatted(key));
    }

    private static ReplicaSettings settings(Levels<ReplicaKeys> levels) {
        ReplicaSettings defaults = ReplicaSettings.defaults();
        ReplicaSettings settings = ReplicaSettings.builder()
                .syncInterval(levels.first(ReplicaKeys::getSyncInterval, defaults.syncInterval()))
                .retention(levels.first(ReplicaKeys::getRetention, defaults.retention()))
                .retentionCheckInterval(
                        levels.first(ReplicaKeys::getRetentionCheckInterval, defaults.retentionCheckInterval()))
                .snapshotInterval(levels.first(ReplicaKeys::getSnapshotInterval, defaults.snapshotInterval()))
                .validationInterval(levels.first(ReplicaKeys::getValidationInterval, defaults.validationInterval()))
                .build();
        warnOfShortRetention(settings, levels);
        return settings;
    }

    private static void warnOfShortRetention(ReplicaSettings settings, Levels<ReplicaKeys> levels) {
        if (!settings.retention().isZero()
                && settings.retention().compareTo(settings.snapshotInterval().multipliedBy(2)) < 0) {
            LOG.warn(
                    "Litestream: {} is {}, less than twice {} ({}): so short a retention keeps a single snapshot at"
                            + " times. Set the retention to {} or longer",
                    levels.where(ReplicaKeys::getRetention, "retention"),
                    Texts.show(settings.retention()),
                    levels.where(ReplicaKeys::getSnapshotInterval, "snapshot-interval"),
                    Texts.show(settings.snapshotInterval()),
                    Texts.show(settings.snapshotInterval().multipliedBy(2)));
        }
    }
}
