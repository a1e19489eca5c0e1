/** Where backups live: the contract of a backend, the names of its objects, and their compression. */
@NullMarked
package io.litestream4j.replica;

import org.jspecify.annotations.NullMarked;
