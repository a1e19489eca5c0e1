package io.litestream4j.replica.s3;

import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/** Whether a store understands {@code If-None-Match: *} and {@code If-Match}. It is taken to, until it says that it doesn't. */
final class ConditionalWrites {

    private static final Logger LOG = LoggerFactory.getLogger(ConditionalWrites.class);

    private final String store;
    private boolean understood = true;

    /**
     * @param store names the store in the warning
     */
    ConditionalWrites(String store) {
        this.store = store;
    }

    synchronized boolean understood() {
        return understood;
    }

    /** The store took what it should have refused: it doesn't look at conditions. */
    synchronized void areIgnored(String condition) {
        if (understood) {
            understood = false;
            warn("ignores the condition " + condition);
        }
    }

    private void warn(String how) {
        LOG.warn(
                "{} {}: it is asked before each upload whether the object"
                        + " exists, and two instances that begin within a moment may both write. See to it that nothing"
                        + " else writes to this replica",
                store,
                how);
    }

    /** Whether the answer means that the store doesn't know the condition; remembered if so. */
    synchronized boolean isRefused(AwsServiceException answer) {
        boolean refused = answer.statusCode() == 501
                || (answer.statusCode() == 400
                        && String.valueOf(answer.getMessage())
                                .toLowerCase(Locale.ROOT)
                                .matches("(?s).*if-(none-)?match.*"));
        if (refused && understood) {
            understood = false;
            warn("doesn't know the conditions If-None-Match and If-Match");
        }
        return refused;
    }
}
