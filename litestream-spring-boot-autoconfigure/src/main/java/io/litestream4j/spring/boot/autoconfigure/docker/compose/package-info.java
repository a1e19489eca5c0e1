/** Connection details from services of Docker Compose. */
@NullMarked
package io.litestream4j.spring.boot.autoconfigure.docker.compose;

import org.jspecify.annotations.NullMarked;
