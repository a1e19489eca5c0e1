package io.litestream4j;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.litestream4j.database.RecordsTarget;
import io.litestream4j.database.WalTarget;
import io.litestream4j.replica.Lz4FrameTarget;
import io.litestream4j.replica.NamesTarget;
import io.litestream4j.replica.s3.LocationTarget;
import io.litestream4j.restore.ObjectSetTarget;
import io.litestream4j.wal.HeadersTarget;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Each {@link FuzzTarget} on its seeds, on random changes of them, and, as long as {@code litestream.test.fuzzSeconds}
 * says, on what Jazzer finds, guided by coverage.
 */
class FuzzTargetsTest {

    private static final int INPUTS = Integer.getInteger("litestream.test.fuzzInputs", 100);
    private static final int SECONDS = Integer.getInteger("litestream.test.fuzzSeconds", 0);
    private static final long SEED = Long.getLong("litestream.test.fuzzSeed", System.nanoTime());

    @TempDir
    Path folder;

    @BeforeEach
    void giveTargetsAFolder() {
        System.setProperty(FuzzDriver.FOLDER, folder.toString());
    }

    static Stream<Class<? extends FuzzTarget>> targets() {
        return Stream.of(
                Lz4FrameTarget.class,
                NamesTarget.class,
                HeadersTarget.class,
                WalTarget.class,
                RecordsTarget.class,
                LocationTarget.class,
                ObjectSetTarget.class);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void seedsAndRandomChangesOfThem(Class<? extends FuzzTarget> type) throws Exception {
        FuzzTarget target = type.getConstructor().newInstance();
        Random random = new Random(SEED);
        List<byte[]> seeds = target.seeds();
        for (byte[] seed : seeds) {
            accept(target, seed);
        }
        for (int i = 0; i < INPUTS; i++) {
            accept(target, changed(seeds.get(random.nextInt(seeds.size())), random));
        }
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("targets")
    void whatJazzerFinds(Class<? extends FuzzTarget> type) throws Exception {
        assumeThat(SECONDS).as("litestream.test.fuzzSeconds").isPositive();
        Path corpus = Files.createDirectories(folder.resolve("corpus"));
        List<byte[]> seeds = type.getConstructor().newInstance().seeds();
        for (int i = 0; i < seeds.size(); i++) {
            Files.write(corpus.resolve("seed-" + i), seeds.get(i));
        }
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xmx512m",
                        "-Djava.io.tmpdir=" + folder,
                        "-D" + FuzzDriver.FOLDER + "=" + folder,
                        "-D" + FuzzDriver.TARGET + "=" + type.getName(),
                        "-Dlogback.configurationFile=" + silentLog(),
                        "-cp",
                        System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                        "com.code_intelligence.jazzer.Jazzer",
                        "--target_class=" + FuzzDriver.class.getName(),
                        "--instrumentation_includes=io.litestream4j.**",
                        "--custom_hook_excludes=**",
                        "--reproducer_path=" + folder,
                        "-max_total_time=" + SECONDS,
                        "-max_len=8192",
                        "-timeout=20",
                        "-print_final_stats=1",
                        "-artifact_prefix=" + folder + "/",
                        corpus.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            boolean ended = process.waitFor(SECONDS + 120L, TimeUnit.SECONDS);
            assertThat(ended && process.exitValue() == 0)
                    .as(() -> "%s%n%s%n%s".formatted(type, finding(), tail(log)))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
        System.out.println(type.getSimpleName() + ": " + statistics(log));
    }

    private static void accept(FuzzTarget target, byte[] input) {
        try {
            target.accept(input);
        } catch (Exception | Error e) {
            throw new AssertionError(
                    "seed " + SEED + ", input " + HexFormat.of().formatHex(input), e);
        }
    }

    private static byte[] changed(byte[] seed, Random random) {
        byte[] input = seed.clone();
        for (int i = random.nextInt(4); i >= 0 && input.length > 0; i--) {
            int at = random.nextInt(input.length);
            switch (random.nextInt(4)) {
                case 0 -> input[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> input[at] = (byte) random.nextInt();
                case 2 -> input = Arrays.copyOf(input, at);
                default -> Arrays.fill(input, at, Math.min(input.length, at + 4), (byte) -random.nextInt(2));
            }
        }
        return input;
    }

    private Path silentLog() throws IOException {
        return Files.writeString(folder.resolve("logback.xml"), "<configuration><root level=\"OFF\"/></configuration>");
    }

    private String finding() {
        try (Stream<Path> files = Files.list(folder)) {
            StringBuilder found = new StringBuilder();
            for (Path file : files.filter(path -> path.getFileName().toString().matches("(crash|timeout|oom|slow).*"))
                    .toList()) {
                found.append(file.getFileName()).append(' ');
                found.append(HexFormat.of().formatHex(Files.readAllBytes(file))).append('\n');
            }
            return found.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String tail(Path log) {
        try {
            List<String> lines = Files.readAllLines(log);
            return String.join("\n", lines.subList(Math.max(0, lines.size() - 60), lines.size()));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static String statistics(Path log) throws IOException {
        return String.join(
                ", ",
                Files.readAllLines(log).stream()
                        .filter(line -> line.startsWith("stat::") || line.contains("INFO: Seed"))
                        .toList());
    }
}
