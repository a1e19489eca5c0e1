package io.litestream4j.sample;

import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.springframework.boot.SpringApplication;

/**
 * The application with a replica on S3, and the S3 with it: {@code mvn -pl sample-app -am spring-boot:test-run}. No
 * account and no network; the bucket is the folder {@code s3/notes}. With {@code --s3-only} the server alone, which says what
 * an application in another process must be told, and runs until it is killed.
 */
public final class SampleOnS3 {

    private SampleOnS3() {}

    public static void main(String[] arguments) throws Exception {
        S3Server server = S3Server.start(Path.of("s3"));
        if (List.of(arguments).contains("--s3-only")) {
            System.out.println("S3: " + String.join(" ", server.arguments()));
            return;
        }
        // called after the last bean is destroyed, and so after the last upload
        SpringApplication.getShutdownHandlers().add(server::close);
        String[] all =
                Stream.of(server.arguments(), arguments).flatMap(Stream::of).toArray(String[]::new);
        SpringApplication.run(SampleApplication.class, all);
    }
}
