package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.awspring.cloud.autoconfigure.core.AwsAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.CredentialsProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.core.RegionProviderAutoConfiguration;
import io.awspring.cloud.autoconfigure.s3.S3AutoConfiguration;
import io.awspring.cloud.s3.S3Resource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
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

    @ParameterizedTest(name = "{0}")
    @ValueSource(strings = {"spring.cloud.aws.region.static=eu-north-1", "spring.cloud.aws.s3.region=eu-north-1"})
    void regionByAProperty(String property) {
        keepsItsClient(beside(property), Region.EU_NORTH_1);
    }

    @Test
    void regionByASystemProperty() {
        keepsItsClient(beside().withSystemProperties("aws.region=eu-west-3"), Region.EU_WEST_3);
    }

    @Test
    void regionByTheProfileOfTheSdk() throws Exception {
        Path config = profile("backup", "ap-south-1");
        keepsItsClient(
                beside().withSystemProperties("aws.configFile=" + config, "aws.profile=backup"), Region.AP_SOUTH_1);
    }

    @Test
    void regionByAProfileOfSpringCloudAws() throws Exception {
        Path config = profile("other", "sa-east-1");
        keepsItsClient(
                beside("spring.cloud.aws.region.profile.name=other", "spring.cloud.aws.region.profile.path=" + config),
                Region.SA_EAST_1);
    }

    @Test
    void regionByTheEnvironment() throws Exception {
        ProcessBuilder child = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        Child.class.getName(),
                        folder.resolve("app.db").toString(),
                        folder.resolve("replica").toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("output").toFile());
        child.environment().put("AWS_REGION", "us-gov-west-1");
        assertThat(child.start().waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(folder.resolve("output"))).contains("region: us-gov-west-1");
    }

    /** The application beside a replica that has nothing to do with S3. */
    private ApplicationContextRunner beside(String... properties) {
        return starter.withPropertyValues(
                        "litestream.databases.main.path=" + folder.resolve("app.db"),
                        "litestream.replica-url=" + folder.resolve("replica"),
                        "spring.cloud.aws.credentials.access-key=a",
                        "spring.cloud.aws.credentials.secret-key=b")
                .withPropertyValues(properties);
    }

    private static void keepsItsClient(ApplicationContextRunner application, Region region) {
        application.run(context -> {
            assertThat(context).hasNotFailed();
            assertThat(context.getBean(S3Client.class)
                            .serviceClientConfiguration()
                            .region())
                    .isEqualTo(region);
        });
    }

    private Path profile(String name, String region) throws Exception {
        return Files.writeString(folder.resolve("config"), "[profile %s]\nregion = %s\n".formatted(name, region));
    }

    /** An application of its own, for what only the environment of a process can say. */
    static final class Child {

        public static void main(String[] arguments) {
            new S3StarterTests()
                    .starter
                    .withPropertyValues(
                            "litestream.databases.main.path=" + arguments[0], "litestream.replica-url=" + arguments[1])
                    .run(context -> System.out.println("region: "
                            + context.getBean(S3Client.class)
                                    .serviceClientConfiguration()
                                    .region()));
        }
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
