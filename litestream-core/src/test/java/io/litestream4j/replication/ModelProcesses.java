package io.litestream4j.replication;

import java.io.IOException;
import java.nio.file.Path;

/** The processes in which programs run: one at work is taken from a reserve of one, because a JVM takes its time to start. */
final class ModelProcesses implements AutoCloseable {

    private final Path folder;
    private Child spare;

    ModelProcesses(Path folder) {
        this.folder = folder;
    }

    synchronized Child take() throws IOException {
        Child taken = spare != null ? spare : Child.start(ModelHost.class, folder);
        spare = Child.start(ModelHost.class, folder);
        return taken;
    }

    /** One that is not needed any more, and works. */
    synchronized void giveBack(Child child) {
        if (spare == null) {
            spare = child;
        } else {
            child.close();
        }
    }

    @Override
    public synchronized void close() {
        if (spare != null) {
            spare.close();
            spare = null;
        }
    }
}
