package io.litestream4j.database;

/** Continuity of the current generation can't be proved any longer; the message says why. A new one has to start. */
public class GenerationBrokenException extends Exception {

    private static final long serialVersionUID = 1L;

    public GenerationBrokenException(String reason) {
        super(reason);
    }
}
