/** Connection details from containers of Testcontainers. */
@NullMarked
package io.litestream4j.spring.boot.autoconfigure.testcontainers;

import org.jspecify.annotations.NullMarked;
