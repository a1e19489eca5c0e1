package io.litestream4j.replica.s3;

import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.util.Locale;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.ApiCallTimeoutException;

/** What went wrong before a store answered. */
final class LocalProblem {

    private static final int DEEPEST_CAUSE = 20;

    private LocalProblem() {}

    static String sentence(Throwable problem) {
        Throwable cause = problem;
        for (int depth = 0; cause != null && depth < DEEPEST_CAUSE; depth++) {
            String sentence = known(cause);
            if (sentence != null) {
                return sentence;
            }
            cause = cause.getCause();
        }
        return "no whole answer came (%s): check the network between here and the store".formatted(rootName(problem));
    }

    private static @Nullable String known(Throwable cause) {
        if (cause instanceof UnknownHostException) {
            return "the store's host is unknown: check endpoint and region, and this machine's DNS";
        }
        if (cause instanceof SocketTimeoutException
                || cause instanceof ApiCallAttemptTimeoutException
                || cause instanceof ApiCallTimeoutException
                || cause.getClass().getSimpleName().contains("Timeout")) {
            return "the store didn't answer in time: check the network and the store's health";
        }
        if (cause instanceof ConnectException || cause instanceof NoRouteToHostException) {
            return "nobody answers at the store's address: check endpoint and port, and that the store runs";
        }
        if (cause instanceof SSLException) {
            return "no secure connection to the store: check its certificate, and that endpoint says https only if the"
                    + " store does";
        }
        String message = String.valueOf(cause.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("unable to load credentials") || message.contains("credentials cannot be")) {
            return "no credentials were found: set access-key-id and secret-access-key, or the AWS environment,"
                    + " profile or role";
        }
        return null;
    }

    private static String rootName(Throwable problem) {
        Throwable root = problem;
        for (int depth = 0; root.getCause() != null && depth < DEEPEST_CAUSE; depth++) {
            root = root.getCause();
        }
        return root.getClass().getSimpleName();
    }
}
