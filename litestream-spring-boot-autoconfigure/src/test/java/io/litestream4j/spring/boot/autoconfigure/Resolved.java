package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.spring.boot.autoconfigure.LitestreamAutoConfiguration.ConnectionDetailsUrl;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.boot.context.properties.source.ConfigurationPropertySources;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Setups as an application with these properties and variables would have them. Nothing is opened, nobody is asked. */
final class Resolved {

    private Resolved() {}

    static List<DatabaseSetup> databases(String... properties) {
        return databases(Map.of(), properties);
    }

    static List<DatabaseSetup> databases(Map<String, Object> variables, String... properties) {
        StandardEnvironment environment = environment(variables, properties);
        LitestreamProperties bound = Binder.get(environment)
                .bind("litestream", Bindable.of(LitestreamProperties.class))
                .orElseGet(LitestreamProperties::new);
        DefaultListableBeanFactory beans = new DefaultListableBeanFactory();
        return new LitestreamAutoConfiguration()
                .litestreamSetupResolver(
                        bound,
                        environment,
                        beans,
                        beans.getBeanProvider(ConnectionDetailsUrl.class),
                        beans.getBeanProvider(LitestreamReplicaConnectionDetails.class))
                .resolve();
    }

    /** The only replica of the only database. */
    static DatabaseSetup.ReplicaSetup replica(String... properties) {
        List<DatabaseSetup> databases = databases(properties);
        if (databases.size() != 1 || databases.get(0).replicas().size() != 1) {
            throw new AssertionError("not one replica of one database: " + databases);
        }
        return databases.get(0).replicas().get(0);
    }

    /** How the bucket of the only replica is reached. */
    static S3Setup s3(String... properties) {
        return replica(properties).s3();
    }

    private static StandardEnvironment environment(Map<String, Object> variables, String... properties) {
        StandardEnvironment environment = new StandardEnvironment();
        environment.setConversionService(new ApplicationConversionService());
        Map<String, Object> values = new LinkedHashMap<>();
        for (String property : properties) {
            int equals = property.indexOf('=');
            values.put(property.substring(0, equals), property.substring(equals + 1));
        }
        environment
                .getPropertySources()
                .replace(
                        StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME,
                        new SystemEnvironmentPropertySource(
                                StandardEnvironment.SYSTEM_ENVIRONMENT_PROPERTY_SOURCE_NAME, variables));
        environment.getPropertySources().addFirst(new MapPropertySource("test", values));
        ConfigurationPropertySources.attach(environment);
        return environment;
    }
}
