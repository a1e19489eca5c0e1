package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamActuatorAutoConfiguration;
import io.litestream4j.spring.boot.autoconfigure.actuate.LitestreamEndpoint;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.actuate.autoconfigure.context.properties.ConfigurationPropertiesReportEndpointAutoConfiguration;
import org.springframework.boot.actuate.autoconfigure.env.EnvironmentEndpointAutoConfiguration;
import org.springframework.boot.actuate.context.properties.ConfigurationPropertiesReportEndpoint;
import org.springframework.boot.actuate.env.EnvironmentEndpoint;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.core.env.SystemEnvironmentPropertySource;

/** Access keys are shown nowhere. */
@ExtendWith(OutputCaptureExtension.class)
class SecretTests {

    @TempDir
    Path folder;

    private ApplicationContextRunner application() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(
                        LitestreamAutoConfiguration.class,
                        LitestreamSecretsAutoConfiguration.class,
                        LitestreamActuatorAutoConfiguration.class,
                        EnvironmentEndpointAutoConfiguration.class,
                        ConfigurationPropertiesReportEndpointAutoConfiguration.class))
                .withPropertyValues(
                        "management.endpoints.web.exposure.include=*",
                        "management.endpoint.env.show-values=ALWAYS",
                        "management.endpoint.configprops.show-values=ALWAYS",
                        "litestream.databases.main.path=" + folder.resolve("app.db"),
                        "litestream.databases.main.restore.mode=never",
                        "litestream.databases.main.replicas.minio.url=s3://bucket/app",
                        "litestream.databases.main.replicas.minio.endpoint=http://127.0.0.1:1",
                        "litestream.databases.main.replicas.minio.access-key-id=canary-1",
                        "litestream.databases.main.replicas.minio.secretAccessKey=canary-2",
                        "litestream.databases.main.replicas.minio.sse=aws:kms",
                        "litestream.databases.main.replicas.minio.sse-kms-key-id=canary-6",
                        "litestream.sseKmsKeyId=canary-7",
                        "litestream.region=visible-region",
                        "litestream.shutdown-timeout=0s")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new SystemEnvironmentPropertySource(
                                "test-systemEnvironment",
                                Map.of(
                                        "LITESTREAM_ACCESS_KEY_ID", "canary-3",
                                        "LITESTREAM_SECRET_ACCESS_KEY", "canary-4",
                                        "LITESTREAM_SSE_KMS_KEY_ID", "canary-8",
                                        "LITESTREAM_DATABASES_MAIN_REPLICAS_MINIO_SECRETACCESSKEY", "canary-5"))));
    }

    @Test
    void endpointsThatShowAllValuesShowNoAccessKey(CapturedOutput output) {
        application().run(context -> {
            assertThat(context).hasNotFailed();
            String environment =
                    context.getBean(EnvironmentEndpoint.class).environment(null).getPropertySources().stream()
                            .map(source -> source.getProperties().entrySet().stream()
                                    .map(entry -> entry.getKey() + "="
                                            + entry.getValue().getValue())
                                    .toList()
                                    .toString())
                            .toList()
                            .toString();
            String properties = context
                    .getBean(ConfigurationPropertiesReportEndpoint.class)
                    .configurationProperties()
                    .getContexts()
                    .values()
                    .stream()
                    .flatMap(beans -> beans.getBeans().values().stream())
                    .map(bean -> bean.getPrefix() + bean.getProperties() + bean.getInputs())
                    .toList()
                    .toString();
            assertThat(environment).contains("visible-region", "LITESTREAM_SECRET_ACCESS_KEY=*");
            assertThat(properties)
                    .contains("visible-region", "secretAccessKey=*")
                    .doesNotContain("canary");
            assertThat(environment).doesNotContain("canary");
            assertThat(context.getBean(LitestreamEndpoint.class).report().toString())
                    .doesNotContain("canary");
        });
        assertThat(output).doesNotContain("canary");
    }

    @Test
    void alsoWhileReplicationIsSwitchedOff() {
        application()
                .withPropertyValues("litestream.enabled=false")
                .run(context -> assertThat(context.getBean(EnvironmentEndpoint.class)
                                .environmentEntry("litestream.databases.main.replicas.minio.secretAccessKey")
                                .getProperty()
                                .getValue())
                        .isEqualTo("******"));
    }

    @Test
    void urlsWithKeysAndTheVariablesOfAwsAreHiddenWhateverBecomesOfThem() {
        application()
                .withPropertyValues(
                        "litestream.enabled=false",
                        "litestream.replica-url=s3://canary:canary@bucket/app",
                        "litestream.databases.main.replicas.minio.url=s3://bucket/app?X-Amz-Signature=canary",
                        "litestream.endpoint=https://visible.example",
                        "litestream.access-key-id=canary",
                        "litestream.databases.main.secret-access-key=canary",
                        "spring.cloud.aws.credentials.secret-key=canary",
                        "spring.cloud.aws.credentials.access-key=canary",
                        "aws.secretAccessKey=canary")
                .withInitializer(context -> context.getEnvironment()
                        .getPropertySources()
                        .addLast(new SystemEnvironmentPropertySource(
                                "aws-systemEnvironment",
                                Map.of(
                                        "AWS_ACCESS_KEY_ID", "canary",
                                        "AWS_SECRET_ACCESS_KEY", "canary",
                                        "AWS_SESSION_TOKEN", "canary",
                                        "AWS_REGION", "visible-aws-region",
                                        "REPLICA_URL", "s3://canary@bucket/app"))))
                .run(context -> {
                    StringBuilder shown = new StringBuilder();
                    context.getBean(EnvironmentEndpoint.class)
                            .environment(null)
                            .getPropertySources()
                            .forEach(source -> source.getProperties()
                                    .forEach((key, value) -> shown.append(key + "=" + value.getValue() + "\n")));
                    assertThat(shown.toString())
                            .contains("AWS_SESSION_TOKEN=******", "visible-aws-region", "https://visible.example")
                            .doesNotContain("canary");
                });
    }

    @Test
    void startsWithoutActuator() {
        new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(LitestreamSecretsAutoConfiguration.class))
                .withClassLoader(new FilteredClassLoader("org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed().doesNotHaveBean("litestreamSanitizingFunction"));
    }
}
