package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.database.LocalState;
import io.litestream4j.lease.LeaseOwner;
import java.io.IOException;
import java.util.Optional;
import java.util.Set;

/** What the folder beside a database says of it to a lease. */
final class LocalLeaseOwner implements LeaseOwner {

    private final LocalState local;

    LocalLeaseOwner(LocalState local) {
        this.local = local;
    }

    @Override
    public String id() throws IOException {
        return local.owner();
    }

    @Override
    public Set<Generation> adopted() throws IOException {
        return local.adopted();
    }

    @Override
    public Optional<Generation> current() throws IOException {
        return local.currentGeneration();
    }
}
