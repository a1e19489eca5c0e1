package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.FuzzTarget;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.stream.Stream;

/** URLs of replicas in buckets: read into a place that a key can begin with, or refused in a sentence. */
public final class LocationTarget implements FuzzTarget {

    @Override
    public void accept(byte[] input) {
        String url = new String(input, StandardCharsets.UTF_8);
        S3Location location;
        try {
            location = S3Location.parse(url);
        } catch (IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank();
            return;
        }
        assertThat(location.bucket()).matches("[A-Za-z0-9._-]+");
        assertThat(location.prefix())
                .doesNotStartWith("/")
                .doesNotEndWith("/")
                .doesNotContain("//")
                .doesNotMatch("(.*/)?\\.\\.?(/.*)?")
                .satisfies(prefix -> assertThat(prefix.chars().noneMatch(Character::isISOControl))
                        .isTrue());
        assertThat(S3Location.of(location.bucket(), location.prefix()).url()).isEqualTo(location.url());
    }

    @Override
    public List<byte[]> seeds() {
        return Stream.of(
                        "s3://bucket/path",
                        "s3://bucket.localhost:9000/a/b",
                        "s3://b.s3.eu-central-003.backblazeb2.com/db",
                        "s3://b.nyc3.digitaloceanspaces.com",
                        "S3://bucket/%41/..//./x+y",
                        "s3://bucket.s3.amazonaws.com/x",
                        "s3://key:secret@bucket/x?y#z")
                .map(text -> text.getBytes(StandardCharsets.UTF_8))
                .toList();
    }
}
