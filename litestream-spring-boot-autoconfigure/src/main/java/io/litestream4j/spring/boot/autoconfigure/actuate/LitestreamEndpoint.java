package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.spring.boot.autoconfigure.DatabaseView;
import io.litestream4j.spring.boot.autoconfigure.LitestreamDatabases;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;

/**
 * What is replicated to where and how far, and what the replicas hold. It only reads: {@code litestreamcontrol} is the one
 * that does things. The state of databases is read from memory; views of backups ask the replicas.
 */
@Endpoint(id = "litestream", defaultAccess = Access.READ_ONLY)
public final class LitestreamEndpoint {

    private static final List<String> VIEWS = List.of("generations", "restore-plan", "snapshots", "wal");

    private final LitestreamDatabases databases;
    private final Reports reports;
    private final BackupViews backups;
    private final RestorePlans plans;

    LitestreamEndpoint(LitestreamDatabases databases, Reports reports, BackupViews backups, RestorePlans plans) {
        this.databases = databases;
        this.reports = reports;
        this.backups = backups;
        this.plans = plans;
    }

    /** Everything, from memory. */
    @ReadOperation
    public LitestreamReport report() {
        return reports.all();
    }

    /**
     * One database, from memory.
     *
     * @throws InvalidEndpointRequestException when there is none of that name; it says which there are
     */
    @ReadOperation
    public DatabaseReport database(@Selector String database) {
        LitestreamReport all = reports.all();
        DatabaseReport found = all.databases().get(database);
        if (found == null) {
            throw new UnknownNameException("database", database, all.databases().keySet());
        }
        return found;
    }

    /**
     * What the replicas of a database hold.
     *
     * @param view "generations", "snapshots", "wal" or "restore-plan"
     * @param replica the only replica to ask; all when missing
     * @param generation the only generation; all when missing
     * @param timestamp for a plan: the time to restore to, ISO-8601; the newest state when missing
     * @param limit how many entries at most, the newest; 1000 when missing
     * @throws InvalidEndpointRequestException when a name or a value is wrong; it says what to write
     */
    @ReadOperation
    public Object backups(
            @Selector String database,
            @Selector String view,
            @Nullable String replica,
            @Nullable String generation,
            @Nullable String timestamp,
            @Nullable Integer limit) {
        DatabaseView found = find(database);
        BackupQuery query = BackupQuery.parse(replica, generation, timestamp, limit);
        return switch (view) {
            case "generations" -> backups.generations(found, query);
            case "snapshots" -> backups.snapshots(found, query);
            case "wal" -> backups.wal(found, query);
            case "restore-plan" -> plans.plan(found, query);
            default -> throw new UnknownNameException("view", view, VIEWS);
        };
    }

    private DatabaseView find(String name) {
        List<DatabaseView> views = databases.views();
        return views.stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new UnknownNameException("database", name, names(views)));
    }

    private static Collection<String> names(List<DatabaseView> views) {
        Set<String> names = new LinkedHashSet<>();
        views.forEach(view -> names.add(view.name()));
        return names;
    }
}
