/** Auto-configuration of continuous replication in a Spring Boot application. */
@NullMarked
package io.litestream4j.spring.boot.autoconfigure;

import org.jspecify.annotations.NullMarked;
