package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.LitestreamException;
import io.litestream4j.Position;
import java.io.Serial;
import org.jspecify.annotations.Nullable;

/**
 * What is committed is on the local disk, but no replica has confirmed it. Nothing was rolled back, and nothing will be:
 * who repeats the work does it twice. Shipping goes on by itself.
 *
 * <p>It is not one of Spring's transaction exceptions on purpose: those are taken for a transaction that failed. Where
 * it leaves a transactional method that runs inside another transaction, that outer one is rolled back by Spring's
 * usual rules, unless they except it.
 */
public final class CommitNotReplicatedException extends LitestreamException {

    @Serial
    private static final long serialVersionUID = 1L;

    private final String database;
    private final transient @Nullable Position position;

    CommitNotReplicatedException(String database, @Nullable Position position, String why, @Nullable Throwable cause) {
        super(
                "%s: committed on the local disk, but %s%s. Nothing is rolled back: don't repeat it. %s"
                        .formatted(
                                database,
                                why,
                                position == null ? "" : " (waited for " + position + ")",
                                "What is committed is shipped as soon as that is possible;"
                                        + " Litestream.awaitReplicated waits again, health says what is wrong"),
                cause);
        this.database = database;
        this.position = position;
    }

    /** Name of the database in the configuration. */
    public String database() {
        return database;
    }

    /** The position that was waited for; null when it isn't known, because the commit could not even be copied. */
    public @Nullable Position position() {
        return position;
    }
}
