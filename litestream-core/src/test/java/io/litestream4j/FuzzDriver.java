package io.litestream4j;

/** What Jazzer calls, in a process of its own. */
public final class FuzzDriver {

    static final String TARGET = "litestream.fuzz.target";

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
}
