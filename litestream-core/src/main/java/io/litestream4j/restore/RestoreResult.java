package io.litestream4j.restore;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * What a restore did.
 *
 * @param target the restored database
 * @param replica name of the replica that it came from
 * @param replicaUrl that replica's URL
 * @param position the restored state: the end of the last transaction that is in it
 * @param databaseSize bytes of the database
 * @param objects objects that were read
 * @param bytesRead compressed bytes of those objects
 * @param duration how long it took
 * @param lastObjectAt when the replica stored the last object that was used
 * @param notes what the caller should know, such as a point older than the one asked for; usually empty
 */
public record RestoreResult(
        Path target,
        String replica,
        String replicaUrl,
        Position position,
        long databaseSize,
        int objects,
        long bytesRead,
        Duration duration,
        Instant lastObjectAt,
        List<String> notes) {

    public RestoreResult {
        notes = List.copyOf(notes);
    }

    /** The generation that was restored. */
    public Generation generation() {
        return position.generation();
    }
}
