package io.litestream4j;

import org.jspecify.annotations.Nullable;

/** The base of the unchecked exceptions that the engine's public types throw. */
public class LitestreamException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LitestreamException(String message) {
        super(message);
    }

    public LitestreamException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
