package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamControlEndpoint;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamControlEndpointWebExtension;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpointWebExtension;
import io.litestream4j.spring.boot.autoconfigure.metrics.LitestreamMetricsAutoConfiguration;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.mockito.Mockito;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;
import org.springframework.boot.actuate.info.InfoContributor;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.health.contributor.HealthIndicator;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Beans that an application makes itself take the place of those that are made for it. */
class BackOffTests {

    @TempDir
    Path folder;

    private ApplicationContextRunner application;

    /**
     * A bean that can be replaced.
     *
     * @param name its name
     * @param type its type
     * @param byName whether only a bean of the same name replaces it, because applications have several of the type
     */
    record Replaceable(String name, Class<?> type, boolean byName) {

        @Override
        public String toString() {
            return name;
        }
    }

    static Stream<Replaceable> replaceable() {
        return Stream.of(
                new Replaceable("litestream", Litestream.class, false),
                new Replaceable("litestreamEndpoint", LitestreamEndpoint.class, false),
                new Replaceable("litestreamEndpointWebExtension", LitestreamEndpointWebExtension.class, false),
                new Replaceable("litestreamControlEndpoint", LitestreamControlEndpoint.class, false),
                new Replaceable(
                        "litestreamControlEndpointWebExtension", LitestreamControlEndpointWebExtension.class, false),
                new Replaceable("litestreamHealthIndicator", HealthIndicator.class, true),
                new Replaceable("litestreamMetrics", MeterBinder.class, true),
                new Replaceable("litestreamInfoContributor", InfoContributor.class, true),
                new Replaceable("litestreamSanitizingFunction", SanitizingFunction.class, true));
    }

    @BeforeEach
    void prepare() {
        Sqlite.create(folder.resolve("app.db"));
        application = Runners.jdbc(folder.resolve("app.db"), folder.resolve("replica"))
                .withConfiguration(AutoConfigurations.of(
                        LitestreamActuatorAutoConfiguration.class,
                        LitestreamMetricsAutoConfiguration.class,
                        LitestreamInfoAutoConfiguration.class,
                        LitestreamSecretsAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*",
                        "management.endpoint.litestreamcontrol.access=UNRESTRICTED",
                        "management.info.litestream.enabled=true");
    }

    @Test
    void allOfThemAreThereWhereTheApplicationHasNone() {
        application.run(context -> replaceable()
                .forEach(each -> assertThat(context).getBean(each.name()).isInstanceOf(each.type())));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("replaceable")
    void backsOffWhenTheApplicationHasItsOwn(Replaceable bean) {
        replace(bean, bean.byName() ? bean.name() : "own", bean.type());
    }

    private <T> void replace(Replaceable bean, String name, Class<T> type) {
        T own = Mockito.mock(type);
        application.withBean(name, type, () -> own).run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBeansOfType(type)).containsEntry(name, own);
            assertThat(context.containsBean(bean.name())).isEqualTo(bean.byName());
        });
    }

    @Test
    void stayBesideOthersOfACommonType() {
        HealthIndicator health = Mockito.mock(HealthIndicator.class);
        InfoContributor info = Mockito.mock(InfoContributor.class);
        SanitizingFunction sanitizing = Mockito.mock(SanitizingFunction.class);
        application
                .withBean("health", HealthIndicator.class, () -> health)
                .withBean("info", InfoContributor.class, () -> info)
                .withBean("sanitizing", SanitizingFunction.class, () -> sanitizing)
                .run(context -> assertThat(replaceable()).allMatch(each -> context.containsBean(each.name())));
    }

    @Test
    void customizersOfTheEngineAreAddedToEachOther() {
        List<String> called = new ArrayList<>();
        application
                .withBean("one", ReplicatedDatabaseCustomizer.class, () -> (name, builder) -> called.add("one " + name))
                .withBean("two", ReplicatedDatabaseCustomizer.class, () -> (name, builder) -> called.add("two " + name))
                .run(context -> assertThat(called).containsExactly("one main", "two main"));
    }
}
