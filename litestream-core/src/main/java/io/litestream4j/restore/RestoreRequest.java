package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.replica.Replica;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** What to restore, from where, to which file. Without a time, generation or index: the newest state. Immutable. */
public final class RestoreRequest {

    /** Objects fetched at once, unless told otherwise. */
    public static final int DEFAULT_PARALLELISM = 8;

    /** The same for a replica on S3, where each object costs a round trip. */
    public static final int DEFAULT_PARALLELISM_ON_S3 = 16;

    private final Path target;
    private final List<Replica> replicas;
    private final @Nullable String replica;
    private final @Nullable Instant timestamp;
    private final @Nullable Generation generation;
    private final @Nullable Integer index;
    private final @Nullable Integer parallelism;
    private final IntegrityCheck integrityCheck;
    private final OnDamage onDamage;
    private final RestoreProgress progress;

    private RestoreRequest(Builder builder) {
        this.target = builder.target.toAbsolutePath();
        this.replicas = builder.chosenReplicas();
        this.replica = builder.replica;
        this.timestamp = builder.timestamp;
        this.generation = builder.generation;
        this.index = builder.index;
        this.parallelism = builder.parallelism;
        this.integrityCheck = builder.integrityCheck;
        this.onDamage = builder.onDamage;
        this.progress = builder.progress;
        if (index != null && generation == null) {
            throw new IllegalArgumentException("restoring to an index needs its generation: set generation, too");
        }
        if (index != null && timestamp != null) {
            throw new IllegalArgumentException(
                    "restoring to an index and to a time exclude each other: set one of them");
        }
    }

    /** A request to restore to a file, which must not exist. */
    public static Builder to(Path target) {
        return new Builder(target);
    }

    /** The file to restore to. */
    public Path target() {
        return target;
    }

    /** The replicas to ask. */
    public List<Replica> replicas() {
        return replicas;
    }

    /** Name of the only replica to ask; empty when all may be asked. */
    public Optional<String> replica() {
        return Optional.ofNullable(replica);
    }

    /** Restore the last state not after this time. */
    public Optional<Instant> timestamp() {
        return Optional.ofNullable(timestamp);
    }

    /** Restore this generation. */
    public Optional<Generation> generation() {
        return Optional.ofNullable(generation);
    }

    /** Restore to the end of this WAL index. */
    public OptionalInt index() {
        return index == null ? OptionalInt.empty() : OptionalInt.of(index);
    }

    /** Objects fetched at once from a replica of that type, at least 1. */
    public int parallelism(String replicaType) {
        if (parallelism != null) {
            return parallelism;
        }
        return replicaType.equals("s3") ? DEFAULT_PARALLELISM_ON_S3 : DEFAULT_PARALLELISM;
    }

    /** How the result is checked. */
    public IntegrityCheck integrityCheck() {
        return integrityCheck;
    }

    /** What to do about a damaged backup. */
    public OnDamage onDamage() {
        return onDamage;
    }

    /** Who hears how far it is. */
    public RestoreProgress progress() {
        return progress;
    }

    /** The same, to another file. */
    public RestoreRequest withTarget(Path other) {
        Builder builder = new Builder(other)
                .from(replicas)
                .replica(replica)
                .timestamp(timestamp)
                .generation(generation)
                .integrityCheck(integrityCheck)
                .onDamage(onDamage)
                .progress(progress);
        builder.parallelism = parallelism;
        return (index == null ? builder : builder.index(index)).build();
    }

    /**
     * The state that is asked for, in words that are the same for the same state: {@code newest}, or the time, the
     * generation, the index and the replica, as far as they were set.
     */
    public String state() {
        StringJoiner state = new StringJoiner(", ");
        timestamp().ifPresent(time -> state.add("timestamp " + time));
        generation().ifPresent(name -> state.add("generation " + name));
        index().ifPresent(number -> state.add("index %08x".formatted(number)));
        replica().ifPresent(name -> state.add("replica " + name));
        return state.length() == 0 ? "newest" : state.toString();
    }

    /** Collects the parts of a request. */
    public static final class Builder {

        private final Path target;
        private List<Replica> replicas = List.of();
        private @Nullable String replica;
        private @Nullable Instant timestamp;
        private @Nullable Generation generation;
        private @Nullable Integer index;
        private @Nullable Integer parallelism;
        private IntegrityCheck integrityCheck = IntegrityCheck.QUICK;
        private OnDamage onDamage = OnDamage.FAIL;
        private RestoreProgress progress = (done, total) -> {};

        private Builder(Path target) {
            this.target = target;
        }

        /** The replicas to ask; needed. */
        public Builder from(List<Replica> all) {
            this.replicas = List.copyOf(all);
            return this;
        }

        /** Ask only the replica of that name. */
        public Builder replica(@Nullable String name) {
            this.replica = name;
            return this;
        }

        /** Restore the last state not after this time. */
        public Builder timestamp(@Nullable Instant time) {
            this.timestamp = time;
            return this;
        }

        /** Restore this generation. */
        public Builder generation(@Nullable Generation wanted) {
            this.generation = wanted;
            return this;
        }

        /** Restore to the end of this WAL index of the {@link #generation}. */
        public Builder index(int wanted) {
            if (wanted < 0) {
                throw new IllegalArgumentException("index must not be negative, got " + wanted);
            }
            this.index = wanted;
            return this;
        }

        /** Fetch that many objects at once; less than 1 means 1. By default 8, and 16 from S3. */
        public Builder parallelism(int objects) {
            this.parallelism = Math.max(1, objects);
            return this;
        }

        /** How to check the result. */
        public Builder integrityCheck(IntegrityCheck check) {
            this.integrityCheck = check;
            return this;
        }

        /** What to do about a damaged backup. */
        public Builder onDamage(OnDamage reaction) {
            this.onDamage = reaction;
            return this;
        }

        /** Who hears how far it is. */
        public Builder progress(RestoreProgress listener) {
            this.progress = listener;
            return this;
        }

        /**
         * The request.
         *
         * @throws IllegalArgumentException when its parts contradict each other or no replica is left to ask
         */
        public RestoreRequest build() {
            return new RestoreRequest(this);
        }

        private List<Replica> chosenReplicas() {
            if (replicas.isEmpty()) {
                throw new IllegalArgumentException("a restore needs at least one replica");
            }
            List<Replica> chosen = replicas.stream()
                    .filter(candidate -> replica == null || candidate.name().equals(replica))
                    .toList();
            if (chosen.isEmpty()) {
                throw new IllegalArgumentException("expected one of the replicas %s, got \"%s\""
                        .formatted(replicas.stream().map(Replica::name).toList(), replica));
            }
            return chosen;
        }
    }
}
