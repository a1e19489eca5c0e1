package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;

/** What the module was compiled to. */
final class ModuleClasses {

    private ModuleClasses() {}

    static InputStream open(String resource) throws IOException {
        return Files.newInputStream(folder().resolve(resource));
    }

    static Path folder() {
        try {
            return Path.of(LitestreamProperties.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }
}
