/** What the actuator shows of replication, and what can be asked for through it: endpoints and health. */
@NullMarked
package io.litestream4j.spring.boot.autoconfigure.actuate;

import org.jspecify.annotations.NullMarked;
