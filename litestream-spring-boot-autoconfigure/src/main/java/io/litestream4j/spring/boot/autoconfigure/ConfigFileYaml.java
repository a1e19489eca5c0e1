package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.Tag;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** Reads YAML to maps, lists and texts. A value stays as it was written: a key that looks like a number is none. */
final class ConfigFileYaml {

    private static final int MAX_DEPTH = 20;
    private static final int MAX_ALIASES = 50;

    private ConfigFileYaml() {}

    /** The content; null for an empty text. The failure names the place and repeats nothing, which may be a secret. */
    static @Nullable Object load(Path file, String text) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setNestingDepthLimit(MAX_DEPTH);
        options.setMaxAliasesForCollections(MAX_ALIASES);
        DumperOptions dump = new DumperOptions();
        Yaml yaml = new Yaml(new SafeConstructor(options), new Representer(dump), dump, options, new TextsOnly());
        try {
            return yaml.load(text);
        } catch (MarkedYAMLException e) {
            throw unreadable(
                    file,
                    e.getProblemMark() == null
                            ? ""
                            : " at line %d, column %d"
                                    .formatted(
                                            e.getProblemMark().getLine() + 1,
                                            e.getProblemMark().getColumn() + 1));
        } catch (YAMLException e) {
            throw unreadable(file, "");
        }
    }

    private static LitestreamStartException unreadable(Path file, String place) {
        return new LitestreamStartException(
                "%s is not YAML, or has a key twice%s.".formatted(file, place),
                "Mend the file; variables are replaced before it is read, so a value with special characters needs"
                        + " quotes around its variable.");
    }

    /** Takes nothing for a number, a time or a truth value. */
    private static final class TextsOnly extends Resolver {

        @Override
        protected void addImplicitResolvers() {
            addImplicitResolver(Tag.MERGE, MERGE, "<");
            addImplicitResolver(Tag.NULL, NULL, "~nN\0");
            addImplicitResolver(Tag.NULL, EMPTY, null);
        }
    }
}
