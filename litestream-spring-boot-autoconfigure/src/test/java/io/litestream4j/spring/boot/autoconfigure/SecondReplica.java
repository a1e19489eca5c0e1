package io.litestream4j.spring.boot.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/** Gives the database another replica, named "test", that takes its time or fails when told to. */
@Configuration(proxyBeanMethods = false)
class SecondReplica {

    private static TestReplica replica;

    /** Before the application starts. */
    static TestReplica in(Path folder) {
        replica = new TestReplica(folder);
        return replica;
    }

    @Bean
    ReplicatedDatabaseCustomizer secondReplicaCustomizer() {
        return replica.customizer(Duration.ZERO);
    }
}
