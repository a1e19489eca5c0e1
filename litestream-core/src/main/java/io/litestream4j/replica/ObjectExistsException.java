package io.litestream4j.replica;

import java.io.IOException;

/** An object of that name is stored already, with other bytes: somebody else writes here, or history was rolled back. */
public class ObjectExistsException extends IOException {

    private static final long serialVersionUID = 1L;

    public ObjectExistsException(String object) {
        super(object + ": exists on the replica with other bytes");
    }
}
