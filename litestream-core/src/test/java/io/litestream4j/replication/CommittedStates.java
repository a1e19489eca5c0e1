package io.litestream4j.replication;

import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.replication.ModelLedger.Event;
import io.litestream4j.replication.ModelLedger.Line;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * The oracle: every state that was ever committed, in lineages. A lineage is what one file went through; where the volume
 * is rolled back to an older copy another lineage begins with the state of that copy, where the file is replaced one
 * begins with nothing. Of a lineage only the states that are its own are in its list, the state that it forked from first.
 */
final class CommittedStates {

    private record State(String digest, long time) {}

    private static final class Lineage {
        final List<State> states = new ArrayList<>();

        int lastIndexOf(String digest) {
            for (int i = states.size() - 1; i >= 0; i--) {
                if (states.get(i).digest().equals(digest)) {
                    return i;
                }
            }
            return -1;
        }
    }

    private record Acknowledgement(int lineage, int state, long time, String position) {}

    private final List<Lineage> lineages = new ArrayList<>(List.of(new Lineage()));
    private final List<Acknowledgement> acknowledgements = new ArrayList<>();
    private Line open;
    private int asked = -1;
    private boolean unresolved;

    /**
     * What was about to be committed when the process was killed, and wasn't: another process kept the shared memory, which
     * doesn't know it. When the last process has gone SQLite reads the WAL from its file, and finds it, unless it was
     * overwritten.
     */
    private Line hidden;

    void add(Line line) {
        switch (line.event()) {
            case INTENT, CHANGE -> open = line;
            case COMMITTED -> {
                append(new State(line.digest(), open == null ? line.time() : open.time()));
                open = null;
            }
            case ASKED -> asked = current().states.size() - 1;
            case ACKNOWLEDGED ->
                acknowledgements.add(new Acknowledgement(lineages.size() - 1, asked, line.time(), line.digest()));
            default -> throw new IllegalStateException(line.toString());
        }
    }

    private void append(State state) {
        Lineage lineage = current();
        State last = lineage.states.isEmpty() ? null : lineage.states.get(lineage.states.size() - 1);
        if (last == null || !last.digest().equals(state.digest())) {
            lineage.states.add(state);
            hidden = null;
        }
    }

    private Lineage current() {
        return lineages.get(lineages.size() - 1);
    }

    int size() {
        return lineages.stream().mapToInt(lineage -> lineage.states.size()).sum();
    }

    String newest() {
        return current().states.isEmpty()
                ? "empty"
                : current().states.get(current().states.size() - 1).digest();
    }

    /** The process was killed: what it was about to commit may be committed or not. */
    void killed() {
        unresolved |= open != null;
    }

    /** What the database is after a kill; it must be what was committed last, or what was about to be. */
    void found(String digest, long time) {
        if (!digest.equals(newest())) {
            if (open == null && hidden != null && hidden.digest().equals(digest)) {
                open = hidden;
            }
            boolean expected = open == null
                    ? current().states.isEmpty()
                    : open.event() == Event.CHANGE || open.digest().equals(digest);
            if (!expected) {
                throw new AssertionError(
                        "the database is in state %s, expected %s or %s".formatted(digest, newest(), open));
            }
            append(new State(digest, open == null ? time : open.time()));
        } else if (open != null && open.event() == Event.INTENT) {
            hidden = open;
        }
        open = null;
        unresolved = false;
    }

    /** The volume is an older copy; what it holds is found when it is opened. */
    void rolledBack(String digest, long time) {
        forgetOpen();
        for (int i = lineages.size() - 1; i >= 0; i--) {
            if (lineages.get(i).lastIndexOf(digest) >= 0) {
                Lineage fork = new Lineage();
                fork.states.add(new State(digest, time));
                lineages.add(fork);
                return;
            }
        }
        throw new AssertionError("the older copy is in state " + digest + ", which was never committed");
    }

    /** Another database is in the place of this one; null when there is none. */
    void replaced(String digest, long time) {
        forgetOpen();
        lineages.add(new Lineage());
        if (digest != null) {
            append(new State(digest, time));
        }
    }

    /** Whether it was committed before the kill is never known now: it may have been, and may have been shipped. */
    private void forgetOpen() {
        if (open != null && open.event() == Event.INTENT) {
            append(new State(open.digest(), open.time()));
        }
        open = null;
        unresolved = false;
    }

    boolean wasAcknowledgedAt(long time) {
        return acknowledgements.stream().anyMatch(a -> a.time() <= time);
    }

    List<Long> acknowledgedAt() {
        return acknowledgements.stream().map(Acknowledgement::time).toList();
    }

    /** Why a restored state is wrong; null when it is right. */
    String problemOf(String digest, long notAfter, boolean mayBeOlder) {
        return problemOf(digest, notAfter, mayBeOlder, a -> a.time() <= notAfter);
    }

    /** The same for a restore of a generation, up to an index. */
    String problemOf(String digest, Generation generation, int index) {
        return problemOf(digest, Long.MAX_VALUE, false, a -> {
            Position position = a.position().equals("-") ? null : Position.parse(a.position());
            return position != null && position.generation().equals(generation) && position.index() <= index;
        });
    }

    private String problemOf(
            String digest, long notAfter, boolean mayBeOlder, Predicate<Acknowledgement> acknowledged) {
        int lineage = 0;
        int state = 0;
        if (!mayBeOlder) {
            for (Acknowledgement one : acknowledgements) {
                if (acknowledged.test(one)) {
                    lineage = one.lineage();
                    state = one.state();
                }
            }
        }
        boolean known = false;
        long earliest = Long.MAX_VALUE;
        for (int i = 0; i < lineages.size(); i++) {
            List<State> states = lineages.get(i).states;
            for (int j = 0; j < states.size(); j++) {
                if (states.get(j).digest().equals(digest)) {
                    known = true;
                    earliest = Math.min(earliest, states.get(j).time());
                    boolean late = i > lineage || (i == lineage && j >= state);
                    if (late && states.get(j).time() <= notAfter) {
                        return null;
                    }
                }
            }
        }
        if (!known
                && unresolved
                && open != null
                && (open.event() == Event.CHANGE || open.digest().equals(digest))) {
            return null;
        }
        return known
                ? "%s was committed at %d in %s, expected a state at or after number %d of lineage %d, not after %d"
                        .formatted(digest, earliest, where(digest), state, lineage, notAfter)
                : digest + " was never committed";
    }

    private String where(String digest) {
        StringBuilder places = new StringBuilder();
        for (int i = 0; i < lineages.size(); i++) {
            int index = lineages.get(i).lastIndexOf(digest);
            places.append(index < 0 ? "" : "lineage %d number %d ".formatted(i, index));
        }
        return places.toString();
    }
}
