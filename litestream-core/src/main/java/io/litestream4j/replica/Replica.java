package io.litestream4j.replica;

/**
 * A named destination of a database's backups.
 *
 * @param name unique among the replicas of one database; used in logs, status and configuration
 * @param client talks to its storage; closed by whoever created it
 */
public record Replica(String name, ReplicaClient client) {

    public Replica {
        if (name.isBlank()) {
            throw new IllegalArgumentException("a replica needs a name");
        }
    }

    @Override
    public String toString() {
        return name + " (" + client.url() + ")";
    }
}
