package io.litestream4j.replication;

import io.litestream4j.replication.ModelProgram.Step;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;

/** Steps of others than the application: another process, and what happens to the volume. */
final class ModelTroubles {

    private final ModelRun run;
    private final ModelSteps steps;

    ModelTroubles(ModelRun run, ModelSteps steps) {
        this.run = run;
        this.steps = steps;
    }

    void step(Step step, long seed) throws Exception {
        int value = step.value();
        switch (step.kind()) {
            case OTHER_WRITE -> other("write %d 2 500".formatted(seed));
            case OTHER_CHECKPOINT ->
                other("change pragma busy_timeout=100;pragma wal_checkpoint(%s);pragma busy_timeout=20000"
                        .formatted(ModelSteps.MODES[value % 4]));
            case OTHER_READER -> {
                other(run.otherReading ? "reader-close" : "reader-open");
                run.otherReading = !run.otherReading;
            }
            case OTHER_LEAVES -> otherLeaves();
            case OTHER_KILLED -> run.killOther();
            case SAVE_VOLUME -> {
                if (run.states.size() > 0 && run.volume.exists()) {
                    run.saveVolume();
                }
            }
            case OLDER_VOLUME -> bringOlderVolume(value);
            case REPLACE, EMPTY, DELETE -> damage(step.kind(), value, seed);
            case REPLACE_RUNNING, DELETE_RUNNING -> damageRunning(step.kind(), value, seed);
            default -> throw new IllegalArgumentException(step.toString());
        }
    }

    private void otherConnected() throws IOException {
        steps.connect();
        steps.join();
        if (!run.otherConnected) {
            ModelRun.require(run.askOther("connect"));
            run.otherConnected = true;
        }
    }

    private void other(String line) throws IOException {
        otherConnected();
        String ignored = run.askOther(line);
    }

    void otherLeaves() throws IOException {
        if (run.otherConnected) {
            ModelRun.require(run.askOther("disconnect"));
            run.otherConnected = false;
            run.otherReading = false;
        }
    }

    private void bringOlderVolume(int value) throws IOException {
        if (!run.volume.hasCopy()) {
            return;
        }
        otherLeaves();
        if (value % 2 == 0) {
            run.kill(0);
        } else {
            steps.stop();
        }
        run.volume.bringBack();
        run.volumeIsOlder();
    }

    private void damage(ModelProgram.Kind kind, int value, long seed) throws Exception {
        if (run.states.size() == 0) {
            return;
        }
        otherLeaves();
        if (value % 2 == 0) {
            run.kill(0);
        } else {
            steps.stop();
        }
        change(kind, seed);
    }

    private void change(ModelProgram.Kind kind, long seed) throws Exception {
        switch (kind) {
            case REPLACE, REPLACE_RUNNING -> run.volumeIsAnother(run.volume.replace(seed));
            case EMPTY -> {
                run.volume.empty();
                run.volumeIsAnother(null);
            }
            default -> {
                run.volume.lose();
                run.volumeIsAnother(null);
            }
        }
    }

    private void damageRunning(ModelProgram.Kind kind, int value, long seed) throws Exception {
        if (!run.running || run.states.size() == 0) {
            return;
        }
        otherLeaves();
        steps.disconnect();
        change(kind, seed);
        if (value % 2 == 0) {
            LockSupport.parkNanos(500_000_000);
        }
        steps.connect();
    }
}
