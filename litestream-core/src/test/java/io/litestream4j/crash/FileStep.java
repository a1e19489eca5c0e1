package io.litestream4j.crash;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * One change of files that the code under test asks for.
 *
 * @param kind what is done
 * @param path the real path of the file
 * @param other where it is moved to, or the name that is linked to it
 * @param handle the open file, of what is done through one
 * @param position where bytes are written, or the size a file is cut to
 * @param bytes what is written
 */
@SuppressWarnings("ArrayRecordComponent") // nobody compares steps
public record FileStep(
        Kind kind,
        Path path,
        @Nullable Path other,
        @Nullable Object handle,
        long position,
        byte[] bytes) {

    /** What is done. */
    public enum Kind {
        CREATE,
        OPEN,
        WRITE,
        TRUNCATE,
        FORCE,
        FORCE_FOLDER,
        MOVE,
        LINK,
        DELETE,
        CREATE_FOLDER
    }

    private static final byte[] NONE = new byte[0];

    static FileStep of(Kind kind, Path path) {
        return new FileStep(kind, path, null, null, 0, NONE);
    }

    static FileStep of(Kind kind, Path path, Path other) {
        return new FileStep(kind, path, other, null, 0, NONE);
    }

    static FileStep of(Kind kind, Path path, Object handle, long position) {
        return new FileStep(kind, path, null, handle, position, NONE);
    }

    static FileStep write(Path path, Object handle, long position, byte[] bytes) {
        return new FileStep(Kind.WRITE, path, null, handle, position, bytes);
    }

    /** The same, of a file that has another name by now. */
    FileStep at(Path name) {
        return new FileStep(kind, name, other, handle, position, bytes);
    }

    @Override
    public String toString() {
        return kind + " " + path.getFileName() + (other == null ? "" : " -> " + other.getFileName())
                + (bytes.length == 0 ? "" : " (" + bytes.length + " bytes at " + position + ")");
    }
}
