package io.litestream4j.spring.boot.autoconfigure;

import java.util.TreeMap;
import java.util.stream.Collectors;
import org.springframework.boot.context.properties.source.ConfigurationPropertyName;
import org.springframework.boot.context.properties.source.ConfigurationPropertySource;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.context.properties.source.IterableConfigurationPropertySource;
import org.springframework.boot.context.properties.source.UnboundElementsSourceFilter;
import org.springframework.core.env.Environment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Refuses keys below {@code litestream.} that mean nothing: a misspelt key would leave a database without the protection
 * that somebody wanted. Not Spring Boot's own check: that one takes a key with a blank value for unknown. Environment
 * variables and system properties aren't checked, as other programs may use the same prefix there.
 */
final class UnknownKeys {

    private static final ConfigurationPropertyName PREFIX = ConfigurationPropertyName.of("litestream");

    private UnknownKeys() {}

    static void check(Environment environment) {
        TreeMap<ConfigurationPropertyName, String> unknown = new TreeMap<>();
        UnboundElementsSourceFilter filter = new UnboundElementsSourceFilter();
        for (ConfigurationPropertySource source : ConfigurationPropertySources.get(environment)) {
            if (source instanceof IterableConfigurationPropertySource iterable
                    && filter.apply(source)
                    && !(source.getUnderlyingSource() instanceof SystemEnvironmentPropertySource)) {
                iterable.stream()
                        .filter(key -> PREFIX.isAncestorOf(key) && !KnownKeys.contains(key))
                        .forEach(key -> unknown.put(key, where(source, key)));
            }
        }
        if (!unknown.isEmpty()) {
            throw new LitestreamStartException(
                    unknown.entrySet().stream()
                            .map(key -> "There is no key " + key.getKey() + key.getValue() + ".")
                            .collect(Collectors.joining("\n")),
                    unknown.keySet().stream().map(UnknownKeys::remedy).collect(Collectors.joining("\n")));
        }
    }

    private static String where(ConfigurationPropertySource source, ConfigurationPropertyName key) {
        var property = source.getConfigurationProperty(key);
        return property == null || property.getOrigin() == null ? "" : " (" + property.getOrigin() + ")";
    }

    private static String remedy(ConfigurationPropertyName key) {
        return KnownKeys.closest(key)
                .map(closest -> "Write %s instead of %s, or remove it.".formatted(closest, key))
                .orElse("Remove %s.".formatted(key));
    }
}
