package io.litestream4j.replication;

import io.litestream4j.replication.ModelProgram.Kind;
import io.litestream4j.replication.ModelProgram.Step;
import io.litestream4j.replication.ModelReplica.Weather;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Runs programs one after the other, and makes those that fail short. */
final class ModelPrograms implements AutoCloseable {

    /** A program that failed is no longer the same one when its threads run otherwise: how often it is tried. */
    private static final int TRIES = 3;

    /** The long programs are made short for so long; what has become of them by then is printed. */
    private static final long SHRINKING_NANOS = TimeUnit.MINUTES.toNanos(3);

    private final Path folder;
    private final ModelProcesses processes;
    private final Map<Kind, Integer> steps = new EnumMap<>(Kind.class);
    private int programs;
    private int restores;
    private int kills;
    private int states;
    private int generations;

    ModelPrograms(Path folder) {
        this.folder = folder;
        this.processes = new ModelProcesses(folder);
    }

    /** Runs a program; what went wrong is thrown. */
    void run(ModelProgram program) throws Exception {
        Path home = Files.createDirectory(folder.resolve("program-" + programs++));
        boolean done = false;
        try (ModelRun run = new ModelRun(program.settings(), home, processes)) {
            ModelSteps todo = new ModelSteps(run);
            int number = 0;
            try {
                for (Step step : program.steps()) {
                    number++;
                    todo.step(step);
                    steps.merge(step.kind(), 1, Integer::sum);
                }
                number = -1;
                end(run, todo);
                run.ended();
                done = true;
            } catch (AssertionError | IOException e) {
                throw new AssertionError(
                        (number < 0
                                        ? "at the end"
                                        : "step " + number + " ("
                                                + program.steps().get(number - 1) + ")") + ": " + e.getMessage()
                                + ", in " + home,
                        e);
            } finally {
                restores += run.checks.restores();
                kills += run.kills;
                states += run.states.size();
                generations += run.checks.generations();
            }
        }
        if (done) {
            Restores.deleteRecursively(home);
        }
    }

    /** When all troubles have ended the replica has everything, and nothing is left behind. */
    private static void end(ModelRun run, ModelSteps todo) throws Exception {
        run.weather(Weather.FINE);
        run.killOther();
        todo.step(new Step(Kind.JOIN, 0));
        if (run.reading) {
            todo.step(new Step(Kind.READER, 0));
        }
        todo.step(new Step(Kind.START, 0));
        todo.step(new Step(Kind.WRITE, 1));
        todo.acknowledge();
        if (!run.ask("claims 5000").equals("true")) {
            throw new AssertionError("acknowledged, but the status doesn't say so: " + run.ask("state"));
        }
        todo.restoreNewest();
        for (int i = 0; i < 4; i++) {
            todo.step(new Step(Kind.RESTORE_TIME, i * 13));
            todo.step(new Step(Kind.RESTORE_INDEX, i));
        }
        String newest = run.states.newest();
        todo.step(new Step(Kind.STOP, 0));
        run.checks.newest(newest);
        boolean litter = ModelHost.hasTemporaryFiles(Restores.meta(run.folder.resolve("app.db")))
                || (!run.killed && ModelHost.hasTemporaryFiles(run.folder.resolve("replica")));
        if (litter) {
            throw new AssertionError("temporary files are left");
        }
    }

    private AssertionError failureOf(ModelProgram program, int tries) throws Exception {
        for (int i = 0; i < tries; i++) {
            try {
                run(program);
            } catch (AssertionError e) {
                return e;
            }
        }
        return null;
    }

    /** The shortest program found that still fails, and how. */
    AssertionError shrunk(ModelProgram failed, AssertionError failure, long seed) throws Exception {
        ModelProgram shortest = failed;
        AssertionError last = failure;
        long deadline = System.nanoTime() + SHRINKING_NANOS;
        for (int part = Math.max(1, failed.steps().size() / 2); part >= 1; part /= 2) {
            for (int from = 0; from < shortest.steps().size() && System.nanoTime() < deadline; ) {
                List<Step> fewer = new ArrayList<>(shortest.steps().subList(0, from));
                fewer.addAll(shortest.steps()
                        .subList(
                                Math.min(from + part, shortest.steps().size()),
                                shortest.steps().size()));
                AssertionError again = failureOf(shortest.with(fewer), TRIES);
                if (again != null) {
                    shortest = shortest.with(fewer);
                    last = again;
                } else {
                    from += part;
                }
            }
        }
        return new AssertionError(
                "seed %d: %s%n%s%nfirst: %s".formatted(seed, last.getMessage(), shortest, failure), last);
    }

    String counts() {
        return "%d programs, %d states, %d restores, %d kills, %d generations, steps %s"
                .formatted(programs, states, restores, kills, generations, steps);
    }

    @Override
    public void close() {
        processes.close();
    }
}
