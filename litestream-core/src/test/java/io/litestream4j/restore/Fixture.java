package io.litestream4j.restore;

import io.litestream4j.replica.Replica;
import io.litestream4j.replica.file.FileReplicaClient;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * A file replica that Litestream 0.3.13 wrote, copied to a folder of its own with the modification times that it had.
 *
 * @param name the fixture's folder
 * @param root the copy of the replica
 */
record Fixture(String name, Path root) {

    private static final Path ALL = Path.of("src/test/resources/litestream-0.3.13");

    /** A state of the point-in-time fixture. */
    record State(Instant at, int rows, long sumOfN) {}

    static List<String> names() {
        try (Stream<Path> folders = Files.list(ALL)) {
            return folders.map(folder -> folder.getFileName().toString())
                    .sorted()
                    .toList();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Fixture copy(String name, Path to) throws IOException {
        for (String line : Files.readAllLines(ALL.resolve(name).resolve("manifest.tsv"))) {
            String[] columns = line.split("\t", -1);
            Path copy = to.resolve(columns[0]);
            Files.createDirectories(copy.getParent());
            Files.copy(ALL.resolve(name).resolve(columns[0]), copy);
            Files.setLastModifiedTime(copy, FileTime.fromMillis(Long.parseLong(columns[2])));
        }
        return new Fixture(name, to.resolve("replica"));
    }

    Replica replica() {
        return new Replica("file", new FileReplicaClient(root));
    }

    /** All objects, by name. */
    List<Path> objects() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    String dumpSha256() throws IOException {
        return expected("\"dumpSha256\": \"([0-9a-f]{64})\"").get(0).group(1);
    }

    int pageSize() throws IOException {
        return Integer.parseInt(expected("\"pageSize\": ([0-9]+)").get(0).group(1));
    }

    List<State> states() throws IOException {
        return expected("\"at\": ([0-9]+),\\s*\"rows\": ([0-9]+),\\s*\"sumOfN\": ([0-9]+)").stream()
                .map(state -> new State(
                        Instant.ofEpochMilli(Long.parseLong(state.group(1))),
                        Integer.parseInt(state.group(2)),
                        Long.parseLong(state.group(3))))
                .toList();
    }

    private List<Matcher> expected(String pattern) throws IOException {
        List<Matcher> found = new ArrayList<>();
        String text = Files.readString(ALL.resolve(name).resolve("expected.json"));
        Matcher matcher = Pattern.compile(pattern).matcher(text);
        for (int at = 0; matcher.find(at); at = matcher.end()) {
            Matcher one = Pattern.compile(pattern).matcher(matcher.group());
            if (one.matches()) {
                found.add(one);
            }
        }
        return found;
    }
}
