/** From a replica to a database file: choose, plan, fetch, prove, apply, publish. */
@NullMarked
package io.litestream4j.restore;

import org.jspecify.annotations.NullMarked;
