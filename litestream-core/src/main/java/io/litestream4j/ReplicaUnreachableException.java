package io.litestream4j;

/** No replica could be asked, so whether a backup exists is not known. */
public class ReplicaUnreachableException extends LitestreamException {

    private static final long serialVersionUID = 1L;

    public ReplicaUnreachableException(String message, Throwable cause) {
        super(message, cause);
    }
}
