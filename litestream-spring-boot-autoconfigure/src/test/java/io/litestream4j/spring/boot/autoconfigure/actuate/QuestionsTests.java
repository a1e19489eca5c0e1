package io.litestream4j.spring.boot.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.LitestreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class QuestionsTests {

    private final CountDownLatch released = new CountDownLatch(1);
    private final AtomicInteger asked = new AtomicInteger();

    private String hang() throws InterruptedException {
        asked.incrementAndGet();
        released.await();
        return "late";
    }

    @Test
    void storageThatHangsIsNotWaitedFor() {
        try (Questions questions = new Questions(Duration.ofMillis(50))) {
            Future<String> answer = questions.ask("s3", this::hang);
            assertThatThrownBy(() -> questions.await(answer, questions.deadline()))
                    .isInstanceOf(LitestreamException.class)
                    .hasMessage("no answer within 50 ms");
        }
    }

    @Test
    void sameQuestionIsAskedOnceWhileItIsUnderWay() {
        try (Questions questions = new Questions(Duration.ofSeconds(20))) {
            Future<String> first = questions.ask("s3", this::hang);
            Future<String> second = questions.ask("s3", this::hang);
            released.countDown();
            assertThat(questions.await(first, questions.deadline())).isEqualTo("late");
            assertThat(questions.await(second, questions.deadline())).isEqualTo("late");
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void onlySoManyStoragesMayHang() {
        try (Questions questions = new Questions(Duration.ofSeconds(20))) {
            for (int i = 0; i < 8; i++) {
                Future<String> hanging = questions.ask(i, this::hang);
                assertThat(hanging).isNotDone();
            }
            Future<String> ninth = questions.ask("ninth", this::hang);
            assertThatThrownBy(() -> questions.await(ninth, questions.deadline()))
                    .hasMessageContaining("8 storages are being asked already");
            released.countDown();
        }
    }

    @Test
    void errorOfAStorageIsTold() {
        try (Questions questions = new Questions(Duration.ofSeconds(20))) {
            Future<String> answer = questions.ask("s3", () -> {
                throw new IOException("403");
            });
            assertThatThrownBy(() -> questions.await(answer, questions.deadline()))
                    .isInstanceOf(LitestreamException.class)
                    .hasMessageContaining("403");
        }
    }
}
