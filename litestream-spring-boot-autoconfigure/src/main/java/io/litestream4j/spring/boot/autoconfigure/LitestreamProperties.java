package io.litestream4j.spring.boot.autoconfigure;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.ConfigurationPropertiesSource;

/**
 * The keys below {@code litestream.}, as they were written: null is a key that isn't set. What isn't set for a replica is
 * taken from its database, then from the top, then from the default.
 */
@ConfigurationProperties(prefix = "litestream")
public class LitestreamProperties extends DatabaseKeys {

    /** Whether anything is restored and replicated. */
    private @Nullable Boolean enabled;

    /** What is done with the databases: they are replicated all the time, once when the application is ready, or only restored. */
    private Mode mode = Mode.CONTINUOUS;

    /** How long mode "once" waits for the replicas. */
    private @Nullable Duration onceTimeout;

    /** Whether mode "once" deletes each database when a replica holds all of it. */
    private @Nullable Boolean onceDeleteDatabase;

    /** Replica of the application's own database: a folder, file:///folder or s3://bucket/path. */
    private @Nullable String replicaUrl;

    /** A litestream.yml to take databases and replicas from. */
    private @Nullable String configFile;

    /** How long the end of the application may wait for the replicas. */
    private Duration shutdownTimeout = Duration.ofSeconds(25);

    /** Health. */
    private final Health health = new Health();

    /** Waiting for replicas. */
    private final Commit commit = new Commit();

    /** One writer per replica path. */
    private final Lease lease = new Lease();

    /** Databases by name. The application's own DataSource is "main"; others have the name of their DataSource, or a path. */
    private final Map<String, Database> databases = new LinkedHashMap<>();

    public @Nullable Boolean getEnabled() {
        return enabled;
    }

    public void setEnabled(@Nullable Boolean enabled) {
        this.enabled = enabled;
    }

    public Mode getMode() {
        return mode;
    }

    public void setMode(Mode mode) {
        this.mode = mode;
    }

    public @Nullable Duration getOnceTimeout() {
        return onceTimeout;
    }

    public void setOnceTimeout(@Nullable Duration onceTimeout) {
        this.onceTimeout = onceTimeout;
    }

    public @Nullable Boolean getOnceDeleteDatabase() {
        return onceDeleteDatabase;
    }

    public void setOnceDeleteDatabase(@Nullable Boolean onceDeleteDatabase) {
        this.onceDeleteDatabase = onceDeleteDatabase;
    }

    public @Nullable String getReplicaUrl() {
        return replicaUrl;
    }

    public void setReplicaUrl(@Nullable String replicaUrl) {
        this.replicaUrl = replicaUrl;
    }

    public @Nullable String getConfigFile() {
        return configFile;
    }

    public void setConfigFile(@Nullable String configFile) {
        this.configFile = configFile;
    }

    public Duration getShutdownTimeout() {
        return shutdownTimeout;
    }

    public void setShutdownTimeout(Duration shutdownTimeout) {
        this.shutdownTimeout = shutdownTimeout;
    }

    public Health getHealth() {
        return health;
    }

    public Commit getCommit() {
        return commit;
    }

    public Lease getLease() {
        return lease;
    }

    public Map<String, Database> getDatabases() {
        return databases;
    }

    /** What is done with the databases. */
    public enum Mode {
        /** Restored at start and replicated while the application runs. */
        CONTINUOUS,
        /** Restored at start; when the application is ready, replicated once; then the application ends. */
        ONCE,
        /** Restored; then the application ends, before anything else is done. */
        RESTORE_ONLY
    }

    /** One database. */
    @ConfigurationPropertiesSource
    public static class Database extends DatabaseKeys {

        /** File of the database. By default the DataSource's. */
        private @Nullable String path;

        /** Replicas by name. That of litestream.replica-url is called "file" or "s3". */
        private final Map<String, Replica> replicas = new LinkedHashMap<>();

        public @Nullable String getPath() {
            return path;
        }

        public void setPath(@Nullable String path) {
            this.path = path;
        }

        public Map<String, Replica> getReplicas() {
            return replicas;
        }
    }

    /** One replica of a database. */
    @ConfigurationPropertiesSource
    public static class Replica extends ReplicaKeys {

        /** Where it is: a folder, file:///folder or s3://bucket/path. */
        private @Nullable String url;

        /** Kind of replica when there is no url: file or s3. */
        private @Nullable String type;

        /** Bucket, when there is no url. */
        private @Nullable String bucket;

        /** Folder, or path in the bucket, when there is no url. */
        private @Nullable String path;

        public @Nullable String getUrl() {
            return url;
        }

        public void setUrl(@Nullable String url) {
            this.url = url;
        }

        public @Nullable String getType() {
            return type;
        }

        public void setType(@Nullable String type) {
            this.type = type;
        }

        public @Nullable String getBucket() {
            return bucket;
        }

        public void setBucket(@Nullable String bucket) {
            this.bucket = bucket;
        }

        public @Nullable String getPath() {
            return path;
        }

        public void setPath(@Nullable String path) {
            this.path = path;
        }
    }

    /** When the health changes. */
    public static class Health {

        /** How far a replica may be behind before the health is DEGRADED. */
        private Duration maxLag = Duration.ofMinutes(1);

        /** How far a replica may be behind before the health is DOWN. Off by default. */
        private @Nullable Duration downAfter;

        public Duration getMaxLag() {
            return maxLag;
        }

        public void setMaxLag(Duration maxLag) {
            this.maxLag = maxLag;
        }

        public @Nullable Duration getDownAfter() {
            return downAfter;
        }

        public void setDownAfter(@Nullable Duration downAfter) {
            this.downAfter = downAfter;
        }
    }

    /** Waiting for replicas. */
    public static class Commit {

        /** What a managed transaction waits for after its commit: off, or replicated. */
        private @Nullable String wait;

        /** How long it waits. After that it stays committed, and an exception says so. */
        private @Nullable Duration timeout;

        public @Nullable String getWait() {
            return wait;
        }

        public void setWait(@Nullable String wait) {
            this.wait = wait;
        }

        public @Nullable Duration getTimeout() {
            return timeout;
        }

        public void setTimeout(@Nullable Duration timeout) {
            this.timeout = timeout;
        }
    }

    /** One writer per replica path. */
    public static class Lease {

        /** Whether an instance keeps each replica for itself by a lease, a small object beside the generations. */
        private @Nullable Boolean enabled;

        /** How long a lease lasts without renewal, which comes with uploads only. Between 5 s and 1 h. */
        private @Nullable Duration ttl;

        /** What an instance does at its start while another one holds the lease: wait, stand-by or fail. */
        private @Nullable String onConflict;

        /**
         * What an instance does whose database isn't the continuation of what another one has written to the replica:
         * fail, or ignore what the other one has written and go on with its own state.
         */
        private @Nullable String onNewerBackup;

        public @Nullable Boolean getEnabled() {
            return enabled;
        }

        public void setEnabled(@Nullable Boolean enabled) {
            this.enabled = enabled;
        }

        public @Nullable Duration getTtl() {
            return ttl;
        }

        public void setTtl(@Nullable Duration ttl) {
            this.ttl = ttl;
        }

        public @Nullable String getOnConflict() {
            return onConflict;
        }

        public void setOnConflict(@Nullable String onConflict) {
            this.onConflict = onConflict;
        }

        public @Nullable String getOnNewerBackup() {
            return onNewerBackup;
        }

        public void setOnNewerBackup(@Nullable String onNewerBackup) {
            this.onNewerBackup = onNewerBackup;
        }
    }
}
