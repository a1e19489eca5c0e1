/** One writer per replica: a lease that is stored beside the generations, and names the one that counts. */
@NullMarked
package io.litestream4j.lease;

import org.jspecify.annotations.NullMarked;
