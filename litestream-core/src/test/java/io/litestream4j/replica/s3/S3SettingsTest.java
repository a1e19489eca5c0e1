package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.URI;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class S3SettingsTest {

    @Test
    void halfAKey() {
        assertThatThrownBy(
                        () -> S3ClientSettings.builder().accessKeyId("CANARY").build())
                .hasMessage("secret-access-key is missing: set both halves of the key, or none");
        assertThatThrownBy(() ->
                        S3ClientSettings.builder().secretAccessKey("CANARY").build())
                .hasMessage("access-key-id is missing: set both halves of the key, or none");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "minio:9000",
                "ftp://host",
                "https:///path",
                "https://KEY:CANARY@host",
                "https://host/?key=CANARY",
                "https://host/#CANARY"
            })
    void anEndpointThatIsNone(String endpoint) {
        assertThatThrownBy(() -> S3ClientSettings.builder()
                        .endpoint(URI.create(endpoint))
                        .build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("write https://host")
                .hasMessageNotContaining("CANARY");
    }

    @Test
    void settingsDontTellTheirKey() {
        S3ClientSettings settings = S3ClientSettings.builder()
                .endpoint(URI.create("https://host/storage/v1/s3"))
                .accessKeyId("CANARY")
                .secretAccessKey("CANARY")
                .build();
        assertThat(settings.toString()).contains("host").contains("key=set").doesNotContain("CANARY");
    }

    @ParameterizedTest
    @CsvSource({
        "GLACIER, , , GLACIER_IR",
        "DEEP_ARCHIVE, , , can't be read at once",
        "standard ia, , , STANDARD_IA",
        ", AES-256, , AES256 or aws:kms",
        ", , key, sse=aws:kms",
        ", AES256, key, sse=aws:kms"
    })
    void objectSettingsThatMakeNoSense(String storageClass, String sse, String key, String help) {
        assertThatThrownBy(() -> new S3ObjectSettings(storageClass, sse, key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(help);
    }
}
