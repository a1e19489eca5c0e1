/**
 * The vocabulary that every part of the engine shares: generations, positions, and what a replica holds. Depends on
 * nothing else of ours.
 */
@NullMarked
package io.litestream4j;

import org.jspecify.annotations.NullMarked;
