package io.litestream4j.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(20)
class ConfirmationsTest {

    private static final long LONG = TimeUnit.SECONDS.toNanos(10);

    private final Confirmations confirmations = new Confirmations();
    private final Generation first = Generation.random();
    private final Generation second = Generation.random();
    private final AtomicReference<Position> confirmed = new AtomicReference<>();

    @Test
    void withinAGenerationThePositionDecides() {
        confirmations.began(first);
        Position wanted = new Position(first, 1, 4152);
        assertThat(confirmations.contains(null, wanted)).isFalse();
        assertThat(confirmations.contains(new Position(first, 1, 32), wanted)).isFalse();
        assertThat(confirmations.contains(new Position(first, 1, 4152), wanted)).isTrue();
        assertThat(confirmations.contains(new Position(first, 2, 0), wanted)).isTrue();
    }

    @Test
    void aLaterGenerationContainsAllOfTheOnesBefore() {
        confirmations.began(first);
        confirmations.began(second);
        assertThat(confirmations.contains(new Position(second, 0, 0), new Position(first, 99, 4152)))
                .isTrue();
        assertThat(confirmations.contains(new Position(first, 99, 4152), new Position(second, 0, 0)))
                .isFalse();
    }

    @Test
    void aGenerationThatNobodyKnowsContainsNothing() {
        confirmations.began(second);
        assertThat(confirmations.contains(new Position(second, 0, 0), new Position(first, 0, 0)))
                .isFalse();
        assertThat(confirmations.contains(new Position(first, 0, 0), new Position(second, 0, 0)))
                .isFalse();
    }

    @Test
    void anotherFileEndsTheHistory() {
        confirmations.began(first);
        confirmations.historyEnded();
        assertThat(confirmations.newest()).isNull();
        confirmations.began(second);
        assertThat(confirmations.contains(new Position(second, 5, 0), new Position(first, 0, 0)))
                .isFalse();
        assertThat(confirmations.newest()).isEqualTo(second);
    }

    @Test
    void aGenerationThatIsReadTwiceCountsOnce() {
        confirmations.began(first);
        confirmations.began(first);
        confirmations.began(second);
        assertThat(confirmations.contains(new Position(second, 0, 0), new Position(first, 0, 0)))
                .isTrue();
    }

    @Test
    void aWaiterIsReleasedByItsPosition() throws Exception {
        confirmations.began(first);
        CompletableFuture<Boolean> waiter = waitFor(new Position(first, 0, 4152), LONG);
        confirm(new Position(first, 0, 32));
        assertThat(waiter).isNotDone();
        confirm(new Position(first, 0, 8272));
        assertThat(waiter.get()).isTrue();
    }

    @Test
    void aWaiterIsReleasedByALaterGeneration() throws Exception {
        confirmations.began(first);
        CompletableFuture<Boolean> waiter = waitFor(new Position(first, 3, 4152), LONG);
        confirmations.began(second);
        assertThat(waiter).isNotDone();
        confirm(new Position(second, 0, 0));
        assertThat(waiter.get()).isTrue();
    }

    @Test
    void aWaiterIsNotReleasedByTheGenerationOfAnotherFile() throws Exception {
        confirmations.began(first);
        CompletableFuture<Boolean> waiter =
                waitFor(new Position(first, 3, 4152), Duration.ofMillis(200).toNanos());
        confirmations.historyEnded();
        confirmations.began(second);
        confirm(new Position(second, 7, 0));
        assertThat(waiter.get()).isFalse();
        assertThat(confirmations.hasWaiters()).isFalse();
    }

    @Test
    void manyWaitersAreReleasedAtOnce() throws Exception {
        confirmations.began(first);
        CompletableFuture<?>[] waiters = new CompletableFuture<?>[10];
        for (int i = 0; i < waiters.length; i++) {
            waiters[i] = waitFor(new Position(first, 0, i), LONG);
        }
        confirm(new Position(first, 0, 100));
        CompletableFuture.allOf(waiters).get();
        assertThat(confirmations.hasWaiters()).isFalse();
    }

    @Test
    void whoNeedNotWaitWakesNobody() throws Exception {
        AtomicInteger woken = new AtomicInteger();
        assertThat(confirmations.await(() -> true, 0, woken::incrementAndGet)).isTrue();
        assertThat(woken).hasValue(0);
    }

    @Test
    void aConfirmationWhileTheUploadIsBeingWokenIsNotMissed() throws Exception {
        confirmations.began(first);
        Position wanted = new Position(first, 0, 32);
        boolean released =
                confirmations.await(() -> confirmations.contains(confirmed.get(), wanted), LONG, () -> confirm(wanted));
        assertThat(released).isTrue();
    }

    @Test
    void anInterruptedWaiterCountsNoMore() throws Exception {
        confirmations.began(first);
        CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
        Thread waiter = new Thread(() -> {
            try {
                interrupted.complete(confirmations.await(() -> false, LONG, () -> {}));
            } catch (InterruptedException e) {
                interrupted.completeExceptionally(e);
            }
        });
        waiter.start();
        Await.until("it waits", confirmations::hasWaiters);
        waiter.interrupt();
        assertThat(interrupted)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableThat()
                .havingCause();
        assertThat(confirmations.hasWaiters()).isFalse();
    }

    private void confirm(Position position) {
        confirmed.set(position);
        confirmations.changed();
    }

    private CompletableFuture<Boolean> waitFor(Position position, long nanos) throws InterruptedException {
        CountDownLatch waits = new CountDownLatch(1);
        CompletableFuture<Boolean> result = CompletableFuture.supplyAsync(
                () -> {
                    try {
                        return confirmations.await(
                                () -> confirmations.contains(confirmed.get(), position), nanos, waits::countDown);
                    } catch (InterruptedException e) {
                        throw new IllegalStateException(e);
                    }
                },
                task -> new Thread(task).start());
        assertThat(waits.await(10, TimeUnit.SECONDS)).isTrue();
        return result;
    }
}
