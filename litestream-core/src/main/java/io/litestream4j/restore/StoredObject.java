package io.litestream4j.restore;

import io.litestream4j.SnapshotInfo;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.ReplicaPaths;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/** An object of a plan and how to read it. */
final class StoredObject {

    /** Opens the object at its first byte. */
    @FunctionalInterface
    interface Opener {
        InputStream open() throws IOException;
    }

    private final SnapshotInfo snapshot;
    private final @Nullable WalSegmentInfo segment;
    private final String url;
    private final Opener opener;

    private StoredObject(SnapshotInfo snapshot, @Nullable WalSegmentInfo segment, String url, Opener opener) {
        this.snapshot = snapshot;
        this.segment = segment;
        this.url = url;
        this.opener = opener;
    }

    static StoredObject of(ReplicaClient client, SnapshotInfo snapshot) {
        return new StoredObject(
                snapshot, null, client.url(), () -> client.openSnapshot(snapshot.generation(), snapshot.index()));
    }

    static StoredObject of(ReplicaClient client, SnapshotInfo base, WalSegmentInfo segment) {
        return new StoredObject(base, segment, client.url(), () -> client.openWalSegment(segment.position()));
    }

    /** Bytes as stored. */
    long size() {
        return segment == null ? snapshot.size() : segment.size();
    }

    String replicaUrl() {
        return url;
    }

    InputStream open() throws IOException {
        return opener.open();
    }

    /** Says that this object is damaged. */
    BackupDamage damage(String message, @Nullable Throwable cause) {
        return segment == null
                ? BackupDamage.ofSnapshot(snapshot, message, cause)
                : BackupDamage.ofSegment(segment.position(), message, cause);
    }

    @Override
    public String toString() {
        return segment == null ? ReplicaPaths.snapshot(snapshot) : ReplicaPaths.walSegment(segment.position());
    }
}
