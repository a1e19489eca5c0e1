package io.litestream4j.io;

import java.io.IOException;
import java.nio.file.Path;

/** A volume has no room for what was to be written to one of its folders. */
public final class DiskFullException extends IOException {

    private static final long serialVersionUID = 1L;

    DiskFullException(Path folder, long needed, long free, IOException cause) {
        super(
                "%s: no space left on its volume: at least %d bytes are needed, %d are free; make room there"
                        .formatted(folder, needed, free),
                cause);
    }
}
