package io.litestream4j;

/** Every replica answered, and none holds a backup that fits the request. */
public class NoBackupException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    public NoBackupException(String message) {
        super(message);
    }
}
