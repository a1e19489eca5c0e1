/** A replica in a directory. */
@NullMarked
package io.litestream4j.replica.file;

import org.jspecify.annotations.NullMarked;
