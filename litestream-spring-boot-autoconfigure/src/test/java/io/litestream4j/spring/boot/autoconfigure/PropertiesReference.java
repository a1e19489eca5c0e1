package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.spring.boot.autoconfigure.ConfigurationMetadata.Property;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/** A page of all keys, made of the configuration metadata. */
final class PropertiesReference {

    private static final String PREFIX = "litestream.";
    private static final String MAIN = "litestream.databases.main.";

    private final ConfigurationMetadata all = ConfigurationMetadata.load();
    private final ConfigurationMetadata database = ConfigurationMetadata.of(LitestreamProperties.Database.class);
    private final ConfigurationMetadata replica = ConfigurationMetadata.of(LitestreamProperties.Replica.class);
    private final StringBuilder page = new StringBuilder();

    /** The page in Markdown. */
    String render() {
        page.append("""
                # Configuration properties

                This page is generated from the configuration metadata that editors read; don't edit it. The README says more about
                [some of them](../../README.md#settings).

                A key is looked for at the replica, then at its database, then at the top, and at last its default holds. A blank value
                counts as unset. As everywhere in Spring Boot a key can be given as an environment variable, such as
                `LITESTREAM_REPLICA_URL` for `litestream.replica-url`. Durations are written like `500ms`, `30s`, `5m`, `24h` or `7d`,
                sizes like `512MB` or `1GB`, times like `2026-01-31T12:00:00Z`.
                """);
        section("The application", "Below `litestream.`", all, PREFIX, this::isOfTheApplication);
        section(
                "One database",
                "Below `litestream.databases.<name>.`; the application's own is `main`.",
                database,
                "",
                name -> !isIn(all, PREFIX + name));
        section(
                "One database, or all of them",
                "Below `litestream.databases.<name>.`, or below `litestream.` for all databases.",
                all,
                PREFIX,
                name -> isIn(database, name) && !isIn(replica, name) && !name.startsWith("restore."));
        section(
                "One replica",
                "Below `litestream.databases.<name>.replicas.<name>.`",
                replica,
                "",
                name -> !isIn(all, PREFIX + name));
        section(
                "One replica, all of a database, or all of them",
                "Below `litestream.databases.<name>.replicas.<name>.`, below `litestream.databases.<name>.` for the replicas of one"
                        + " database, or below `litestream.` for all. Those of S3 mean nothing for a folder.",
                all,
                PREFIX,
                name -> isIn(replica, name));
        section(
                "Restore",
                "Below `litestream.databases.<name>.`, or below `litestream.` for all databases.",
                all,
                PREFIX,
                name -> name.startsWith("restore."));
        section("Commit", "Below `litestream.`", all, PREFIX, name -> name.startsWith("commit."));
        section("Health", "Below `litestream.`", all, PREFIX, name -> name.startsWith("health."));
        section("Lease", "Below `litestream.`", all, PREFIX, name -> name.startsWith("lease."));
        section("Actuator", "", all, "", name -> name.startsWith("management."));
        return page.toString();
    }

    private boolean isOfTheApplication(String name) {
        return !name.startsWith("databases.") && !isIn(database, name) && !name.matches("(commit|health|lease)\\..*");
    }

    private static boolean isIn(ConfigurationMetadata metadata, String name) {
        return metadata.find(name).isPresent();
    }

    private void section(
            String title, String where, ConfigurationMetadata metadata, String prefix, Predicate<String> names) {
        List<Property> properties = metadata.properties().stream()
                .filter(property -> property.name().startsWith(prefix))
                .filter(property -> !property.name().startsWith(MAIN))
                .filter(property -> names.test(property.name().substring(prefix.length())))
                .toList();
        page.append("\n## ").append(title).append("\n\n");
        if (!where.isEmpty()) {
            page.append(where).append("\n\n");
        }
        page.append("| key | type | default | description |\n|---|---|---|---|\n");
        properties.forEach(property -> row(property, property.name().substring(prefix.length())));
    }

    private void row(Property property, String name) {
        String value = property.defaultValue();
        page.append("| `%s` | %s | %s | %s |\n"
                .formatted(
                        name, type(property), value == null ? "" : "`" + value + "`", escaped(property.description())));
    }

    private String type(Property property) {
        List<String> hinted = all.values(property.name());
        // a storage class may have any name
        if (!hinted.isEmpty() && !property.name().endsWith("storage-class")) {
            return alternatives(hinted);
        }
        return switch (property.type()) {
            case "java.lang.String" -> "text";
            case "java.lang.Boolean" -> "`true`, `false`";
            case "java.lang.Integer" -> "number";
            case "java.time.Duration" -> "duration";
            case "java.time.Instant" -> "time";
            case "org.springframework.util.unit.DataSize" -> "size";
            default ->
                property.type().startsWith("java.util.Map<") ? "by name" : alternatives(constants(property.type()));
        };
    }

    private static String alternatives(List<String> values) {
        return values.stream().map(value -> "`" + value + "`").collect(Collectors.joining(", "));
    }

    private static List<String> constants(String type) {
        try {
            return Arrays.stream(Class.forName(type).getEnumConstants())
                    .map(value -> value.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .toList();
        } catch (ClassNotFoundException e) {
            throw new AssertionError(e);
        }
    }

    private static String escaped(String text) {
        return text.replace("|", "\\|").replace("<", "&lt;");
    }
}
