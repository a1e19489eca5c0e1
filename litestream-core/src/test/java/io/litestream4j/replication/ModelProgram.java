package io.litestream4j.replication;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.stream.Collectors;

/**
 * What is done to a database and its replica, step by step.
 *
 * @param settings chooses the engine's settings
 * @param steps in their order
 */
record ModelProgram(long settings, List<Step> steps) {

    /** What a step does; the weight says how often it is in a random program. */
    enum Kind {
        WRITE(20),
        ROLL_BACK(2),
        DDL(4),
        VACUUM(2),
        PAGE_SIZE(1),
        JOURNAL_MODE(2),
        CHECKPOINT(4),
        AUTOCHECKPOINT(2),
        READER(4),
        OTHER_WRITE(3),
        OTHER_CHECKPOINT(4),
        OTHER_READER(2),
        OTHER_LEAVES(2),
        OTHER_KILLED(1),
        BURST(8),
        JOIN(2),
        IDLE(4),
        START(5),
        STOP(2),
        STOP_CONNECTED(1),
        RESTART(4),
        KILL(5),
        KILL_DURING(4),
        SAVE_VOLUME(3),
        OLDER_VOLUME(2),
        REPLACE(1),
        EMPTY(1),
        DELETE(1),
        REPLACE_RUNNING(1),
        DELETE_RUNNING(1),
        WEATHER(6),
        CLOCK(3),
        SKEW(2),
        RETENTION(3),
        SNAPSHOT(3),
        SEAL(4),
        VALIDATE(1),
        ACKNOWLEDGE(12),
        RESTORE(8),
        RESTORE_TIME(5),
        RESTORE_INDEX(4);

        private final int weight;

        Kind(int weight) {
            this.weight = weight;
        }
    }

    /** @param value chooses between the variants of a step */
    record Step(Kind kind, int value) {

        static Step parse(String text) {
            String[] words = text.trim().split(" ", -1);
            return new Step(
                    Kind.valueOf(words[0].replace('-', '_').toUpperCase(Locale.ROOT)), Integer.parseInt(words[1]));
        }

        @Override
        public String toString() {
            return kind.name().toLowerCase(Locale.ROOT).replace('_', '-') + " " + value;
        }
    }

    ModelProgram {
        steps = List.copyOf(steps);
    }

    /** A program as it is printed, without the settings. */
    static ModelProgram of(long settings, String... steps) {
        return new ModelProgram(settings, Arrays.stream(steps).map(Step::parse).toList());
    }

    static ModelProgram random(Random random) {
        int total = Arrays.stream(Kind.values()).mapToInt(kind -> kind.weight).sum();
        List<Step> steps = new ArrayList<>();
        int length = 8 + random.nextInt(30);
        while (steps.size() < length) {
            int at = random.nextInt(total);
            Kind chosen = null;
            for (Kind kind : Kind.values()) {
                at -= kind.weight;
                if (at < 0) {
                    chosen = kind;
                    break;
                }
            }
            steps.add(new Step(chosen, random.nextInt(1000)));
        }
        return new ModelProgram(random.nextInt(1000), steps);
    }

    ModelProgram with(List<Step> others) {
        return new ModelProgram(settings, others);
    }

    /** In the form in which it is pasted into a test. */
    @Override
    public String toString() {
        return steps.stream()
                .map(step -> "        \"" + step + "\"")
                .collect(Collectors.joining(",\n", "run(\n        " + settings + ",\n", ");"));
    }
}
