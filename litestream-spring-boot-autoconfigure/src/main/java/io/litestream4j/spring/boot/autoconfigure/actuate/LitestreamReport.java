package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.util.Map;

/**
 * Everything that is known of replication.
 *
 * @param status the health: UP, UNKNOWN, DEGRADED or DOWN
 * @param databases by name
 */
public record LitestreamReport(String status, Map<String, DatabaseReport> databases) {}
