package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OperationsTest {

    private static final Instant NOW = Instant.parse("2026-11-20T10:00:00Z");

    private final List<String> heard = new ArrayList<>();
    private OperationResult result;

    private Operations operations(OperationListener... listeners) {
        return new Operations("main", List.of(listeners), Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private OperationListener hearing(String name) {
        return operation -> {
            heard.add(name + " " + operation.kind() + " of " + operation.database() + " for " + operation.replica());
            return ended -> {
                heard.add(name + " ended");
                result = ended;
            };
        };
    }

    @Test
    void listenersHearTheBeginAndTheEndInsideOfEachOther() throws Exception {
        Operations operations = operations(hearing("a"), hearing("b"));
        String answer = operations.run(Operation.Kind.UPLOAD, "s3", report -> {
            report.bytes(4096);
            report.storedBytes(100);
            return "done";
        });
        assertThat(answer).isEqualTo("done");
        assertThat(heard).containsExactly("a UPLOAD of main for s3", "b UPLOAD of main for s3", "b ended", "a ended");
        assertThat(result.bytes()).isEqualTo(4096);
        assertThat(result.storedBytes()).isEqualTo(100);
        assertThat(result.error()).isNull();
    }

    @Test
    void errorIsHeardAndThrown() {
        Operations operations = operations(hearing("a"));
        IOException error = new IOException("no route to host");
        assertThatThrownBy(() -> operations.run(Operation.Kind.UPLOAD, "s3", report -> {
                    throw error;
                }))
                .isSameAs(error);
        assertThat(result.error()).isSameAs(error);
        assertThat(operations.running("s3")).isEmpty();
    }

    @Test
    void listenerThatThrowsDisturbsNobody() throws Exception {
        Operations operations = operations(
                operation -> {
                    throw new IllegalStateException("at the begin");
                },
                operation -> {
                    throw new NoClassDefFoundError("a tracer that isn't there");
                },
                operation -> null,
                operation -> ended -> {
                    throw new AssertionError("at the end");
                },
                hearing("a"));
        for (int time = 0; time < 2; time++) {
            operations.run(Operation.Kind.SEAL, null, report -> report);
        }
        assertThat(heard).containsExactly("a SEAL of main for null", "a ended", "a SEAL of main for null", "a ended");
        assertThat(operations.running()).isEmpty();
    }

    @Test
    void whatIsUnderWayIsKnownByReplica() throws Exception {
        Operations operations = operations();
        operations.run(
                Operation.Kind.SEAL,
                null,
                seal -> operations.run(Operation.Kind.UPLOAD, "s3", report -> {
                    assertThat(operations.running())
                            .containsExactly(new Operation(Operation.Kind.SEAL, "main", null, NOW));
                    assertThat(operations.running("s3"))
                            .containsExactly(new Operation(Operation.Kind.UPLOAD, "main", "s3", NOW));
                    assertThat(operations.running("other")).isEmpty();
                    return report;
                }));
        assertThat(operations.running()).isEmpty();
        assertThat(operations.running("s3")).isEmpty();
    }
}
