/** SQLite's write-ahead log as bytes: headers, checksums and the walk over valid frames. No policy, no JDBC. */
@NullMarked
package io.litestream4j.wal;

import org.jspecify.annotations.NullMarked;
