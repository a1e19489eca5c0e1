package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3LocationTest {

    @ParameterizedTest
    @CsvSource({
        "s3://bb/p, bb, p, , , false",
        "s3://bucket, bucket, '', , , false",
        "s3://bucket/, bucket, '', , , false",
        "S3://bucket//a/./b/../c//, bucket, a/c, , , false",
        "s3://my.bucket.example/x, my.bucket.example, x, , , false",
        "s3://bucket/a%20b+c%25, bucket, a b+c%, , , false",
        "s3://bb.localhost/p, bb, p, us-east-1, http://localhost, true",
        "s3://bb.localhost:9000/p/q, bb, p/q, us-east-1, http://localhost:9000, true",
        "s3://a.b.s3.us-west-002.backblazeb2.com/p, a.b, p, us-west-002, https://s3.us-west-002.backblazeb2.com, true",
        "s3://bb.s3.filebase.com/p, bb, p, us-east-1, https://s3.filebase.com, true",
        "s3://bb.nyc3.digitaloceanspaces.com/p, bb, p, nyc3, https://nyc3.digitaloceanspaces.com, true",
        "s3://bb.s3.fr-par.scw.cloud/p, bb, p, fr-par, https://s3.fr-par.scw.cloud, true",
        "s3://bb.us-east-1.linodeobjects.com:443/p, bb, p, us-east-1, https://us-east-1.linodeobjects.com:443, true",
        "s3://bb.storage.googleapis.com/p, bb, p, us-east-1, https://storage.googleapis.com, true",
        "s3://Bucket_1.NYC3.DigitalOceanSpaces.com/p, Bucket_1, p, nyc3, https://nyc3.digitaloceanspaces.com, true",
    })
    void urlsAsLitestreamReadsThem(
            String url, String bucket, String prefix, String region, String endpoint, boolean pathStyle) {
        assertThat(S3Location.parse(url))
                .isEqualTo(new S3Location(
                        bucket, prefix, region, endpoint == null ? null : URI.create(endpoint), pathStyle));
    }

    @ParameterizedTest
    @CsvSource({
        "http://bucket/p, s3://bucket/path",
        "s3:/bucket/p, s3://bucket/path",
        "'', s3://bucket/path",
        "s3://, names no bucket",
        "s3:///p, names no bucket",
        "s3://localhost:9000/p, s3://bucket.localhost:9000/path",
        "s3://s3.us-west-002.backblazeb2.com/p, s3://bucket.s3.us-west-002.backblazeb2.com/path",
        "s3://KEY:SECRET@bucket/p, access-key-id",
        "s3://bucket/p?key=SECRET, ? or #",
        "s3://bucket/p#SECRET, ? or #",
        "s3://bucket?SECRET, ? or #",
        "s3://bucket.localhost:SECRET/p, port",
        "s3://bucket.localhost:0/p, port",
        "s3://bucket.localhost:65536/p, port",
        "s3://bucket.localhost:/p, port",
        "s3://minio.example:9000/p, endpoint",
        "s3://10.0.0.1/p, endpoint",
        "s3://bucket.10.0.0.1:9000/p, endpoint",
        "s3://bucket.s3.eu-west-1.amazonaws.com/p, set region",
        "s3://bucket.account.r2.cloudflarestorage.com/p, endpoint",
        "s3://bucket/p%2, %25",
        "s3://bucket/p%zz, %25",
        "s3://x/p, no name of a bucket",
        "s3://a b/p, no name of a bucket",
        "s3://-bucket/p, no name of a bucket",
        "s3://bücket/p, no name of a bucket",
        "s3://bucket/a%00b, control character",
    })
    void whatIsWrongIsSaidWithoutSecrets(String url, String help) {
        assertThatThrownBy(() -> S3Location.parse(url))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(help)
                .hasMessageNotContaining("SECRET")
                .hasNoCause();
    }

    @ParameterizedTest
    @ValueSource(strings = {"s3://bucket", "s3://bucket/a/b", "s3://my.bucket/a"})
    void urlForLogs(String url) {
        assertThat(S3Location.parse(url).url()).isEqualTo(url);
    }

    @Test
    void aPathThatIsTooLongForAKey() {
        assertThatThrownBy(() -> S3Location.parse("s3://bucket/" + "é".repeat(451)))
                .hasMessageContaining("has 902 bytes");
        assertThat(S3Location.parse("s3://bucket/" + "e".repeat(900)).prefix()).hasSize(900);
    }

    /** Whatever comes is read, or refused in a sentence. */
    @Test
    void randomText() {
        String alphabet = "abz019.-_:/@?#%+ é\u0000s3localhost\\[]";
        Random random = new Random(7);
        int read = 0;
        for (int i = 0; i < 200_000; i++) {
            StringBuilder url = new StringBuilder("s3://b");
            for (int j = random.nextInt(12); j > 0; j--) {
                url.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            try {
                S3Location location = S3Location.parse(url.toString());
                assertThat(location.prefix())
                        .doesNotStartWith("/")
                        .doesNotEndWith("/")
                        .doesNotContain("//");
                assertThat(location.bucket()).matches("[A-Za-z0-9._-]+");
                read++;
            } catch (IllegalArgumentException e) {
                assertThat(e.getMessage()).isNotBlank();
            }
        }
        assertThat(read).isBetween(1000, 199_000);
    }
}
