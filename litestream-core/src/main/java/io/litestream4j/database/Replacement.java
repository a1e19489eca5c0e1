package io.litestream4j.database;

import io.litestream4j.io.DurableFiles;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Puts a finished database in the place of the present one, which is kept aside. To be used under the {@link MetaLock}.
 *
 * <p>A journal in the meta directory says what is under way. As long as the new file has its own name the old database is
 * in place or is put back at the next start; from the rename on the new one is in place, and the journal, renamed, is the
 * record that the request was carried out.
 */
final class Replacement {

    /** What has just been done; for tests that kill the process there. */
    enum Step {
        JOURNALLED,
        UNUSED,
        SIDECARS_ASIDE,
        KEPT,
        PUBLISHED
    }

    /** Hears of each step. */
    @FunctionalInterface
    interface Steps {
        void done(Step step);
    }

    private static final Logger LOG = LoggerFactory.getLogger(Replacement.class);
    private static final DateTimeFormatter DATE =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);

    private final Path database;
    private final MetaDirectory meta;
    private final Duration patience;
    private final Steps steps;
    private final DurableFiles files = new DurableFiles();

    Replacement(Path database, MetaDirectory meta, Duration patience, Steps steps) {
        this.database = database;
        this.meta = meta;
        this.patience = patience;
        this.steps = steps;
    }

    /** Where the new database is to be put before {@link #publish}. */
    Path file() {
        return KeptAside.beside(database, ".replacement");
    }

    /**
     * Puts the new database in place.
     *
     * @return what was done
     * @throws io.litestream4j.DatabaseAccessException when somebody is connected to the present database
     */
    ReplacementRecord publish(String request, Instant now) throws IOException {
        boolean present = FileIdentity.sizeOf(database) > 0;
        if (present) {
            takeModeOf(database);
        }
        ReplacementRecord record = new ReplacementRecord(request, now, present ? freeName(now) : null);
        record.write(meta.replacing());
        boolean published = false;
        try {
            steps.done(Step.JOURNALLED);
            moveAside(record, now);
            files.publish(file(), database);
            published = true;
        } finally {
            // a rename whose folder could not be fsynced has happened all the same
            if (!published && !isPublished(record)) {
                rollBack(record);
            }
        }
        steps.done(Step.PUBLISHED);
        finish();
        return record;
    }

    /** Ends what a crash has interrupted: the old database is put back, or the new one's request is recorded. */
    void recover() throws IOException {
        ReplacementRecord record = ReplacementRecord.read(meta.replacing());
        if (record == null) {
            deleteUnfinished();
        } else if (isPublished(record)) {
            LOG.info("{} was replaced when the process ended: {} is carried out", database, record.request());
            finish();
        } else {
            rollBack(record);
            LOG.warn("{} was about to be replaced when the process ended: it is in place again", database);
        }
    }

    /** What a restore left that was killed before the journal was written; nobody else restores under the lock. */
    private void deleteUnfinished() throws IOException {
        Files.deleteIfExists(file());
        Path folder = file().getParent();
        if (folder != null && Files.isDirectory(folder)) {
            Pattern unfinished =
                    Pattern.compile(Pattern.quote(file().getFileName() + ".restore.") + "[0-9a-f.]+(spill\\.)?tmp");
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
                for (Path entry : entries) {
                    if (unfinished.matcher(entry.getFileName().toString()).matches() || isSecondName(entry)) {
                        Files.deleteIfExists(entry);
                    }
                }
            }
        }
    }

    /** A restore gives its file the database's name by a link, and was killed before it took the other name away. */
    private boolean isSecondName(Path entry) throws IOException {
        String restored = database.getFileName() + ".restore.";
        String name = entry.getFileName().toString();
        return name.startsWith(restored)
                && name.endsWith(DurableFiles.TEMPORARY_SUFFIX)
                && KeptAside.exists(database)
                && Files.isSameFile(entry, database);
    }

    private void moveAside(ReplacementRecord record, Instant now) throws IOException {
        if (record.aside() == null) {
            // nothing to keep: what lies beside a missing database must not be replayed into the new one
            KeptAside stale = new KeptAside(database, freeName(now), files);
            stale.moveSidecars();
            return;
        }
        KeptAside aside = new KeptAside(database, record.aside(), files);
        aside.holdSidecars();
        boolean opened = SoleUse.require(database, patience);
        steps.done(Step.UNUSED);
        aside.releaseSidecars(!opened);
        aside.moveSidecars();
        steps.done(Step.SIDECARS_ASIDE);
        aside.keepDatabase();
        steps.done(Step.KEPT);
    }

    private boolean isPublished(ReplacementRecord record) throws IOException {
        if (KeptAside.exists(file()) || FileIdentity.sizeOf(database) <= 0) {
            return false;
        }
        if (record.aside() == null) {
            return true;
        }
        KeptAside aside = new KeptAside(database, record.aside(), files);
        return aside.exists() && !aside.isStillInPlace();
    }

    private void rollBack(ReplacementRecord record) throws IOException {
        if (record.aside() != null) {
            new KeptAside(database, record.aside(), files).putBack();
        }
        files.deleteIfExists(file());
        files.deleteIfExists(meta.replacing());
    }

    /** The record of a clean shutdown tells of the file that was replaced. */
    private void finish() throws IOException {
        ShutdownRecord.delete(meta);
        Files.move(
                meta.replacing(), meta.replaced(), StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        files.syncDirectory(meta.path());
    }

    private void takeModeOf(Path present) throws IOException {
        PosixFileAttributeView view = Files.getFileAttributeView(present, PosixFileAttributeView.class);
        if (view != null) {
            Files.setPosixFilePermissions(file(), view.readAttributes().permissions());
        }
    }

    private String freeName(Instant now) {
        String wanted = database.getFileName() + ".replaced-" + DATE.format(now);
        String name = wanted;
        for (int i = 2; isTaken(database.resolveSibling(name)); i++) {
            name = wanted + "-" + i;
        }
        return name;
    }

    private static boolean isTaken(Path file) {
        return KeptAside.exists(file)
                || KeptAside.SIDECARS.stream().anyMatch(suffix -> KeptAside.exists(KeptAside.beside(file, suffix)));
    }

    /** The last request that was carried out; null when there is none. */
    static @Nullable ReplacementRecord last(MetaDirectory meta) throws IOException {
        return ReplacementRecord.read(meta.replaced());
    }
}
