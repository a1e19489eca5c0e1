package io.litestream4j.spring.boot.autoconfigure;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What can be set for one replica, for all of a database, or for all. */
public abstract class ReplicaKeys {

    /** Shortest time between two background uploads to a replica; 0 ships each commit at once. */
    private @Nullable Duration syncInterval;

    /** How far back every state of a replica can be restored; 0 deletes nothing. */
    private @Nullable Duration retention;

    /** How often a replica is searched for what retention no longer needs. */
    private @Nullable Duration retentionCheckInterval;

    /** How often a snapshot is taken beyond those that retention needs. Off by default. */
    private @Nullable Duration snapshotInterval;

    /** How often a replica is restored and compared with the database. Off by default. */
    private @Nullable Duration validationInterval;

    /** Access key of an S3 replica, with secret-access-key. By default the AWS SDK looks for credentials. */
    private @Nullable String accessKeyId;

    /** Secret key of an S3 replica, with access-key-id. By default the AWS SDK looks for credentials. */
    private @Nullable String secretAccessKey;

    /** Address of a store that speaks S3, such as https://host. By default Amazon's, or the host of the URL. */
    private @Nullable String endpoint;

    /** Region of an S3 replica. By default that of the URL's host, or what the AWS SDK finds. */
    private @Nullable String region;

    /** Whether the bucket of an S3 replica is named in the path, not in the host. By default with an endpoint. */
    private @Nullable Boolean forcePathStyle;

    /** Whether any certificate of an S3 endpoint is accepted, for tests. */
    private @Nullable Boolean skipVerify;

    /** Storage class of the objects of an S3 replica. By default the bucket's. */
    private @Nullable String storageClass;

    /** Server-side encryption of an S3 replica: AES256 or aws:kms. By default the bucket's. */
    private @Nullable String sse;

    /** Key for the server-side encryption aws:kms of an S3 replica. By default the account's. */
    private @Nullable String sseKmsKeyId;

    public @Nullable Duration getSyncInterval() {
        return syncInterval;
    }

    public void setSyncInterval(@Nullable Duration syncInterval) {
        this.syncInterval = syncInterval;
    }

    public @Nullable Duration getRetention() {
        return retention;
    }

    public void setRetention(@Nullable Duration retention) {
        this.retention = retention;
    }

    public @Nullable Duration getRetentionCheckInterval() {
        return retentionCheckInterval;
    }

    public void setRetentionCheckInterval(@Nullable Duration retentionCheckInterval) {
        this.retentionCheckInterval = retentionCheckInterval;
    }

    public @Nullable Duration getSnapshotInterval() {
        return snapshotInterval;
    }

    public void setSnapshotInterval(@Nullable Duration snapshotInterval) {
        this.snapshotInterval = snapshotInterval;
    }

    public @Nullable Duration getValidationInterval() {
        return validationInterval;
    }

    public void setValidationInterval(@Nullable Duration validationInterval) {
        this.validationInterval = validationInterval;
    }

    public @Nullable String getAccessKeyId() {
        return accessKeyId;
    }

    public void setAccessKeyId(@Nullable String accessKeyId) {
        this.accessKeyId = accessKeyId;
    }

    public @Nullable String getSecretAccessKey() {
        return secretAccessKey;
    }

    public void setSecretAccessKey(@Nullable String secretAccessKey) {
        this.secretAccessKey = secretAccessKey;
    }

    public @Nullable String getEndpoint() {
        return endpoint;
    }

    public void setEndpoint(@Nullable String endpoint) {
        this.endpoint = endpoint;
    }

    public @Nullable String getRegion() {
        return region;
    }

    public void setRegion(@Nullable String region) {
        this.region = region;
    }

    public @Nullable Boolean getForcePathStyle() {
        return forcePathStyle;
    }

    public void setForcePathStyle(@Nullable Boolean forcePathStyle) {
        this.forcePathStyle = forcePathStyle;
    }

    public @Nullable Boolean getSkipVerify() {
        return skipVerify;
    }

    public void setSkipVerify(@Nullable Boolean skipVerify) {
        this.skipVerify = skipVerify;
    }

    public @Nullable String getStorageClass() {
        return storageClass;
    }

    public void setStorageClass(@Nullable String storageClass) {
        this.storageClass = storageClass;
    }

    public @Nullable String getSse() {
        return sse;
    }

    public void setSse(@Nullable String sse) {
        this.sse = sse;
    }

    public @Nullable String getSseKmsKeyId() {
        return sseKmsKeyId;
    }

    public void setSseKmsKeyId(@Nullable String sseKmsKeyId) {
        this.sseKmsKeyId = sseKmsKeyId;
    }
}
