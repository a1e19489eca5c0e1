package io.litestream4j.lease;

import io.litestream4j.Generation;
import io.litestream4j.replica.Replica;
import io.litestream4j.replica.ReplicaClient;
import io.litestream4j.replica.StoredLease;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The right to write to one replica, as long as it is renewed. Whoever takes an expired lease begins a generation of its
 * own, so two histories never mix: who has lost the lease finds out before the next upload, and never writes again.
 *
 * <p>The lease also names the generation that counts. It is named when its first snapshot is stored, and before anything
 * in it is confirmed; a restore prefers it to whatever a late writer adds to those before it.
 *
 * <p>An expired lease is one that is older than its time by the storage's clock, or that this instance has seen unchanged
 * for that time by its own: no clock of another machine is asked. A lease is free at once when it was released, when its
 * process has ended for certain, or when it was held with this very local state, whose lock the caller has.
 *
 * <p>Safe for use by several threads. Only the calls that say so send requests.
 */
public final class ReplicaLease {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaLease.class);
    private static final int ATTEMPTS = 3;

    private final Replica replica;
    private final ReplicaClient client;
    private final LeaseSettings settings;
    private final LeaseOwner owner;
    private final Clock clock;
    private final LongSupplier nanoTime;
    private final boolean kept;
    private final ReentrantLock requests = new ReentrantLock();

    // under the lock of requests
    private @Nullable LeaseHolder self;
    private @Nullable LeaseRecord record;
    private @Nullable String version;
    private @Nullable String observedVersion;
    private long observedSince;
    private long nextRenewal;

    private volatile @Nullable LeaseLostException lost;
    private volatile @Nullable Validity validity;
    private volatile @Nullable LeaseStatus status;

    /**
     * By both clocks: the monotonic one may stand still while a machine is suspended, the other one may be set back.
     */
    private record Validity(long untilNanos, Instant until) {}

    /**
     * A lease that isn't taken yet.
     *
     * @param owner asked for when it is taken
     */
    public ReplicaLease(Replica replica, LeaseSettings settings, LeaseOwner owner, Clock clock) {
        this(replica, settings, owner, clock, System::nanoTime);
    }

    ReplicaLease(Replica replica, LeaseSettings settings, LeaseOwner owner, Clock clock, LongSupplier nanoTime) {
        this.replica = replica;
        this.client = replica.client();
        this.settings = settings;
        this.owner = owner;
        this.clock = clock;
        this.nanoTime = nanoTime;
        this.kept = settings.enabled() && client.keepsLease();
    }

    /** The replica that it is about. */
    public Replica replica() {
        return replica;
    }

    /**
     * Takes the lease if it is free; asks the storage, unless it is taken already.
     *
     * @return who holds it; empty when this instance does, or no lease is kept
     * @throws LeaseLostException when this instance has lost it before
     * @throws IOException when the storage can't be asked, or holds something else in its place
     */
    public Optional<HeldLease> tryTake() throws IOException {
        requests.lock();
        try {
            LeaseLostException problem = lost;
            if (problem != null) {
                throw problem;
            }
            if (!kept) {
                return Optional.empty();
            }
            if (record == null) {
                return take();
            }
            if (!isValid()) {
                renew();
            }
            return Optional.empty();
        } finally {
            requests.unlock();
        }
    }

    /**
     * Requires that nobody else writes. Asks the storage only when the lease isn't taken yet, or has expired.
     *
     * @throws LeaseHeldException when somebody else has it
     * @throws LeaseLostException when somebody else has taken it from this instance
     */
    public void requireHeld() throws IOException {
        LeaseLostException problem = lost;
        if (problem != null) {
            throw problem;
        }
        if (kept && !isValid()) {
            requests.lock();
            try {
                Optional<HeldLease> held = tryTake();
                if (held.isPresent()) {
                    throw new LeaseHeldException(replica, held.get());
                }
                if (!isValid()) {
                    renew();
                }
            } finally {
                requests.unlock();
            }
        }
    }

    /**
     * Renews a lease of which half the time is over. What goes wrong with that is tried again later, and only matters when
     * the lease has expired.
     *
     * @throws LeaseLostException when somebody else has taken it from this instance
     */
    public void renewIfDue() throws LeaseLostException {
        if (!kept || !requests.tryLock()) {
            return; // who has the lock is about to renew
        }
        try {
            if (record != null && nanoTime.getAsLong() - nextRenewal >= 0) {
                nextRenewal = nanoTime.getAsLong() + settings.ttl().dividedBy(8).toNanos();
                renew();
            }
        } catch (LeaseLostException e) {
            throw e;
        } catch (IOException e) {
            LOG.debug("{}: the lease is not renewed: {}", replica, e.toString());
        } finally {
            requests.unlock();
        }
    }

    /**
     * Announces a generation, before its first object is stored. What arrives of it after another instance has taken the
     * lease, and named its own, doesn't count.
     *
     * @throws LeaseLostException when somebody else has taken the lease from this instance
     */
    public void begins(Generation generation) throws IOException {
        if (!kept) {
            return;
        }
        requests.lock();
        try {
            requireHeld();
            LeaseRecord present = record;
            if (present != null
                    && !generation.equals(present.generation())
                    && !present.beginnings().contains(generation)) {
                store(present.beginning(generation));
            }
        } finally {
            requests.unlock();
        }
    }

    /**
     * Makes a generation the one that counts. Its first snapshot is on the replica; nothing in it is confirmed yet.
     *
     * @param held asked for all that the replica holds, unless the generation is named already
     * @throws LeaseLostException when somebody else has taken the lease from this instance
     */
    public void name(Generation generation, HeldGenerations held) throws IOException {
        if (!kept) {
            return;
        }
        requests.lock();
        try {
            requireHeld();
            LeaseRecord present = record;
            if (present != null && !generation.equals(present.generation())) {
                store(present.naming(generation, held.positions()));
            }
        } finally {
            requests.unlock();
        }
    }

    /** Whether a lease is kept at all. */
    public boolean isKept() {
        return kept;
    }

    /** Whether the lease, which this instance holds, says of two generations which one is newer. */
    public boolean supersedes(Generation newer, Generation older) {
        requests.lock();
        try {
            LeaseRecord present = record;
            return present != null
                    && newer.equals(present.generation())
                    && present.supersedes().containsKey(older);
        } finally {
            requests.unlock();
        }
    }

    /** Gives it back, if this instance holds it: then a successor need not wait. Never throws. */
    public void release() {
        requests.lock();
        try {
            LeaseRecord present = record;
            String stored = version;
            record = null;
            validity = null;
            if (present != null && stored != null) {
                String ignored =
                        client.storeLease(present.release(clock.instant()).toText(), stored);
                status = null;
            }
        } catch (IOException e) {
            LOG.debug("{}: the lease is not given back: {}", replica, e.toString());
        } finally {
            requests.unlock();
        }
    }

    /** Whether this instance holds it, or none is kept. */
    public boolean isHeld() {
        return !kept || (lost == null && validity != null);
    }

    /** The generation that counts, by a lease that this instance holds; null before the first one. */
    public @Nullable Generation counting() {
        requests.lock();
        try {
            LeaseRecord present = record;
            return present == null ? null : present.generation();
        } finally {
            requests.unlock();
        }
    }

    /**
     * Whether the replica holds what another local state has written, and the database here is not its continuation:
     * neither the same generation nor restored from it.
     *
     * @param current the generation that is written here; null before the first one
     * @return says so, and what to do; empty when all is well, when it is to be ignored, or when the lease isn't held
     */
    public Optional<String> newerBackup(@Nullable Generation current) throws IOException {
        requests.lock();
        try {
            LeaseRecord present = record;
            Generation counting = present == null ? null : present.generation();
            boolean well = present == null
                    || counting == null
                    || settings.onNewerBackup() == OnNewerBackup.IGNORE
                    || counting.equals(current)
                    || present.namedBy().equals(owner.id())
                    || owner.adopted().contains(counting);
            return well
                    ? Optional.empty()
                    : Optional.of(("another instance has written generation %s there, and the database here is not its"
                                    + " continuation: going on with it would bury what that one has committed. To take"
                                    + " over its newest state start once with litestream.restore.mode=replace, which"
                                    + " keeps the present file aside; to go on with the state that is here start once"
                                    + " with litestream.lease.on-newer-backup=ignore")
                            .formatted(counting));
        } finally {
            requests.unlock();
        }
    }

    /** As {@link #newerBackup(Generation)}, for the generation that the local state knows. */
    Optional<String> newerBackup() throws IOException {
        return newerBackup(owner.current().orElse(null));
    }

    /**
     * Gives it back for good, because of {@link #newerBackup}.
     *
     * @return says so
     */
    public LeaseLostException refuse(String reason) {
        LeaseLostException problem = new LeaseLostException(replica, reason);
        lost = problem;
        release();
        return problem;
    }

    /** What is known of it; null before the storage was asked, or when no lease is kept. */
    public @Nullable LeaseStatus status() {
        return status;
    }

    private boolean isValid() {
        Validity now = validity;
        return now != null
                && nanoTime.getAsLong() - now.untilNanos < 0
                && clock.instant().isBefore(now.until);
    }

    private Optional<HeldLease> take() throws IOException {
        LeaseHolder me = self;
        if (me == null) {
            me = LeaseHolder.ofThisProcess(owner.id());
            self = me;
        }
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            StoredLease stored = client.readLease();
            LeaseRecord present = stored == null ? null : LeaseRecord.parse(stored, client.url());
            if (stored != null && present != null && !isFree(present, stored, me)) {
                return Optional.of(heldByOther(present, stored));
            }
            if (put(next(present, me), stored == null ? null : stored.version())) {
                taken(present, me);
                return Optional.empty();
            }
        }
        throw new IOException(replica + ": the lease changes each time that it is asked for");
    }

    private LeaseRecord next(@Nullable LeaseRecord present, LeaseHolder me) {
        Instant now = clock.instant();
        return present == null ? LeaseRecord.first(me, now, settings.ttl()) : present.takenBy(me, now, settings.ttl());
    }

    private void taken(@Nullable LeaseRecord before, LeaseHolder me) {
        if (before == null || before.holder().owner().equals(me.owner())) {
            return;
        }
        LOG.info(
                "{}: the lease is taken over, {} had it since {}{}",
                replica,
                before.holder(),
                before.taken(),
                before.released() ? " and gave it back" : "");
    }

    private boolean isFree(LeaseRecord present, StoredLease stored, LeaseHolder me) {
        return present.released()
                || present.holder().session().equals(me.session())
                || me.hasPlaceOf(present.holder())
                || present.holder().hasEnded()
                || remaining(present, stored).isNegative();
    }

    private Duration remaining(LeaseRecord present, StoredLease stored) {
        long now = nanoTime.getAsLong();
        if (!stored.version().equals(observedVersion)) {
            observedVersion = stored.version();
            observedSince = now;
        }
        Duration observed = Duration.ofNanos(now - observedSince);
        Duration age = observed.compareTo(stored.age()) > 0 ? observed : stored.age();
        return present.ttl().minus(age);
    }

    private HeldLease heldByOther(LeaseRecord present, StoredLease stored) {
        Duration remaining = remaining(present, stored);
        status = new LeaseStatus(
                present.holder().toString(), false, clock.instant().plus(remaining), present.generation());
        return new HeldLease(present.holder().toString(), present.taken(), remaining);
    }

    private void renew() throws IOException {
        LeaseRecord present = record;
        if (present != null) {
            store(present.renewedAt(clock.instant()));
        }
    }

    private void store(LeaseRecord next) throws IOException {
        if (put(next, version)) {
            return;
        }
        for (int attempt = 1; attempt <= ATTEMPTS; attempt++) {
            StoredLease stored = client.readLease();
            LeaseRecord present = stored == null ? null : LeaseRecord.parse(stored, client.url());
            if (present != null
                    && !present.holder().session().equals(next.holder().session())) {
                throw lostTo(present);
            }
            // it was deleted, or an answer to us was lost
            if (put(next, stored == null ? null : stored.version())) {
                return;
            }
        }
        throw new IOException(replica + ": the lease changes each time that it is renewed");
    }

    private LeaseLostException lostTo(LeaseRecord present) {
        LeaseLostException problem = new LeaseLostException(replica, present);
        lost = problem;
        record = null;
        validity = null;
        status = new LeaseStatus(
                present.holder().toString(), false, clock.instant().plus(present.ttl()), present.generation());
        return problem;
    }

    /** Returns whether it is stored. The time counts from before the request: it isn't known when it arrives. */
    private boolean put(LeaseRecord next, @Nullable String expected) throws IOException {
        long sent = nanoTime.getAsLong();
        Instant sentAt = clock.instant();
        String stored = client.storeLease(next.toText(), expected);
        if (stored == null) {
            return false;
        }
        Duration ttl = next.ttl().minus(next.ttl().dividedBy(10));
        record = next;
        version = stored;
        nextRenewal = sent + next.ttl().dividedBy(2).toNanos();
        validity = new Validity(sent + ttl.toNanos(), sentAt.plus(ttl));
        status = new LeaseStatus(next.holder().toString(), true, sentAt.plus(next.ttl()), next.generation());
        return true;
    }
}
