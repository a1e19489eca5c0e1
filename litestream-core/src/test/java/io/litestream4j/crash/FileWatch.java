package io.litestream4j.crash;

import java.io.IOException;

/** Stands between the code under test and the file system. */
public interface FileWatch {

    /** What reaches the file system. */
    @FunctionalInterface
    interface Action<T> {
        T run() throws IOException;
    }

    /** Lets a step happen, or not. */
    <T> T step(FileStep step, Action<T> action) throws IOException;
}
