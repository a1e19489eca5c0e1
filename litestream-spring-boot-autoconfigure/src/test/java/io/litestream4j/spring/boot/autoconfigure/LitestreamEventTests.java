package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replication.ReplicationListener;
import io.litestream4j.spring.boot.autoconfigure.LitestreamEvent.GenerationStarted;
import io.litestream4j.spring.boot.autoconfigure.LitestreamEvent.ReplicaDegraded;
import io.litestream4j.spring.boot.autoconfigure.LitestreamEvent.ReplicaRecovered;
import io.litestream4j.spring.boot.autoconfigure.LitestreamEvent.Restored;
import io.litestream4j.spring.boot.autoconfigure.LitestreamEvent.SnapshotWritten;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.event.EventListener;
import org.springframework.context.support.GenericApplicationContext;

@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class LitestreamEventTests {

    @TempDir
    Path folder;

    @Test
    void restoreGenerationAndSnapshotInTheirOrder() throws Exception {
        Path replica = folder.resolve("replica");
        Sqlite.backUp(replica, folder.resolve("scratch"), "from the backup");
        Listener listener = new Listener();
        Runners.jdbc(folder.resolve("data/app.db"), replica)
                .withBean(Listener.class, () -> listener)
                .run(context -> {
                    Eventually.holds("three events", () -> listener.heard.size() >= 3);
                    assertThat(listener.heard)
                            .extracting(event -> (Object) event.getClass())
                            .containsExactly(Restored.class, GenerationStarted.class, SnapshotWritten.class);
                    assertThat(listener.heard)
                            .extracting(LitestreamEvent::database)
                            .containsOnly("main");
                    assertThat(listener.threads).extracting(Thread::getName).containsOnly("litestream-events");
                    GenerationStarted began = (GenerationStarted) listener.heard.get(1);
                    assertThat(began.reason()).isNotBlank();
                    assertThat(((SnapshotWritten) listener.heard.get(2))
                                    .position()
                                    .generation())
                            .isEqualTo(began.position().generation())
                            .isNotEqualTo(((Restored) listener.heard.get(0))
                                    .position()
                                    .generation());
                });
        Eventually.holds(
                "the thread ended with the context",
                () -> listener.threads.stream().noneMatch(Thread::isAlive));
    }

    @Test
    void replicaThatFailsAndComesBack() {
        WaitingApplication application = new WaitingApplication(folder);
        application.runner().withBean(Listener.class).run(context -> {
            WaitingApplication.ready(context);
            Listener listener = context.getBean(Listener.class);
            application.replica.fail(true);
            WaitingApplication.add(context, "pending");
            Thread waiter = new Thread(() -> context.getBean(Litestream.class).awaitReplicated(Duration.ofSeconds(20)));
            waiter.start();
            Eventually.holds(
                    "degraded", () -> listener.of("test").stream().anyMatch(ReplicaDegraded.class::isInstance));
            application.replica.fail(false);
            Eventually.holds("recovered", () -> listener.of("test").size() == 2);
            waiter.join();
            assertThat(listener.of("test").get(0))
                    .isInstanceOfSatisfying(
                            ReplicaDegraded.class,
                            event -> assertThat(event.error()).contains("the replica is down"));
            assertThat(listener.of("test").get(1)).isInstanceOf(ReplicaRecovered.class);
            // a file where the folder should be
            assertThat(listener.of("file"))
                    .first()
                    .isInstanceOfSatisfying(
                            ReplicaDegraded.class,
                            event ->
                                    assertThat(event.error()).contains("broken").doesNotContain(folder.toString()));
        });
    }

    @Test
    void listenerThatHangsHoldsUpNobody() {
        WaitingApplication application = new WaitingApplication(folder);
        application.waiting("20s").withBean(HangingListener.class).run(context -> {
            HangingListener listener = context.getBean(HangingListener.class);
            listener.called.await();
            WaitingApplication.commit(context, "goes on");
            listener.goOn.countDown();
        });
    }

    @Test
    void listenerOfACustomizerHearsTheSame() {
        List<String> heard = new CopyOnWriteArrayList<>();
        ReplicatedDatabaseCustomizer customizer = (name, builder) -> builder.listener(new ReplicationListener() {
            @Override
            public void generationStarted(Position position, String reason) {
                heard.add(reason);
                throw new IllegalStateException("of the listener");
            }
        });
        Runners.jdbc(folder.resolve("data/app.db"), folder.resolve("replica"))
                .withBean("own", ReplicatedDatabaseCustomizer.class, () -> customizer)
                .withBean(Listener.class)
                .run(context -> {
                    WaitingApplication.jdbc(context).execute("create table note (text text)");
                    Listener listener = context.getBean(Listener.class);
                    Eventually.holds("both", () -> heard.size() == 1 && !listener.heard.isEmpty());
                });
    }

    @Test
    void eventsBeforeTheContextIsCompleteAreDeliveredWhenItIs() {
        Deque<Runnable> thread = new ArrayDeque<>();
        Listener listener = new Listener();
        try (GenericApplicationContext context = context(listener)) {
            EventQueue queue = new EventQueue(context, thread::add);
            context.addApplicationListener(queue);
            queue.add(event(1));
            queue.add(event(2));
            assertThat(thread).isEmpty();
            context.refresh();
            thread.remove().run();
            queue.add(event(3));
            thread.remove().run();
            assertThat(listener.heard).containsExactly(event(1), event(2), event(3));
        }
    }

    @Test
    void eventsThatNobodyTakesAreDroppedAndCounted(CapturedOutput output) {
        Deque<Runnable> thread = new ArrayDeque<>();
        Listener listener = new Listener();
        try (GenericApplicationContext context = context(listener)) {
            EventQueue queue = new EventQueue(context, thread::add);
            context.addApplicationListener(queue);
            context.refresh();
            List<LitestreamEvent> kept = new ArrayList<>();
            for (int i = 0; i < EventQueue.CAPACITY + 7; i++) {
                queue.add(event(i));
                if (i < EventQueue.CAPACITY) {
                    kept.add(event(i));
                }
            }
            thread.remove().run();
            assertThat(listener.heard).isEqualTo(kept);
            assertThat(output).containsOnlyOnce("newer ones are dropped").containsOnlyOnce("7 events were dropped");
        }
    }

    @Test
    void nothingIsDeliveredOnceTheContextCloses() {
        Deque<Runnable> thread = new ArrayDeque<>();
        Listener listener = new Listener();
        EventQueue queue;
        try (GenericApplicationContext context = context(listener)) {
            queue = new EventQueue(context, thread::add);
            context.addApplicationListener(queue);
            context.refresh();
            queue.add(event(1));
        }
        queue.add(event(2));
        thread.remove().run();
        assertThat(listener.heard).isEmpty();
        assertThat(thread).isEmpty();
    }

    private static GenericApplicationContext context(Listener listener) {
        GenericApplicationContext context = new GenericApplicationContext();
        context.registerBean(org.springframework.context.event.EventListenerMethodProcessor.class);
        context.registerBean(org.springframework.context.event.DefaultEventListenerFactory.class);
        context.registerBean(Listener.class, () -> listener);
        return context;
    }

    private static LitestreamEvent event(int number) {
        return new GenerationStarted(
                "main", Instant.EPOCH, new Position(Generation.parse("00000000deadbeef"), number, 0), "a reason");
    }

    static class Listener {

        final List<LitestreamEvent> heard = new CopyOnWriteArrayList<>();
        final List<Thread> threads = new CopyOnWriteArrayList<>();

        @EventListener
        public void on(LitestreamEvent event) {
            threads.add(Thread.currentThread());
            heard.add(event);
        }

        /** Whether a replica fails and comes back. */
        List<LitestreamEvent> of(String replica) {
            return heard.stream()
                    .filter(event -> (event instanceof ReplicaDegraded down
                                    && down.replica().equals(replica))
                            || (event instanceof ReplicaRecovered up
                                    && up.replica().equals(replica)))
                    .toList();
        }
    }

    static class HangingListener {

        final CountDownLatch called = new CountDownLatch(1);
        final CountDownLatch goOn = new CountDownLatch(1);

        @EventListener
        public void on(GenerationStarted event) throws InterruptedException {
            called.countDown();
            goOn.await();
        }
    }
}
