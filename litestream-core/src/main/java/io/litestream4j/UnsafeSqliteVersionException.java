package io.litestream4j;

/**
 * The SQLite library of this process can lose committed pages when a checkpoint on one connection meets a commit on
 * another, which is what replication does all the time.
 */
public class UnsafeSqliteVersionException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    public UnsafeSqliteVersionException(String version) {
        super("SQLite " + version + " can lose committed pages during checkpoints (versions 3.7.0 to 3.51.2, except"
                + " 3.44.6 and 3.50.7): use org.xerial:sqlite-jdbc 3.54.1.0 or newer");
    }
}
