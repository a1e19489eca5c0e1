/**
 * Durable changes to files: the one place that knows in which order to write, fsync and rename; and how what others wrote
 * is shown. Internal.
 */
@NullMarked
package io.litestream4j.io;

import org.jspecify.annotations.NullMarked;
