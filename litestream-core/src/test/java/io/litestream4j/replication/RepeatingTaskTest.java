package io.litestream4j.replication;

import static io.litestream4j.replication.RepeatingTask.WHEN_WOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RepeatingTaskTest {

    private static final long LONG = TimeUnit.SECONDS.toNanos(20);

    private final EngineThreads threads = new EngineThreads();
    private final AtomicInteger runs = new AtomicInteger();
    private final Semaphore ran = new Semaphore(0);

    @AfterEach
    void close() {
        threads.close();
    }

    @Test
    void doesNothingBeforeItIsStarted() throws Exception {
        RepeatingTask task = task(() -> WHEN_WOKEN);
        task.wakeWithin(0);
        assertThat(ran.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
        task.start();
        awaitRun();
    }

    @Test
    void runsOnlyWhenItIsWoken() throws Exception {
        RepeatingTask task = task(() -> WHEN_WOKEN);
        task.start();
        awaitRun();
        assertThat(ran.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
        task.wakeWithin(0);
        awaitRun();
        assertThat(runs).hasValue(2);
    }

    @Test
    void runsByTheClock() throws Exception {
        long delay = TimeUnit.MILLISECONDS.toNanos(20);
        AtomicLong last = new AtomicLong();
        AtomicLong shortest = new AtomicLong(Long.MAX_VALUE);
        RepeatingTask task = task(() -> {
            long now = System.nanoTime();
            long before = last.getAndSet(now);
            if (before != 0) {
                shortest.accumulateAndGet(now - before, Math::min);
            }
            return delay;
        });
        task.start();
        for (int i = 0; i < 6; i++) {
            awaitRun();
        }
        assertThat(task.halt(LONG)).isTrue();
        assertThat(shortest.get()).isGreaterThanOrEqualTo(delay);
    }

    @Test
    void anEarlierWakingWinsAndALaterOneDoesNot() throws Exception {
        RepeatingTask task = task(() -> LONG);
        task.start();
        awaitRun();
        task.wakeWithin(2 * LONG);
        task.wakeWithin(TimeUnit.MILLISECONDS.toNanos(10));
        task.wakeWithin(LONG / 2);
        awaitRun();
        assertThat(runs).hasValue(2);
    }

    @Test
    void aWakingDuringARunRunsItAgain() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        RepeatingTask task = task(() -> {
            entered.countDown();
            await(leave);
            return WHEN_WOKEN;
        });
        task.start();
        await(entered);
        for (int i = 0; i < 100; i++) {
            task.wakeWithin(0);
        }
        leave.countDown();
        awaitRun();
        awaitRun();
        assertThat(ran.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
    }

    @Test
    void neverRunsTwiceAtOnce() throws Exception {
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        RepeatingTask task = task(() -> {
            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
            Thread.onSpinWait();
            inside.decrementAndGet();
            return 0;
        });
        task.start();
        Thread[] wakers = new Thread[4];
        for (int i = 0; i < wakers.length; i++) {
            wakers[i] = new Thread(() -> {
                for (int wake = 0; wake < 2000; wake++) {
                    task.wakeWithin(wake % 3);
                }
            });
            wakers[i].start();
        }
        for (Thread waker : wakers) {
            waker.join();
        }
        Await.until("a thousand runs", () -> runs.get() > 1000);
        assertThat(task.halt(LONG)).isTrue();
        assertThat(most).hasValue(1);
    }

    @Test
    void haltWaitsForTheRunThatIsUnderWay() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        RepeatingTask task = task(() -> {
            entered.countDown();
            await(leave);
            return 0;
        });
        task.start();
        await(entered);
        assertThat(task.halt(TimeUnit.MILLISECONDS.toNanos(20))).isFalse();
        leave.countDown();
        assertThat(task.halt(LONG)).isTrue();
        assertThat(runs).hasValue(1);
        task.wakeWithin(0);
        assertThat(task.halt(0)).isTrue();
        assertThat(runs).hasValue(1);
    }

    @Test
    void aHaltedTaskStaysStill() throws Exception {
        RepeatingTask task = task(() -> 0);
        task.start();
        awaitRun();
        assertThat(task.halt(LONG)).isTrue();
        int before = runs.get();
        ran.drainPermits();
        task.wakeWithin(0);
        assertThat(ran.tryAcquire(50, TimeUnit.MILLISECONDS)).isFalse();
        assertThat(runs).hasValue(before);
    }

    @Test
    void startsAgainAfterAHalt() throws Exception {
        RepeatingTask task = task(() -> WHEN_WOKEN);
        for (int i = 1; i <= 20; i++) {
            task.start();
            awaitRun();
            assertThat(task.halt(LONG)).isTrue();
            assertThat(runs).hasValue(i);
        }
    }

    @Test
    void aStartDuringALastRunRunsAgainAfterIt() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch leave = new CountDownLatch(1);
        RepeatingTask task = task(() -> {
            entered.countDown();
            await(leave);
            return WHEN_WOKEN;
        });
        task.start();
        await(entered);
        assertThat(task.halt(0)).isFalse();
        task.start();
        leave.countDown();
        awaitRun();
        awaitRun();
    }

    private RepeatingTask task(RepeatingTask.Step step) {
        return new RepeatingTask(threads, EngineThreads.Kind.DATABASE, () -> {
            try {
                runs.incrementAndGet();
                return step.run();
            } finally {
                ran.release();
            }
        });
    }

    private void awaitRun() throws InterruptedException {
        assertThat(ran.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
