package io.litestream4j.spring.boot.autoconfigure;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ApplicationContextEvent;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.ContextRefreshedEvent;

/** Carries events from the engine's threads, which must not be held up, to listeners, which may take their time. */
final class EventQueue implements ApplicationListener<ApplicationContextEvent>, DisposableBean {

    static final int CAPACITY = 1000;

    private static final Logger LOG = LoggerFactory.getLogger(EventQueue.class);

    private final ApplicationContext context;
    private final Executor thread;
    private final Deque<LitestreamEvent> events = new ArrayDeque<>();
    private boolean delivering;
    private boolean open;
    private boolean closed;
    private long dropped;

    EventQueue(ApplicationContext context) {
        this(context, oneThread());
    }

    EventQueue(ApplicationContext context, Executor thread) {
        this.context = context;
        this.thread = thread;
    }

    /** Never blocks for long and never throws. */
    synchronized void add(LitestreamEvent event) {
        if (closed) {
            return;
        }
        if (events.size() >= CAPACITY) {
            if (dropped++ == 0) {
                LOG.warn("Litestream: {} events wait for their listeners, newer ones are dropped", CAPACITY);
            }
            return;
        }
        events.add(event);
        deliver();
    }

    @Override
    public void onApplicationEvent(ApplicationContextEvent event) {
        // a child's events come here, too
        if (event.getApplicationContext() == context) {
            if (event instanceof ContextRefreshedEvent) {
                open();
            } else if (event instanceof ContextClosedEvent) {
                close();
            }
        }
    }

    @Override
    public boolean supportsAsyncExecution() {
        return false;
    }

    private synchronized void open() {
        open = true;
        deliver();
    }

    /** Also after a start that failed, which no event tells of. */
    @Override
    public void destroy() {
        close();
    }

    /** A listener that is at work goes on, and its thread ends with it. */
    private synchronized void close() {
        closed = true;
        events.clear();
        if (thread instanceof ExecutorService service) {
            service.shutdown();
        }
    }

    private void deliver() {
        if (open && !delivering && !events.isEmpty()) {
            delivering = true;
            thread.execute(this::deliverAll);
        }
    }

    /** A listener is of the application's: whatever it throws, the events after it are delivered. */
    private void deliverAll() {
        LitestreamEvent event = next();
        while (event != null) {
            try {
                context.publishEvent(event);
            } catch (Throwable e) {
                LOG.warn("Litestream: a listener threw at {}", event, e);
            }
            event = next();
        }
    }

    private synchronized @Nullable LitestreamEvent next() {
        if (dropped > 0) {
            LOG.warn("Litestream: {} events were dropped", dropped);
            dropped = 0;
        }
        LitestreamEvent event = events.poll();
        delivering = event != null;
        return event;
    }

    /** A daemon that ends when there has been nothing to do for a while. */
    private static ExecutorService oneThread() {
        ThreadPoolExecutor executor =
                new ThreadPoolExecutor(1, 1, 1, TimeUnit.MINUTES, new LinkedBlockingQueue<>(), task -> {
                    Thread created = new Thread(task, "litestream-events");
                    created.setDaemon(true);
                    return created;
                });
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
