package io.litestream4j;

import java.nio.file.Path;

/** A file that should be a SQLite database is something else. It was left as it is. */
public class NotADatabaseException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    private final String path;

    public NotADatabaseException(Path path, Throwable cause) {
        super(
                path + " exists and is not a SQLite database: name the database's own file, or move this one away",
                cause);
        this.path = path.toString();
    }

    /** The file. */
    public Path path() {
        return Path.of(path);
    }
}
