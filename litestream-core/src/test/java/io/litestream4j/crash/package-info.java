@org.jspecify.annotations.NullMarked
package io.litestream4j.crash;
