package io.litestream4j.io;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;

/** Completes the messages of the operating system, which often name neither the file nor what is wrong with it. */
public final class FileProblem {

    /** A volume that has less is full, in whatever language it says so. */
    private static final long ONE_BLOCK = 4096;

    private FileProblem() {}

    /**
     * An error of writing, with what a person needs to mend it.
     *
     * @param file what was to be written
     * @param needed bytes that the volume needs at least
     * @return a {@link DiskFullException}, an {@link AccessDeniedException} that names owner and mode, or the error itself
     */
    public static IOException explained(IOException e, Path file, long needed) {
        if (e instanceof AccessDeniedException denied) {
            Path at = denied.getFile() == null ? file : file.getFileSystem().getPath(denied.getFile());
            AccessDeniedException explained = new AccessDeniedException(at.toString(), null, access(at));
            explained.initCause(e);
            return explained;
        }
        boolean plain = e.getClass() == IOException.class || e.getClass() == FileSystemException.class;
        long free = free(file);
        return plain && (saysFull(e) || (free >= 0 && free < ONE_BLOCK))
                ? new DiskFullException(folderOf(file), needed, free, e)
                : e;
    }

    /** Who may do what with a file, or with the folder that it would be in, and who asks. */
    public static String access(Path file) {
        Path existing = file.toAbsolutePath();
        while (!Files.exists(existing, LinkOption.NOFOLLOW_LINKS) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        String process = "this process runs as " + System.getProperty("user.name");
        try {
            return describe(existing)
                    + (Files.isDirectory(existing) || existing.getParent() == null
                            ? ""
                            : ", in " + describe(existing.getParent()))
                    + ", and " + process + ": change the owner or the mode";
        } catch (IOException | UnsupportedOperationException e) {
            return process + ": check owner and mode";
        }
    }

    private static String describe(Path path) throws IOException {
        PosixFileAttributes attributes = Files.readAttributes(path, PosixFileAttributes.class);
        return "%s belongs to %s, mode %s"
                .formatted(path, attributes.owner().getName(), PosixFilePermissions.toString(attributes.permissions()));
    }

    private static boolean saysFull(IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        return message.contains("no space left") || message.contains("disk quota exceeded");
    }

    /** Bytes that this process may still write; -1 where that can't be asked. */
    private static long free(Path file) {
        try {
            return Files.getFileStore(folderOf(file)).getUsableSpace();
        } catch (IOException e) {
            return -1;
        }
    }

    private static Path folderOf(Path file) {
        Path parent = file.toAbsolutePath().getParent();
        return parent == null ? file.toAbsolutePath() : parent;
    }
}
