@NullMarked
package io.litestream4j.lease;

import org.jspecify.annotations.NullMarked;
