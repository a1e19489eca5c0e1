package io.litestream4j.spring.boot.autoconfigure;

import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.context.annotation.Bean;

/** Keeps access keys out of the actuator's endpoints also where an application shows all values, replication or not. */
@AutoConfiguration
@ConditionalOnClass(SanitizingFunction.class)
public final class LitestreamSecretsAutoConfiguration {

    private static final Pattern URL_WITH_KEY = Pattern.compile("[A-Za-z0-9+.-]+://([^/]*@.*|.*\\?.*)", Pattern.DOTALL);

    @Bean
    @ConditionalOnMissingBean(name = "litestreamSanitizingFunction")
    SanitizingFunction litestreamSanitizingFunction() {
        return data -> isSecret(data.getKey(), data.getValue()) ? data.withSanitizedValue() : data;
    }

    private static boolean isSecret(String key, @Nullable Object value) {
        String lower = key.toLowerCase(Locale.ROOT);
        if (lower.startsWith("litestream") || lower.equals("replica_url")) {
            return KnownKeys.isSecret(key) || holdsKey(String.valueOf(value));
        }
        // where the AWS SDK and Spring Cloud AWS find the keys of replicas that set none
        return (lower.startsWith("aws")
                        || lower.startsWith("spring.cloud.aws.")
                        || lower.startsWith("spring_cloud_aws_"))
                && (KnownKeys.isSecret(key) || lower.replaceAll("[^a-z]", "").matches(".*(sessiontoken|secretkey)"));
    }

    /** A URL with a user or a query, which is signed as a rule. Such a URL is refused at start, but shown all the same. */
    private static boolean holdsKey(String value) {
        return URL_WITH_KEY.matcher(value).matches();
    }
}
