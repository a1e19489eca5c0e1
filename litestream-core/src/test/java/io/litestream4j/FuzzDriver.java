package io.litestream4j;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What Jazzer calls, in a process of its own. */
public final class FuzzDriver {

    static final String TARGET = "litestream.fuzz.target";

    /** A property: where targets may write. */
    static final String FOLDER = "litestream.fuzz.folder";

    private static FuzzTarget target;

    private FuzzDriver() {}

    public static void fuzzerInitialize() throws ReflectiveOperationException {
        target = Class.forName(System.getProperty(TARGET))
                .asSubclass(FuzzTarget.class)
                .getConstructor()
                .newInstance();
    }

    public static void fuzzerTestOneInput(byte[] input) throws Exception {
        target.accept(input);
    }

    /** A new folder for a target, which is deleted with the test. */
    public static Path folder() throws IOException {
        return Files.createTempDirectory(Path.of(System.getProperty(FOLDER)), "target");
    }
}
