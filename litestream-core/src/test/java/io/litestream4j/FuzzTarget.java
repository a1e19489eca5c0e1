package io.litestream4j;

import java.util.List;

/** Code that is given any bytes. Public, with a constructor without arguments; see {@link FuzzTargetsTest}. */
public interface FuzzTarget {

    /** Throws when something is wrong with how these bytes are treated; that they are refused is right. */
    void accept(byte[] input) throws Exception;

    /** Inputs to begin with. */
    List<byte[]> seeds() throws Exception;
}
