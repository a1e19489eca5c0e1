package io.litestream4j.database;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.FuzzDriver;
import io.litestream4j.FuzzTarget;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;

/** The records in the meta folder: read as they would be written again, or not at all. */
public final class RecordsTarget implements FuzzTarget {

    private final MetaDirectory meta;

    public RecordsTarget() throws IOException {
        Path folder = FuzzDriver.folder();
        meta = new MetaDirectory(folder);
    }

    @Override
    public void accept(byte[] input) throws IOException {
        Files.write(meta.shutdownRecord(), input);
        ShutdownRecord record = ShutdownRecord.read(meta);
        if (record != null) {
            record.write(meta);
            assertThat(ShutdownRecord.read(meta)).isEqualTo(record);
        }
        Files.write(meta.generationName(), input);
        Generation generation = meta.readGeneration();
        assertThat(generation == null || input.length >= 16).isTrue();
        Files.write(meta.replaced(), input);
        ReplacementRecord replacement;
        try {
            replacement = ReplacementRecord.read(meta.replaced());
        } catch (IOException e) {
            assertThat(e.getMessage()).startsWith(meta.replaced().toString());
            return;
        }
        String aside = replacement.aside();
        if (aside != null) {
            Path database = meta.path().resolve("app.db");
            assertThat(database.resolveSibling(aside).normalize().getParent())
                    .as(aside)
                    .isEqualTo(meta.path());
        }
        replacement.write(meta.replaced());
        assertThat(ReplacementRecord.read(meta.replaced())).isEqualTo(replacement);
    }

    @Override
    public List<byte[]> seeds() throws IOException {
        Instant time = Instant.parse("2026-03-01T12:00:00.123456789Z");
        new ShutdownRecord(
                        new Position(Generation.parse("0123456789abcdef"), 3, 4152),
                        new FileIdentity(7, 4096, time, time))
                .write(meta);
        new ReplacementRecord("newest", time, "app.db.replaced-20260301120000").write(meta.replaced());
        return List.of(
                Files.readAllBytes(meta.shutdownRecord()),
                Files.readAllBytes(meta.replaced()),
                "0123456789abcdef\n".getBytes(StandardCharsets.US_ASCII));
    }
}
