package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketException;
import java.net.SocketTimeoutException;
import java.net.UnknownHostException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.stream.Stream;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import software.amazon.awssdk.awscore.exception.AwsErrorDetails;
import software.amazon.awssdk.core.exception.ApiCallAttemptTimeoutException;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.http.SdkHttpResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

class S3ProblemsTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00.123Z");

    private final S3Problems problems = new S3Problems("bucket", Clock.fixed(NOW, ZoneOffset.UTC));

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            404 | NoSuchBucket | LIST | there is no bucket "bucket": create it
            400 | InvalidBucketName | LIST | correct the replica's URL
            403 | AccessDenied | LIST | access is denied: allow s3:ListBucket on bucket "bucket"
            403 | AccessDenied | READ | allow s3:GetObject
            403 | '' | HEAD | allow s3:GetObject
            403 | AccessDenied | STORE | allow s3:PutObject
            403 | AccessDenied | DELETE | allow s3:DeleteObject
            403 | AccessDenied | ABORT | allow s3:AbortMultipartUpload
            403 | AllAccessDisabled | STORE | allow s3:PutObject
            401 | Unauthorized | STORE | allow s3:PutObject
            403 | KMS.DisabledException | STORE | allow kms:GenerateDataKey
            403 | InvalidAccessKeyId | STORE | check access-key-id
            403 | SignatureDoesNotMatch | STORE | check secret-access-key
            400 | ExpiredToken | STORE | the credentials have expired
            400 | InvalidToken | STORE | renew the credentials
            403 | RequestTimeTooSkewed | STORE | clock
            301 | PermanentRedirect | LIST | the bucket is in another region
            301 | '' | HEAD | the bucket is in another region
            503 | SlowDown | STORE | asks for fewer requests (SlowDown)
            503 | '' | STORE | asks for fewer requests (503)
            429 | TooManyRequests | STORE | asks for fewer requests (TooManyRequests)
            429 | '' | STORE | asks for fewer requests (429)
            500 | InternalError | STORE | error inside (500)
            502 | '' | STORE | error inside (502)
            400 | RequestTimeout | STORE | network's speed
            507 | XMinioStorageFull | STORE | the store is full
            403 | InvalidObjectState | READ | archive
            405 | MethodNotAllowed | DELETE | doesn't allow
            400 | InvalidArgument | STORE | the store answered 400 InvalidArgument, "as the store says"
            418 | <b>x</b> | STORE | the store answered 418, "as the store says"
            """)
    void answersOfTheStore(int status, String code, S3Operation operation, String help) {
        IOException explained = problems.explain(operation, "a/b", answer(status, code, "as the store says", Map.of()));
        assertThat(explained)
                .hasMessageStartingWith("can't " + operation.verb() + " s3://bucket/a/b: ")
                .hasMessageContaining(help)
                .hasMessageEndingWith(" (request R1)")
                .hasNoCause();
        assertThat(explained.getMessage().lines()).hasSize(1);
    }

    @Test
    void deniedByTheKey() {
        SdkException denied =
                answer(403, "AccessDenied", "User: arn:x is not authorized to perform: kms:GenerateDataKey", Map.of());
        assertThat(problems.explain(S3Operation.STORE, "k", denied))
                .hasMessageContaining("access to the KMS key is denied: allow kms:GenerateDataKey and kms:Decrypt");
        assertThat(problems.explain(S3Operation.READ, "k", denied))
                .hasMessageContaining("allow kms:Decrypt on the key");
    }

    @Test
    void theRightRegionIsNamed() {
        SdkException malformed = answer(
                400,
                "AuthorizationHeaderMalformed",
                "The authorization header is malformed; the region 'us-east-1' is wrong; expecting 'eu-west-3'",
                Map.of());
        assertThat(problems.explain(S3Operation.LIST, "", malformed))
                .hasMessage("can't list s3://bucket: the bucket is in region eu-west-3: set region=eu-west-3"
                        + " (request R1)");
        SdkException redirect = answer(301, "PermanentRedirect", "", Map.of("x-amz-bucket-region", "eu-central-1"));
        assertThat(problems.explain(S3Operation.LIST, "", redirect)).hasMessageContaining("set region=eu-central-1");
        SdkException head = answer(400, "", "", Map.of("x-amz-bucket-region", "eu-central-1"));
        assertThat(problems.explain(S3Operation.HEAD, "k", head)).hasMessageContaining("set region=eu-central-1");
        SdkException hostile = answer(301, "PermanentRedirect", "", Map.of("x-amz-bucket-region", "\n<script>"));
        assertThat(problems.explain(S3Operation.LIST, "", hostile)).hasMessageContaining("in another region");
    }

    @Test
    void bothClocksAreNamed() {
        SdkException skewed = answer(403, "RequestTimeTooSkewed", "x", Map.of("Date", "Sun, 01 Mar 2026 11:00:00 GMT"));
        assertThat(problems.explain(S3Operation.LIST, "", skewed))
                .hasMessageContaining("the clock of this machine is off by 3600 s (here 2026-03-01T12:00:00Z,"
                        + " at the store 2026-03-01T11:00:00Z): set it");
    }

    @Test
    void whatAStoreSaysIsBoundedAndLookedAt() {
        String signature = "AWS4-HMAC-SHA256 Credential=X/20260301, Signature=abcdef";
        assertThat(problems.explain(S3Operation.STORE, "k", answer(400, "Odd", signature, Map.of())))
                .hasMessageNotContaining("abcdef")
                .hasMessageNotContaining("HMAC");
        String message = problems.explain(
                        S3Operation.STORE,
                        "k",
                        answer(400, "Odd\nforged", "line\r\nline " + "x".repeat(5000), Map.of()))
                .getMessage();
        assertThat(message).hasSizeLessThan(400).doesNotContain("\n").doesNotContain("forged");
    }

    static Stream<Arguments> troubleHere() {
        return Stream.of(
                Arguments.of(new UnknownHostException("x"), "host is unknown"),
                Arguments.of(new ConnectException("Connection refused"), "nobody answers"),
                Arguments.of(new SSLHandshakeException("PKIX"), "no secure connection"),
                Arguments.of(new SocketTimeoutException("Read timed out"), "in time"),
                Arguments.of(ApiCallAttemptTimeoutException.create(10), "in time"),
                Arguments.of(new SocketException("Connection reset"), "no whole answer came (SocketException)"),
                Arguments.of(
                        SdkClientException.create("Unable to load credentials from any of the providers"),
                        "no credentials were found"));
    }

    @ParameterizedTest
    @MethodSource("troubleHere")
    void troubleBeforeAnAnswer(Exception cause, String help) {
        SdkException problem = SdkClientException.create("Unable to execute HTTP request", cause);
        assertThat(problems.explain(S3Operation.LIST, "a/", problem))
                .hasMessageStartingWith("can't list s3://bucket/a/: ")
                .hasMessageContaining(help)
                .hasCause(problem);
    }

    private static SdkException answer(int status, String code, String message, Map<String, String> headers) {
        SdkHttpResponse.Builder response = SdkHttpResponse.builder().statusCode(status);
        headers.forEach(response::putHeader);
        return S3Exception.builder()
                .statusCode(status)
                .requestId("R1")
                .awsErrorDetails(AwsErrorDetails.builder()
                        .errorCode(code)
                        .errorMessage(message)
                        .sdkHttpResponse(response.build())
                        .build())
                .build();
    }
}
