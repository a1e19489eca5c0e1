/** Meters and observations of replicated databases, for applications with Micrometer. */
@NullMarked
package io.litestream4j.spring.boot.autoconfigure.metrics;

import org.jspecify.annotations.NullMarked;
