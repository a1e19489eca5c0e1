package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.Lz4Frames;
import io.litestream4j.replica.Replica;
import io.litestream4j.restore.RestorePlan;
import io.litestream4j.restore.RestoreRequest;
import io.litestream4j.restore.Restorer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.List;

/** Up to where a restore from a replica would get, by what the replica lists and by the length of its last segment. */
final class ReplicaReach {

    private ReplicaReach() {}

    /**
     * Asks the replica.
     *
     * @throws io.litestream4j.LitestreamException when it can't be asked, or holds nothing whole of the generation
     */
    static Position of(Replica replica, Generation generation) throws IOException {
        RestoreRequest request = RestoreRequest.to(Path.of("reach"))
                .from(List.of(replica))
                .generation(generation)
                .build();
        RestorePlan plan = new Restorer().plan(request);
        if (plan.segments().isEmpty()) {
            return plan.snapshot().position();
        }
        WalSegmentInfo last = plan.segments().get(plan.segments().size() - 1);
        if (last.size() == Lz4Frames.EMPTY_FRAME_SIZE) {
            return last.position().nextIndex();
        }
        try (InputStream content = Lz4Frames.decompress(replica.client().openWalSegment(last.position()))) {
            long length = content.transferTo(OutputStream.nullOutputStream());
            return last.position().atOffset(last.position().offset() + length);
        }
    }
}
