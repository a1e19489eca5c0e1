/** A small notes application on a replicated SQLite database. */
@NullMarked
package io.litestream4j.sample;

import org.jspecify.annotations.NullMarked;
