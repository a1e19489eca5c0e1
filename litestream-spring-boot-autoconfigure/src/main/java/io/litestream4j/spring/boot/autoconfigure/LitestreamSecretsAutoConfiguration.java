package io.litestream4j.spring.boot.autoconfigure;

import java.util.Locale;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Keeps access keys out of the actuator's endpoints also where an application shows all values, replication or not. */
@AutoConfiguration
@ConditionalOnClass(SanitizingFunction.class)
public final class LitestreamSecretsAutoConfiguration {

    @Bean
    @ConditionalOnMissingBean(name = "litestreamSanitizingFunction")
    SanitizingFunction litestreamSanitizingFunction() {
        return data -> isSecret(data.getKey()) ? data.withSanitizedValue() : data;
    }

    private static boolean isSecret(String key) {
        return key.toLowerCase(Locale.ROOT).startsWith("litestream") && KnownKeys.isSecret(key);
    }
}
