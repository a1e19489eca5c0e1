package io.litestream4j.spring.boot.autoconfigure.actuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.litestream4j.LitestreamException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
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
            Future<String> answer = questions.ask("s3", List.of(), this::hang);
            assertThatThrownBy(() -> questions.await(answer, questions.deadline()))
                    .isInstanceOf(LitestreamException.class)
                    .hasMessage("no answer within 50 ms");
        }
    }

    @Test
    void sameQuestionIsAskedOnceWhileItIsUnderWay() {
        try (Questions questions = new Questions(Duration.ofSeconds(20))) {
            Future<String> first = questions.ask("s3", List.of(), this::hang);
            Future<String> second = questions.ask("s3", List.of(), this::hang);
            released.countDown();
            assertThat(questions.await(first, questions.deadline())).isEqualTo("late");
            assertThat(questions.await(second, questions.deadline())).isEqualTo("late");
            assertThat(asked).hasValue(1);
        }
    }

    @Test
    void storageThatHangsTakesFewThreadsHoweverOftenItIsAsked() {
        try (Questions questions = new Questions(Duration.ofMillis(500))) {
            for (int time = 0; time < 2; time++) {
                assertThat(questions.ask("s3", List.of(time), this::hang)).isNotDone();
            }
            Future<String> third = questions.ask("s3", List.of(3), this::hang);
            assertThatThrownBy(() -> questions.await(third, questions.deadline()))
                    .hasMessageContaining("busy with earlier questions");
            Future<String> other = questions.ask("other", List.of(), () -> "at once");
            assertThat(questions.await(other, questions.deadline())).isEqualTo("at once");
        }
    }

    @Test
    void moreStoragesThanThreadsAreAskedOneAfterTheOther() {
        try (Questions questions = new Questions(Duration.ofSeconds(20))) {
            List<Future<Integer>> answers = IntStream.range(0, 50)
                    .mapToObj(number -> questions.ask(number, List.of(), () -> number))
                    .toList();
            for (int number = 0; number < 50; number++) {
                assertThat(questions.await(answers.get(number), questions.deadline()))
                        .isEqualTo(number);
            }
        }
    }

    @Test
    void errorOfAStorageIsTold() {
        try (Questions questions = new Questions(Duration.ofSeconds(20))) {
            Future<String> answer = questions.ask("s3", List.of(), () -> {
                throw new IOException("403");
            });
            assertThatThrownBy(() -> questions.await(answer, questions.deadline()))
                    .isInstanceOf(LitestreamException.class)
                    .hasMessageContaining("403");
        }
    }
}
