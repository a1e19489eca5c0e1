package io.litestream4j.lease;

import java.security.SecureRandom;
import java.util.HexFormat;

/**
 * Who holds a lease.
 *
 * @param owner the local state that the writer works with; the same after a restart on the same disk
 * @param session this run of the writer
 * @param host name of its machine or container
 * @param pid its process there
 * @param process tells its process from every other one of the same running system; empty where that can't be told
 */
record LeaseHolder(String owner, String session, String host, long pid, String process) {

    private static final SecureRandom RANDOM = new SecureRandom();

    /** This process, about to write. */
    static LeaseHolder ofThisProcess(String owner) {
        long pid = ProcessHandle.current().pid();
        return new LeaseHolder(owner, randomId(), RunningSystem.hostName(), pid, RunningSystem.processId(pid));
    }

    static String randomId() {
        byte[] id = new byte[8];
        RANDOM.nextBytes(id);
        return HexFormat.of().formatHex(id);
    }

    /**
     * Whether that process has ended for certain: it ran on the very system that this one runs on, where its number is
     * free or was given to another process since.
     */
    boolean hasEnded() {
        if (!RunningSystem.isOfThisSystem(process)) {
            return false;
        }
        String now = RunningSystem.processId(pid);
        return !now.isEmpty() && !now.equals(process);
    }

    /** Whether the other one worked with the same local state on the same machine: a copy of a disk has another host. */
    boolean hasPlaceOf(LeaseHolder other) {
        return owner.equals(other.owner) && host.equals(other.host);
    }

    @Override
    public String toString() {
        return "process " + pid + " of host " + host;
    }
}
