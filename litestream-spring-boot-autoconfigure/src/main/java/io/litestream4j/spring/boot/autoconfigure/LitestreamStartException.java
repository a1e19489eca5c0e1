package io.litestream4j.spring.boot.autoconfigure;

import org.jspecify.annotations.Nullable;

/** The application can't start as it is configured. Says what is wrong and what to do about it. */
public class LitestreamStartException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final String action;

    LitestreamStartException(String description, String action) {
        this(description, action, null);
    }

    LitestreamStartException(String description, String action, @Nullable Throwable cause) {
        super(description, cause);
        this.action = action;
    }

    /** A key with a value that it can't have. */
    static LitestreamStartException invalid(String key, Object value, String remedy) {
        return new LitestreamStartException(
                "%s is \"%s\".".formatted(key, value), "Set %s to %s.".formatted(key, remedy));
    }

    /** What is wrong. */
    public String description() {
        return String.valueOf(getMessage());
    }

    /** What to do about it. */
    public String action() {
        return action;
    }
}
