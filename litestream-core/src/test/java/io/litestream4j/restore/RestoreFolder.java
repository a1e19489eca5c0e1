package io.litestream4j.restore;

import io.litestream4j.replica.Replica;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.function.Consumer;

/** Restores into a folder of its own, with little patience. */
final class RestoreFolder {

    static final Restorer RESTORER = restorer(256 << 10);

    private RestoreFolder() {}

    static Restorer restorer(int pageBuffer) {
        return new Restorer(
                Clock.fixed(Instant.parse("2026-03-02T03:04:05Z"), ZoneOffset.UTC),
                System::nanoTime,
                new Retries(3, Duration.ofMillis(1)),
                pageBuffer);
    }

    static RestoreRequest request(Path target, Consumer<RestoreRequest.Builder> more, Replica... replicas) {
        RestoreRequest.Builder builder =
                RestoreRequest.to(target).from(List.of(replicas)).parallelism(2);
        more.accept(builder);
        return builder.build();
    }

    /** The restored file's bytes; the file is gone again. */
    static byte[] bytes(Restorer restorer, RestoreRequest request) throws IOException {
        restorer.restore(request);
        byte[] bytes = Files.readAllBytes(request.target());
        Files.delete(request.target());
        return bytes;
    }
}
