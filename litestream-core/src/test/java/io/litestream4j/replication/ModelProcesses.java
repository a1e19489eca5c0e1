package io.litestream4j.replication;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;

/** The processes in which programs run: one at work is taken from a reserve of one, because a JVM takes its time to start. */
final class ModelProcesses implements AutoCloseable {

    private final Path folder;
    private final Deque<Child> idle = new ArrayDeque<>();

    ModelProcesses(Path folder) {
        this.folder = folder;
    }

    synchronized Child take() throws IOException {
        Child taken = idle.isEmpty() ? Child.start(ModelHost.class, folder) : idle.remove();
        if (idle.isEmpty()) {
            idle.add(Child.start(ModelHost.class, folder));
        }
        return taken;
    }

    /** One that is not needed any more, and works. */
    synchronized void giveBack(Child child) {
        idle.addFirst(child);
    }

    @Override
    public synchronized void close() {
        idle.forEach(Child::close);
        idle.clear();
    }
}
