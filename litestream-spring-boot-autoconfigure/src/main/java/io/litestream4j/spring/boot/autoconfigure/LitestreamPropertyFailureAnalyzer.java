package io.litestream4j.spring.boot.autoconfigure;

import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.bind.BindException;
import org.springframework.boot.context.properties.source.ConfigurationProperty;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.Order;
import org.springframework.util.unit.DataSize;

/** Names the key below {@code litestream.} whose value doesn't bind, and what to write instead. */
@Order(Ordered.HIGHEST_PRECEDENCE)
class LitestreamPropertyFailureAnalyzer extends AbstractFailureAnalyzer<BindException> {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("litestream");

    @Override
    protected @Nullable FailureAnalysis analyze(Throwable rootFailure, BindException cause) {
        if (!PREFIX.equals(cause.getName()) && !PREFIX.isAncestorOf(cause.getName())) {
            return null;
        }
        return badValue(cause);
    }

    private static FailureAnalysis badValue(BindException cause) {
        String key = cause.getName().toString();
        ConfigurationProperty property = cause.getProperty();
        String value = property == null || KnownKeys.isSecret(key) ? "a value" : "\"" + property.getValue() + "\"";
        String description =
                "%s is %s, which can't be read%s.".formatted(key, value, property == null ? "" : origin(property));
        Class<?> type = cause.getTarget().getType().resolve(Object.class);
        return new FailureAnalysis(description, "Set %s to %s.".formatted(key, example(type)), cause);
    }

    private static String origin(ConfigurationProperty property) {
        return property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
    }

    private static String example(Class<?> type) {
        if (type == Duration.class) {
            return "a duration such as 500ms, 30s, 5m or 24h; without a value the default holds";
        }
        if (type == DataSize.class) {
            return "a size such as 512MB or 1GB";
        }
        if (type == Instant.class) {
            return "a time such as 2026-01-31T12:00:00Z";
        }
        if (type == Boolean.class || type == boolean.class) {
            return "true or false";
        }
        if (type.isEnum()) {
            return Arrays.stream(type.getEnumConstants())
                    .map(value -> value.toString().toLowerCase(Locale.ROOT).replace('_', '-'))
                    .collect(Collectors.joining(", ", "one of: ", ""));
        }
        return type == Integer.class ? "a whole number" : "a value of its kind";
    }
}
