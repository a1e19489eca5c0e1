package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.s3.S3AutoConfiguration;
import io.awspring.cloud.s3.S3Resource;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3Client;

/** The starter brings S3; an application without S3 must not notice, and one with S3 must keep it. */
class S3StarterTests {

    @TempDir
    Path folder;

    private final ApplicationContextRunner s3 = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(
                    AwsAutoConfiguration.class,
                    CredentialsProviderAutoConfiguration.class,
                    RegionProviderAutoConfiguration.class,
                    S3AutoConfiguration.class))
            .withSystemProperties("aws.disableEc2Metadata=true", "aws.profile=none");

    private final ApplicationContextRunner starter = s3.withConfiguration(
            AutoConfigurations.of(LitestreamS3AutoConfiguration.class, LitestreamAutoConfiguration.class));

    @Test
    void withoutThisStarterS3WithoutARegionStopsTheStart() {
        s3.run(context -> assertThat(context).hasFailed());
    }

    @Test
    void startsWithoutAnyAwsSetting() {
        starter.withPropertyValues(
                        "litestream.databases.main.path=" + folder.resolve("app.db"),
                        "litestream.replica-url=" + folder.resolve("replica"))
                .run(context -> {
                    assertThat(context).hasNotFailed();
                    assertThat(context.getResource("classpath:/application.yml"))
                            .isNotNull();
                    assertThat(context.getResource("classpath:/db/migration/V1__copy.sql")
                                    .exists())
                            .isTrue();
                });
    }

    @Test
    void startsWithoutAnyAwsSettingWhenSwitchedOff() {
        starter.withPropertyValues("litestream.enabled=false").run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getResource("/anything")).isNotNull();
        });
    }

    @Test
    void applicationWithARegionHasItsS3Client() {
        starter.withPropertyValues(
                        "spring.cloud.aws.region.static=eu-central-1",
                        "spring.cloud.aws.credentials.access-key=a",
                        "spring.cloud.aws.credentials.secret-key=b")
                .run(context -> {
                    assertThat(context.getBean(S3Client.class)
                                    .serviceClientConfiguration()
                                    .region())
                            .isEqualTo(Region.EU_CENTRAL_1);
                    assertThat(context.getResource("s3://bucket/key")).isInstanceOf(S3Resource.class);
                });
    }

    @Test
    void startsWithoutAwsOnTheClassPath() {
        new ApplicationContextRunner()
                .withClassLoader(new FilteredClassLoader("software.amazon.awssdk", "io.awspring"))
                .withConfiguration(
                        AutoConfigurations.of(LitestreamS3AutoConfiguration.class, LitestreamAutoConfiguration.class))
                .run(context -> assertThat(context).hasNotFailed());
    }
}
