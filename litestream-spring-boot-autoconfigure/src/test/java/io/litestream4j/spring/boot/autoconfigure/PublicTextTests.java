package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.replication.ReplicationSettings;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

class PublicTextTests {

    private final DatabaseSetup standard = TestSetups.of(Path.of("/data/app.db"), Path.of("/backup/data/replica"));
    private final DatabaseSetup setup = new DatabaseSetup(
            standard.name(),
            standard.path(),
            standard.pathKey(),
            standard.replicas(),
            ReplicationSettings.builder().metaPath(Path.of("/fast/meta")).build(),
            standard.restore());
    private final PublicText text = new PublicText(setup);

    @Test
    void databaseReplicaAndLocalStateAreNamedWithoutTheirFolders() {
        assertThat(text.of("/data/app.db can't be read")).isEqualTo("app.db can't be read");
        assertThat(text.of("5 bytes are free in /fast/meta/validation"))
                .isEqualTo("5 bytes are free in meta/validation");
        assertThat(text.of(null)).isNull();
    }

    @Test
    void folderThatEndsLikeAnotherIsRemovedAsAWhole() {
        assertThat(text.of("file:///backup/data/replica: /backup/data/replica is a file"))
                .isEqualTo("file:replica: replica is a file");
    }

    @Test
    void pathInABucketIsNotAFolderOfThisMachine() {
        assertThat(text.of("s3://bucket/data/app")).isEqualTo("s3://bucket/data/app");
        assertThat(text.of("s3://data/app: 403")).isEqualTo("s3://data/app: 403");
    }

    @Test
    void folderItselfIsNamedAndALongerOneStays() {
        assertThat(text.of("java.nio.file.AccessDeniedException: /data"))
                .isEqualTo("java.nio.file.AccessDeniedException: data");
        assertThat(text.of("file:///data")).isEqualTo("file:data");
        assertThat(text.of("/backup/data is full.")).isEqualTo("data is full.");
        assertThat(text.of("/data-old/x")).isEqualTo("/data-old/x");
    }
}
