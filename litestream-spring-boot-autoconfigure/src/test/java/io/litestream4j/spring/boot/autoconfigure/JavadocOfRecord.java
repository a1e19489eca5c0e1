package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What the source of a public record says about its components, so that documentation says the same. */
final class JavadocOfRecord {

    private static final List<Path> SOURCES =
            List.of(Path.of("src/main/java"), Path.of("../litestream-core/src/main/java"));
    private static final Pattern PARAMETER = Pattern.compile("@param (\\w+) ((?:(?!@param).)+)");

    private JavadocOfRecord() {}

    /** Descriptions by component. */
    static Map<String, String> parameters(Class<?> record) {
        String source = source(record.getNestHost());
        Matcher declaration =
                Pattern.compile("record " + record.getSimpleName() + "\\b[<(]").matcher(source);
        assertThat(declaration.find()).as("declaration of " + record).isTrue();
        String before = source.substring(0, declaration.start());
        String comment = before.substring(before.lastIndexOf("/**"), before.lastIndexOf("*/"))
                .replaceAll("\\s*\\n\\s*\\*\\s*", " ");
        Map<String, String> parameters = new HashMap<>();
        Matcher parameter = PARAMETER.matcher(comment);
        while (parameter.find()) {
            parameters.put(
                    parameter.group(1),
                    parameter.group(2).replaceAll("\\{@\\w+ ([^}]*)\\}", "`$1`").strip());
        }
        assertThat(Stream.of(record.getRecordComponents()))
                .as("Javadoc of " + record)
                .allSatisfy(component -> assertThat(parameters).containsKey(component.getName()));
        return parameters;
    }

    private static String source(Class<?> type) {
        String name = type.getName().replace('.', '/') + ".java";
        Path file = SOURCES.stream()
                .map(source -> source.resolve(name))
                .filter(Files::exists)
                .findFirst()
                .orElseThrow(() -> new AssertionError("no source of " + type));
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
