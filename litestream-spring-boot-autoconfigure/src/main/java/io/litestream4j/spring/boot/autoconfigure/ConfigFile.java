package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.springframework.core.env.Environment;
import org.springframework.util.ClassUtils;

/**
 * A litestream.yml as Litestream 0.3 reads it.
 *
 * @param top the keys that it gives to all replicas
 * @param databases its databases; each has a path, no two have the same
 */
record ConfigFile(Level<ReplicaKeys> top, List<Level<LitestreamProperties.Database>> databases) {

    private static final String KEY = "litestream.config-file";
    private static final long MAX_SIZE = 1 << 20;

    /** Reads the file that {@code litestream.config-file} names. */
    static ConfigFile read(String name, Environment environment) {
        Path path = Texts.path(KEY, name);
        if (!ClassUtils.isPresent("org.yaml.snakeyaml.Yaml", ConfigFile.class.getClassLoader())) {
            throw new LitestreamStartException(
                    "%s is \"%s\", and org.yaml:snakeyaml, which reads it, is not on the class path."
                            .formatted(KEY, name),
                    "Add the dependency org.yaml:snakeyaml, or remove %s.".formatted(KEY));
        }
        String text = VariableExpansion.of(environment).expand(path + "", text(name, path));
        ConfigFile file = new ConfigFileReader(path).read(ConfigFileYaml.load(path, text));
        Set<Path> paths = new HashSet<>();
        for (Level<LitestreamProperties.Database> database : file.databases()) {
            Path one = path(database);
            if (!paths.add(one)) {
                throw LitestreamStartException.invalid(
                        database.key("path"), one, "another file: the same one is in the list before");
            }
        }
        return file;
    }

    /** The paths of its databases. */
    List<Path> paths() {
        return databases.stream().map(ConfigFile::path).toList();
    }

    private static Path path(Level<LitestreamProperties.Database> database) {
        return Texts.path(database.key("path"), String.valueOf(database.keys().getPath()));
    }

    private static String text(String name, Path path) {
        try {
            if (Files.size(path) > MAX_SIZE) {
                throw LitestreamStartException.invalid(KEY, name, "a file of at most 1 MB");
            }
            return Files.readString(path, StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new LitestreamStartException(
                    "%s is \"%s\", which can't be read: %s.".formatted(KEY, name, e),
                    "Set %s to a litestream.yml that exists, or remove it.".formatted(KEY),
                    e);
        }
    }
}
