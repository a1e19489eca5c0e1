package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ByteArrayResource;

/** Every configuration in the pages about S3 is one that starts, and its replica is where the page says. */
class DocumentedConfigurationTests {

    private static final Path PAGES = Path.of("../docs/s3");
    private static final Pattern YAML = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    /** Bucket, endpoint and region that follow from each page, from its first block to its last. */
    private static final Map<String, List<String>> STORES = Map.ofEntries(
            Map.entry("aws.md", List.of("s3://my-bucket/app null null", "s3://other-bucket/app null eu-central-1")),
            Map.entry("backblaze.md", List.of("s3://my-bucket/app https://s3.us-west-004.backblazeb2.com us-west-004")),
            Map.entry("cloudflare.md", List.of("s3://my-bucket/app https://ACCOUNT-ID.r2.cloudflarestorage.com auto")),
            Map.entry("digitalocean.md", List.of("s3://my-space/app https://nyc3.digitaloceanspaces.com nyc3")),
            Map.entry("filebase.md", List.of("s3://my-bucket/app https://s3.filebase.com us-east-1")),
            Map.entry("google.md", List.of("s3://my-bucket/app https://storage.googleapis.com us-east-1")),
            Map.entry("linode.md", List.of("s3://my-bucket/app https://us-east-1.linodeobjects.com us-east-1")),
            Map.entry(
                    "minio.md",
                    List.of(
                            "s3://my-bucket/app http://localhost:9000 us-east-1",
                            "s3://my-bucket/app https://minio.example.org:9000 null")),
            Map.entry("scaleway.md", List.of("s3://my-bucket/app https://s3.fr-par.scw.cloud fr-par")),
            Map.entry("tigris.md", List.of("s3://my-bucket/app https://t3.storage.dev auto")),
            Map.entry("wasabi.md", List.of("s3://my-bucket/app https://s3.eu-central-1.wasabisys.com eu-central-1")));

    static Stream<String> pages() throws Exception {
        try (Stream<Path> files = Files.list(PAGES)) {
            return files.map(file -> file.getFileName().toString()).sorted().toList().stream();
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("pages")
    void configurationsOf(String page) throws Exception {
        List<String> stores = new ArrayList<>();
        for (String yaml : blocks(Files.readString(PAGES.resolve(page)))) {
            Resolved.databases(variables(yaml), properties(yaml)).stream()
                    .flatMap(database -> database.replicas().stream())
                    .forEach(replica -> stores.add(describe(replica.s3())));
        }
        assertThat(stores).isEqualTo(STORES.getOrDefault(page, List.of()));
    }

    private static String describe(S3Setup s3) {
        String region = s3.client().region() != null
                ? s3.client().region()
                : s3.location().region();
        return s3.location().url() + " " + s3.endpoint() + " " + region;
    }

    private static List<String> blocks(String page) {
        List<String> blocks = new ArrayList<>();
        Matcher block = YAML.matcher(page);
        while (block.find()) {
            if (block.group(1).contains("litestream:")) {
                blocks.add(block.group(1).stripIndent());
            }
        }
        return blocks;
    }

    private static Map<String, Object> variables(String yaml) {
        Map<String, Object> variables = new java.util.HashMap<>();
        Matcher variable = Pattern.compile("\\$\\{(\\w+)}").matcher(yaml);
        while (variable.find()) {
            variables.put(variable.group(1), "value");
        }
        return variables;
    }

    private static String[] properties(String yaml) throws Exception {
        List<String> properties = new ArrayList<>();
        properties.add("spring.datasource.url=jdbc:sqlite:/data/app.db");
        for (var source : new YamlPropertySourceLoader()
                .load("page", new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))) {
            for (String name : ((EnumerablePropertySource<?>) source).getPropertyNames()) {
                properties.add(name + "=" + source.getProperty(name));
            }
        }
        return properties.toArray(String[]::new);
    }
}
