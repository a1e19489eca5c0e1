package io.litestream4j.database;

import java.io.IOException;
import java.nio.file.Path;

/** Another replicator, such as a forgotten sidecar process, works on the same database. */
public class ForeignReplicatorException extends IOException {

    private static final long serialVersionUID = 1L;

    public ForeignReplicatorException(Path shadowFile) {
        super("another replicator works on this database: " + shadowFile
                + " was changed by somebody else; stop it (a litestream process?), then restart this application");
    }
}
