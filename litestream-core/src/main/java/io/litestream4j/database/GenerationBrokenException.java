package io.litestream4j.database;

/** Continuity of the current generation can't be proved any longer. A new one has to start. */
public class GenerationBrokenException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    public GenerationBrokenException(String reason) {
        super(reason);
        this.reason = reason;
    }

    /** Why, for the log and the status. */
    public String reason() {
        return reason;
    }
}
