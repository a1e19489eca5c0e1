package io.litestream4j;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A database, or the folder beside it, can't be used: permissions, a missing folder, or a lock that isn't given back. */
public class DatabaseAccessException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    private final String path;

    public DatabaseAccessException(Path path, String problem, @Nullable Throwable cause) {
        super(path + ": " + problem, cause);
        this.path = path.toString();
    }

    /** The file or folder that can't be used. */
    public Path path() {
        return Path.of(path);
    }
}
