package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** The page of all keys is what the configuration metadata says. CONTRIBUTING.md says how it is written anew. */
class PropertiesReferenceTests {

    private static final Path PAGE = Path.of("../docs/reference/properties.md");

    @Test
    void pageIsTheOneThatWouldBeGenerated() throws Exception {
        String generated = new PropertiesReference().render();
        if (Boolean.getBoolean("litestream.test.writeDocs")) {
            Files.createDirectories(PAGE.getParent());
            Files.writeString(PAGE, generated);
        }
        assertThat(PAGE).content().isEqualTo(generated);
    }

    @Test
    void everyKeyIsOnThePageOnce() {
        String page = new PropertiesReference().render();
        ConfigurationMetadata.load().names().stream()
                .filter(name -> !name.startsWith("litestream.databases."))
                .map(name -> name.startsWith("litestream.") ? name.substring("litestream.".length()) : name)
                .forEach(name -> assertThat(page).containsOnlyOnce("\n| `" + name + "` |"));
        assertThat(page).contains("\n| `url` |", "\n| `bucket` |", "\n| `type` |", "\n| `replicas` |");
    }
}
