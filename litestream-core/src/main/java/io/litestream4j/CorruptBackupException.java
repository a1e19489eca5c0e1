package io.litestream4j;

import org.jspecify.annotations.Nullable;

/** A needed byte of a backup is missing or can't be proved. Names the object, the offset, and what was expected. */
public class CorruptBackupException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    private final String object;

    /**
     * @param object name of the damaged or missing object below the replica's root
     * @param message what was expected there, and what was found
     */
    public CorruptBackupException(String object, String message) {
        this(object, message, null);
    }

    /** As above, with the exception that showed the damage. */
    public CorruptBackupException(String object, String message, @Nullable Throwable cause) {
        super(object + ": " + message, cause);
        this.object = object;
    }

    /** Name of the damaged or missing object below the replica's root. */
    public String object() {
        return object;
    }
}
