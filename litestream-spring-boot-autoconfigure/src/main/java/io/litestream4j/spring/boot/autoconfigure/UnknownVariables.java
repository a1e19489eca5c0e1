package io.litestream4j.spring.boot.autoconfigure;

import java.util.Locale;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.core.env.ConfigurableEnvironment;
import org.springframework.core.env.Environment;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/**
 * Warns of environment variables that are almost a key. Only a warning, and only of those: other programs have variables
 * with the same prefix, Litestream itself for one.
 */
final class UnknownVariables {

    private static final Logger LOG = LoggerFactory.getLogger(UnknownVariables.class);
    private static final String PREFIX = "LITESTREAM_";

    private UnknownVariables() {}

    static void check(Environment environment) {
        if (environment instanceof ConfigurableEnvironment configurable) {
            PropertySource<?> variables =
                    configurable.getPropertySources().get(StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME);
            if (variables instanceof SystemEnvironmentPropertySource system) {
                for (String name : system.getPropertyNames()) {
                    check(name);
                }
            }
        }
    }

    private static void check(String name) {
        if (!name.startsWith(PREFIX)) {
            return;
        }
        Optional<String> closest = KnownKeys.closestToVariable(name.substring(PREFIX.length()));
        closest.ifPresent(key -> LOG.warn(
                "Litestream: the environment variable {} means nothing. {} would be litestream.{}",
                name,
                PREFIX + key.replace("-", "").replace('.', '_').toUpperCase(Locale.ROOT),
                key));
    }
}
