package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicationStatus;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.actuate.info.Info;
import org.springframework.boot.actuate.info.InfoContributor;
import org.sqlite.JDBC;

/**
 * What {@code /actuator/info} says: versions, the names of the databases, and the kind of each replica. Nothing that can
 * change by the minute, and no URLs.
 */
final class LitestreamInfoContributor implements InfoContributor {

    private static final Logger LOG = LoggerFactory.getLogger(LitestreamInfoContributor.class);

    private final LitestreamDatabases databases;
    private final Map<String, String> versions;

    LitestreamInfoContributor(LitestreamDatabases databases) {
        this.databases = databases;
        this.versions = versions();
    }

    @Override
    public void contribute(Info.Builder builder) {
        Map<String, Object> details = new LinkedHashMap<>(versions);
        details.put("databases", new TreeSet<>(databases.names()));
        details.put("replicas", replicas());
        builder.withDetail("litestream", details);
    }

    private Map<String, Map<String, String>> replicas() {
        Map<String, Map<String, String>> replicas = new TreeMap<>();
        for (String name : databases.names()) {
            databases.find(name).ifPresent(database -> replicas.put(name, types(database.status())));
        }
        return replicas;
    }

    private static Map<String, String> types(ReplicationStatus status) {
        Map<String, String> types = new LinkedHashMap<>();
        status.replicas().forEach(replica -> types.put(replica.name(), replica.type()));
        return types;
    }

    /** What isn't known, such as our own version outside of a jar, is left out. */
    private static Map<String, String> versions() {
        Map<String, String> versions = new LinkedHashMap<>();
        String own = LitestreamInfoContributor.class.getPackage().getImplementationVersion();
        if (own != null) {
            versions.put("version", own);
        }
        String sqlite = sqliteVersion();
        if (sqlite != null) {
            versions.put("sqliteVersion", sqlite);
        }
        return versions;
    }

    private static @Nullable String sqliteVersion() {
        try (Connection connection = JDBC.createConnection("jdbc:sqlite::memory:", new Properties());
                Statement statement = connection.createStatement();
                ResultSet version = statement.executeQuery("select sqlite_version()")) {
            return version.next() ? version.getString(1) : null;
        } catch (SQLException e) {
            LOG.debug("Litestream: SQLite's version is not known", e);
            return null;
        }
    }
}
