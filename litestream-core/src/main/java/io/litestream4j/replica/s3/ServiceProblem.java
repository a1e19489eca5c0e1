package io.litestream4j.replica.s3;

import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.awscore.exception.AwsServiceException;

/**
 * A store's answer that isn't a success. Everything in it was written by the store: it is bounded and looked at before
 * it is repeated.
 *
 * @param status HTTP status
 * @param code the error's name; empty when the answer had none
 * @param text the store's own words, of one line
 * @param region the region that the store says is right
 * @param serverTime the store's clock
 * @param localTime this machine's clock when the answer came
 * @param requestId the store's name of the request
 */
record ServiceProblem(
        int status,
        String code,
        String text,
        @Nullable String region,
        @Nullable Instant serverTime,
        Instant localTime,
        @Nullable String requestId) {

    private static final int LONGEST_TEXT = 200;
    private static final Pattern CODE = Pattern.compile("[A-Za-z0-9.]{1,64}");
    private static final Pattern REQUEST_ID = Pattern.compile("[A-Za-z0-9._:/+=-]{1,100}");
    private static final Pattern REGION = Pattern.compile("[a-z0-9-]{2,40}");
    private static final Pattern EXPECTING = Pattern.compile("expecting '([a-z0-9-]{2,40})'");
    private static final Pattern MAY_BE_SECRET = Pattern.compile("(?i)signature|credential|token|secret|AKIA|ASIA");

    static ServiceProblem of(AwsServiceException problem, Clock clock) {
        AwsErrorDetails details = problem.awsErrorDetails();
        String message = details == null || details.errorMessage() == null ? "" : details.errorMessage();
        return new ServiceProblem(
                problem.statusCode(),
                matching(CODE, details == null ? null : details.errorCode()).orElse(""),
                oneLine(message),
                regionIn(problem, message),
                header(problem, "Date").flatMap(ServiceProblem::time).orElse(null),
                clock.instant(),
                matching(REQUEST_ID, problem.requestId()).orElse(null));
    }

    /** An error's name from a store, fit to be shown. */
    static String nameOf(@Nullable String code) {
        return matching(CODE, code).orElse("an error");
    }

    /** What is wrong and what helps. */
    String sentence(S3Operation operation, String bucket) {
        return reason(operation, bucket) + (requestId == null ? "" : " (request " + requestId + ")");
    }

    private String reason(S3Operation operation, String bucket) {
        return switch (code) {
            case "NoSuchBucket" ->
                "there is no bucket \"%s\": create it, or correct the replica's URL".formatted(bucket);
            case "InvalidBucketName" ->
                "\"%s\" is no valid name of a bucket: correct the replica's URL".formatted(bucket);
            case "InvalidAccessKeyId" -> "the store doesn't know the access key: check access-key-id";
            case "SignatureDoesNotMatch" -> "the signature is wrong: check secret-access-key";
            case "ExpiredToken", "TokenRefreshRequired", "ExpiredTokenException" ->
                "the credentials have expired: renew them, or use a role that renews them by itself";
            case "InvalidToken" -> "the session token isn't valid here: renew the credentials";
            case "RequestTimeTooSkewed", "RequestExpired" -> skewed();
            case "PermanentRedirect",
                    "AuthorizationHeaderMalformed",
                    "TemporaryRedirect",
                    "IllegalLocationConstraintException" -> wrongRegion();
            case "SlowDown", "ServiceUnavailable", "RequestLimitExceeded", "TooManyRequests", "Throttling" ->
                "the store asks for fewer requests (%s): it is tried again later".formatted(code);
            case "InternalError" -> "the store has an error inside (%d): it is tried again later".formatted(status);
            case "RequestTimeout" -> "the store waited too long for our bytes: check the network's speed";
            case "QuotaExceeded", "XMinioStorageFull", "StorageFull" -> "the store is full: make room in it";
            case "InvalidObjectState" ->
                "the object lies in an archive and can't be read at once: restore it in the store first";
            case "MethodNotAllowed" -> "the store doesn't allow the request: check endpoint and bucket policy";
            default -> byStatus(operation, bucket);
        };
    }

    private String byStatus(S3Operation operation, String bucket) {
        if (status == 401 || status == 403) {
            return denied(operation, bucket);
        }
        if (status == 301 || status == 307 || (status == 400 && code.isEmpty() && region != null)) {
            return wrongRegion();
        }
        if (status == 412) {
            return "the object was replaced while it was read: see to it that nothing else writes to this replica";
        }
        if (status == 429 || status == 503) {
            return "the store asks for fewer requests (%d): it is tried again later".formatted(status);
        }
        if (status >= 500) {
            return "the store has an error inside (%d): it is tried again later".formatted(status);
        }
        return "the store answered %d%s%s: check endpoint, region and the store's log"
                .formatted(status, code.isEmpty() ? "" : " " + code, text.isEmpty() ? "" : ", \"" + text + "\"");
    }

    private String denied(S3Operation operation, String bucket) {
        if (text.toLowerCase(Locale.ROOT).contains("kms") || code.startsWith("KMS")) {
            boolean reads = operation.kind() == S3Operation.Kind.GET;
            return "access to the KMS key is denied: allow %s on the key"
                    .formatted(reads ? "kms:Decrypt" : "kms:GenerateDataKey and kms:Decrypt");
        }
        return "access is denied: allow %s on bucket \"%s\" for this access key"
                .formatted(operation.permission(), bucket);
    }

    private String wrongRegion() {
        return region == null
                ? "the bucket is in another region: set region to the bucket's"
                : "the bucket is in region %s: set region=%s".formatted(region, region);
    }

    private String skewed() {
        if (serverTime == null) {
            return "this machine's clock differs too much from the store's: set it, for example by NTP";
        }
        Duration off = Duration.between(serverTime, localTime).abs();
        return "the clock of this machine is off by %d s (here %s, at the store %s): set it, for example by NTP"
                .formatted(off.toSeconds(), localTime.truncatedTo(ChronoUnit.SECONDS), serverTime);
    }

    private static @Nullable String regionIn(AwsServiceException problem, String message) {
        Matcher expecting = EXPECTING.matcher(message);
        if (expecting.find()) {
            return expecting.group(1);
        }
        return header(problem, "x-amz-bucket-region")
                .flatMap(value -> matching(REGION, value))
                .orElse(null);
    }

    private static Optional<String> header(AwsServiceException problem, String name) {
        AwsErrorDetails details = problem.awsErrorDetails();
        return details == null || details.sdkHttpResponse() == null
                ? Optional.empty()
                : details.sdkHttpResponse().firstMatchingHeader(name);
    }

    private static Optional<Instant> time(String date) {
        try {
            return Optional.of(DateTimeFormatter.RFC_1123_DATE_TIME.parse(date, Instant::from));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static Optional<String> matching(Pattern pattern, @Nullable String text) {
        return text != null && pattern.matcher(text).matches() ? Optional.of(text) : Optional.empty();
    }

    private static String oneLine(String message) {
        String line = message.replaceAll("\\p{Cntrl}+", " ").strip();
        if (MAY_BE_SECRET.matcher(line).find()) {
            return "";
        }
        return line.length() > LONGEST_TEXT ? line.substring(0, LONGEST_TEXT) + "..." : line;
    }
}
