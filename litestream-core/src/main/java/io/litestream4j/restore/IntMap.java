package io.litestream4j.restore;

import java.util.Arrays;

/** A map from page numbers, which are never 0, to slots. Grows; forgets only everything at once. Not thread-safe. */
final class IntMap {

    /** What {@link #get} returns for a key that isn't there. */
    static final int NONE = -1;

    private int[] keys = new int[64];
    private int[] values = new int[64];
    private int size;

    int get(int key) {
        int i = find(key);
        return keys[i] == 0 ? NONE : values[i];
    }

    void put(int key, int value) {
        int i = find(key);
        if (keys[i] == 0) {
            keys[i] = key;
            size++;
        }
        values[i] = value;
        if (size * 2 > keys.length) {
            grow();
        }
    }

    int size() {
        return size;
    }

    /** The keys, as unsigned numbers in ascending order. */
    int[] sortedKeys() {
        return Arrays.stream(keys)
                .filter(key -> key != 0)
                .map(key -> key ^ Integer.MIN_VALUE)
                .sorted()
                .map(key -> key ^ Integer.MIN_VALUE)
                .toArray();
    }

    void clear() {
        if (size > 0) {
            Arrays.fill(keys, 0);
            size = 0;
        }
    }

    private int find(int key) {
        int mask = keys.length - 1;
        int i = ((key * 0x9E3779B9) >>> 7) & mask;
        while (keys[i] != 0 && keys[i] != key) {
            i = (i + 1) & mask;
        }
        return i;
    }

    private void grow() {
        int[] oldKeys = keys;
        int[] oldValues = values;
        keys = new int[oldKeys.length * 2];
        values = new int[oldKeys.length * 2];
        for (int i = 0; i < oldKeys.length; i++) {
            if (oldKeys[i] != 0) {
                int to = find(oldKeys[i]);
                keys[to] = oldKeys[i];
                values[to] = oldValues[i];
            }
        }
    }
}
