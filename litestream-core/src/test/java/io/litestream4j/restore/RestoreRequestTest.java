package io.litestream4j.restore;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.Generation;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestoreRequestTest {

    private static final Generation GENERATION = Generation.parse("00000000000000a1");
    private final Replica first = new Replica("first", new FileReplicaClient(Path.of("a")));
    private final Replica second = new Replica("second", new FileReplicaClient(Path.of("b")));

    @Test
    void defaults() {
        RestoreRequest request = builder().build();

        assertThat(request.target()).isAbsolute();
        assertThat(request.replicas()).containsExactly(first, second);
        assertThat(request.parallelism("file")).isEqualTo(8);
        assertThat(request.parallelism("s3")).isEqualTo(16);
        assertThat(request.withTarget(Path.of("other.db")).parallelism("s3")).isEqualTo(16);
        assertThat(request.integrityCheck()).isEqualTo(IntegrityCheck.QUICK);
        assertThat(request.onDamage()).isEqualTo(OnDamage.FAIL);
        assertThat(request.index()).isEmpty();
        assertThat(request.timestamp()).isEmpty();
    }

    @Test
    void parallelismBelowOneMeansOne() {
        assertThat(builder().parallelism(0).build().parallelism("file")).isEqualTo(1);
        assertThat(builder()
                        .parallelism(3)
                        .build()
                        .withTarget(Path.of("other.db"))
                        .parallelism("s3"))
                .isEqualTo(3);
    }

    @Test
    void oneReplicaByName() {
        assertThat(builder().replica("second").build().replicas()).containsExactly(second);
        assertThatThrownBy(() -> builder().replica("third").build()).hasMessageContaining("[first, second]");
    }

    @Test
    void indexNeedsAGenerationAndExcludesATime() {
        assertThatThrownBy(() -> builder().index(1).build()).hasMessageContaining("needs its generation");
        assertThatThrownBy(() -> builder()
                        .generation(GENERATION)
                        .index(1)
                        .timestamp(Instant.EPOCH)
                        .build())
                .hasMessageContaining("exclude each other");
        assertThatThrownBy(() -> builder().index(-1)).hasMessageContaining("negative");
        assertThat(builder().generation(GENERATION).index(1).build().index()).hasValue(1);
    }

    @Test
    void noReplicas() {
        assertThatThrownBy(() -> RestoreRequest.to(Path.of("x")).build()).hasMessageContaining("at least one replica");
    }

    private RestoreRequest.Builder builder() {
        return RestoreRequest.to(Path.of("x")).from(List.of(first, second));
    }
}
