package io.litestream4j.spring.boot.autoconfigure;

import java.util.function.Function;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.Environment;

/**
 * Replaces {@code $VAR} and {@code ${VAR}} in the raw text of a litestream.yml as Litestream does: also in comments and
 * within words, a variable that isn't set is empty, and {@code $$} vanishes.
 */
final class VariableExpansion {

    private static final Logger LOG = LoggerFactory.getLogger(VariableExpansion.class);

    /** Braces; one of the shell's special names; a word. Braces without a name or an end vanish. */
    private static final Pattern VARIABLE =
            Pattern.compile("\\$(?:\\{([^}]+)}|(\\{)}?|([*#$@!?0-9-])|([A-Za-z_][A-Za-z0-9_]*))");

    private final Function<String, @Nullable String> values;

    VariableExpansion(Function<String, @Nullable String> values) {
        this.values = values;
    }

    /** With the variables of the process, then with what the application has under such names. */
    static VariableExpansion of(Environment environment) {
        return new VariableExpansion(name -> {
            String value = System.getenv(name);
            return value != null ? value : environment.getProperty(name);
        });
    }

    /**
     * The text with values for variables.
     *
     * @param file names the text in warnings
     */
    String expand(String file, String text) {
        return VARIABLE.matcher(text).replaceAll(match -> Matcher.quoteReplacement(value(file, match.group(1), match)));
    }

    private String value(String file, @Nullable String inBraces, MatchResult match) {
        String name = inBraces != null ? inBraces : match.group(4);
        String value = name == null ? "" : values.apply(name);
        if (value == null && inBraces != null) {
            // only with braces: a word behind a plain $ may be the middle of a password
            LOG.warn("Litestream: the variable {} of {} is not set, it counts as empty", inBraces, file);
        }
        return value == null ? "" : value;
    }
}
