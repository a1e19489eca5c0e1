package io.litestream4j.lease;

import io.litestream4j.LitestreamException;

/** The replica holds what another instance has written, and the database here is not its continuation. */
public final class NewerBackupException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    NewerBackupException(String message) {
        super(message);
    }
}
