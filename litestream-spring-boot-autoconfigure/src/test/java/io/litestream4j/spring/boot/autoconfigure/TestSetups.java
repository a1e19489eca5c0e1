package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replication.ReplicaSettings;
import io.litestream4j.replication.ReplicationSettings;
import io.litestream4j.restore.IntegrityCheck;
import io.litestream4j.restore.OnDamage;
import java.nio.file.Path;
import java.util.List;

/** Databases as the properties would describe them. */
final class TestSetups {

    private TestSetups() {}

    static DatabaseSetup of(Path database, Path replica) {
        return new DatabaseSetup(
                "main",
                database,
                "spring.datasource.url",
                List.of(new DatabaseSetup.ReplicaSetup(
                        "file", ReplicaUrl.file("litestream.replica-url", replica), ReplicaSettings.defaults(), null)),
                ReplicationSettings.defaults(),
                new DatabaseSetup.RestoreSetup(
                        "litestream.databases.main.restore.",
                        DatabaseKeys.RestoreMode.IF_MISSING,
                        false,
                        null,
                        null,
                        null,
                        null,
                        null,
                        IntegrityCheck.QUICK,
                        OnDamage.FAIL,
                        false));
    }
}
