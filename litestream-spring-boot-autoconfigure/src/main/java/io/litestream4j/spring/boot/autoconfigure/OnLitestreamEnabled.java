package io.litestream4j.spring.boot.autoconfigure;

import java.util.Locale;
import java.util.Set;
import org.springframework.context.annotation.Condition;
import org.springframework.context.annotation.ConditionContext;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotatedTypeMetadata;

/**
 * Holds unless litestream.enabled is false. Not Spring Boot's own condition: that one takes a blank value for false, and a
 * variable that nobody set must not end replication. A value that is neither fails later, with the key's name.
 */
final class OnLitestreamEnabled implements Condition {

    private static final Set<String> FALSE = Set.of("false", "off", "no", "0");

    @Override
    public boolean matches(ConditionContext context, AnnotatedTypeMetadata metadata) {
        return isEnabled(context.getEnvironment());
    }

    static boolean isEnabled(Environment environment) {
        String value = environment.getProperty("litestream.enabled", "");
        return !FALSE.contains(value.strip().toLowerCase(Locale.ROOT));
    }
}
