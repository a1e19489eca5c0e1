package io.litestream4j.spring.boot.autoconfigure;

import java.io.File;
import java.net.MalformedURLException;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/**
 * The class path of an application that lacks some jars. Its classes have nothing in common with those of the test: what is
 * missing is missing when a class is linked, not only when Spring's conditions ask for it.
 */
final class ReducedClassPath extends URLClassLoader {

    /** What the tests have beside the module's own dependencies. */
    private static final List<String> TEST_ONLY = List.of(
            "hibernate-.*",
            "spring-boot-(hibernate|jpa|data-|persistence|flyway|servlet|tomcat|web|http|starter-test|test).*",
            "flyway-.*",
            "spring-(data|orm|web|webmvc|test)-.*",
            "s3proxy-.*",
            "tomcat-.*",
            "jackson-databind-.*",
            "jetty-.*");

    private ReducedClassPath(URL[] jars) {
        super(jars, ClassLoader.getPlatformClassLoader());
    }

    /** @param jars regular expressions of the names of jars that are left out */
    static ReducedClassPath without(List<String> jars) {
        String path = System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
        List<Path> entries = Arrays.stream(path.split(Pattern.quote(File.pathSeparator), -1))
                .map(Path::of)
                .toList();
        for (String jar : jars) {
            if (entries.stream().noneMatch(entry -> matches(entry, List.of(jar)))) {
                throw new AssertionError("no such jar on the class path: " + jar);
            }
        }
        return new ReducedClassPath(entries.stream()
                .filter(entry -> !matches(entry, TEST_ONLY) && !matches(entry, jars))
                .map(ReducedClassPath::url)
                .toArray(URL[]::new));
    }

    private static boolean matches(Path entry, List<String> jars) {
        String name = String.valueOf(entry.getFileName());
        return jars.stream().anyMatch(name::matches);
    }

    private static URL url(Path entry) {
        try {
            return entry.toUri().toURL();
        } catch (MalformedURLException e) {
            throw new AssertionError(e);
        }
    }

    /** Calls a static method of the class of that name; the class is another one than the test's. */
    Object call(Class<?> type, String method, Object... arguments) throws ReflectiveOperationException {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(this);
        try {
            var found = Arrays.stream(Class.forName(type.getName(), true, this).getDeclaredMethods())
                    .filter(each -> each.getName().equals(method))
                    .findFirst()
                    .orElseThrow();
            found.setAccessible(true);
            return found.invoke(null, arguments);
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
