/** The live database inside this process: its WAL, the shadow WAL, sealing, and the only channel on its file. */
@NullMarked
package io.litestream4j.database;

import org.jspecify.annotations.NullMarked;
