package io.litestream4j;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Modifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The pages that map other libraries' names to ours name what exists, and only what users may use. */
class DocumentedNamesTest {

    private static final List<String> PACKAGES = List.of(
            "io.litestream4j.",
            "io.litestream4j.database.",
            "io.litestream4j.replica.",
            "io.litestream4j.replica.file.",
            "io.litestream4j.replica.s3.",
            "io.litestream4j.replication.",
            "io.litestream4j.restore.",
            "io.litestream4j.wal.");

    /** A row of a table with three columns; the one in the middle is ours. */
    private static final Pattern ROW = Pattern.compile("\\|[^|]*\\|([^|]*)\\|[^|]*\\|");

    private static final Pattern NAME = Pattern.compile("`([A-Z][A-Za-z0-9]*(?:\\.[A-Z][A-Za-z0-9]*)?)(?:#(\\w+))?`");

    @ParameterizedTest(name = "{0}")
    @MethodSource("documented")
    void exists(String name) {
        Matcher parts = NAME.matcher("`" + name + "`");
        assertThat(parts.matches()).isTrue();
        Optional<Class<?>> type = type(parts.group(1));
        assertThat(type).as(name).isPresent();
        assertThat(Modifier.isPublic(type.orElseThrow().getModifiers()))
                .as("%s is public", name)
                .isTrue();
        assertThat(has(type.orElseThrow(), parts.group(2))).as(name).isTrue();
    }

    private static boolean has(Class<?> type, String member) {
        return member == null || members(type).contains(member);
    }

    static List<String> documented() throws IOException {
        List<String> names = new ArrayList<>();
        for (String page : List.of("litestream-api.md", "pylts.md")) {
            for (String line : Files.readAllLines(Path.of("../docs", page))) {
                Matcher row = ROW.matcher(line);
                if (row.matches() && !row.group(1).strip().startsWith("see ")) {
                    NAME.matcher(row.group(1))
                            .results()
                            .forEach(found -> names.add(found.group().replace("`", "")));
                }
            }
        }
        assertThat(names).hasSizeGreaterThan(100);
        return names.stream().distinct().toList();
    }

    private static Optional<Class<?>> type(String name) {
        return PACKAGES.stream()
                .map(prefix -> prefix + name.replace('.', '$'))
                .<Class<?>>flatMap(full -> {
                    try {
                        return Stream.of(Class.forName(full, false, DocumentedNamesTest.class.getClassLoader()));
                    } catch (ClassNotFoundException e) {
                        return Stream.empty();
                    }
                })
                .findFirst();
    }

    private static Set<String> members(Class<?> type) {
        Stream<String> methods = Arrays.stream(type.getMethods()).map(method -> method.getName());
        Stream<String> fields = Arrays.stream(type.getFields()).map(field -> field.getName());
        Stream<String> constructors =
                type.getConstructors().length == 0 ? Stream.of() : Stream.of(type.getSimpleName());
        return Stream.of(methods, fields, constructors)
                .flatMap(names -> names)
                .collect(java.util.stream.Collectors.toSet());
    }
}
