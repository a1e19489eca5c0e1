package io.litestream4j.spring.boot.autoconfigure;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.util.ClassUtils;
import org.sqlite.SQLiteDataSource;

/** What a DataSource opens, seen from the DataSource itself. */
final class DataSourceUrl {

    private static final Logger LOG = LoggerFactory.getLogger(DataSourceUrl.class);
    private static final boolean HIKARI = ClassUtils.isPresent("com.zaxxer.hikari.HikariDataSource", null);

    private DataSourceUrl() {}

    /** The SQLite file behind it, found without opening it; empty when it doesn't tell or isn't SQLite. */
    static Optional<SqliteUrl> unopened(DataSource dataSource) {
        try {
            if (HIKARI && dataSource.isWrapperFor(HikariDataSource.class)) {
                return Hikari.url(dataSource);
            }
            if (dataSource.isWrapperFor(SQLiteDataSource.class)) {
                SQLiteDataSource sqlite = dataSource.unwrap(SQLiteDataSource.class);
                return SqliteUrl.parse(sqlite.getUrl())
                        .map(url -> url.with(sqlite.getConfig().toProperties()));
            }
        } catch (SQLException | RuntimeException e) {
            // a routing DataSource without a route, for one
            LOG.debug("The URL of {} can't be read", dataSource.getClass(), e);
        }
        return Optional.empty();
    }

    /** The SQLite file behind it; borrows a connection when there is no other way. */
    static Optional<SqliteUrl> opened(DataSource dataSource) {
        Optional<SqliteUrl> unopened = unopened(dataSource);
        if (unopened.isPresent()) {
            return unopened;
        }
        try (Connection connection = dataSource.getConnection()) {
            String url = connection.getMetaData().getURL();
            return url == null ? Optional.empty() : SqliteUrl.parse(url);
        } catch (SQLException | RuntimeException e) {
            LOG.debug("The URL of {} can't be read", dataSource.getClass(), e);
            return Optional.empty();
        }
    }

    /** Apart, so that HikariCP may be missing. */
    private static final class Hikari {

        static Optional<SqliteUrl> url(DataSource dataSource) throws SQLException {
            HikariDataSource pool = dataSource.unwrap(HikariDataSource.class);
            DataSource inner = pool.getDataSource();
            if (pool.getJdbcUrl() == null) {
                return inner == null ? Optional.empty() : unopened(inner);
            }
            Optional<SqliteUrl> url = SqliteUrl.parse(pool.getJdbcUrl());
            return url.map(found -> found.with(pool.getDataSourceProperties()));
        }
    }
}
