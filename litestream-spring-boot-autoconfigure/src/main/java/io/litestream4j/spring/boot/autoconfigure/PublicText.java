package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.Replica;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Removes the folders of this machine from texts that leave it: endpoints show names, not where things are. */
final class PublicText {

    private static final String FILE = "file://";
    private static final String NOT_INSIDE_A_PATH = "(?<![\\w.~/-])";

    private final List<String> folders = new ArrayList<>();

    PublicText(DatabaseSetup database) {
        this(database, List.of());
    }

    /** @param replicas also those that no property names */
    PublicText(DatabaseSetup database, List<Replica> replicas) {
        replicas.stream()
                .map(replica -> replica.client().url())
                .filter(url -> url.startsWith(FILE))
                .forEach(url -> hide(Path.of(url.substring(FILE.length())).getParent()));
        hide(database.path().getParent());
        database.replicas().stream()
                .filter(replica -> replica.url().type().equals("file"))
                .forEach(replica -> hide(replica.url().folder().getParent()));
        Path meta = database.settings().metaPath();
        hide(meta == null ? null : meta.getParent());
        // the end of one may be the whole of another
        folders.sort(Comparator.comparingInt(String::length).reversed());
    }

    private void hide(@Nullable Path folder) {
        if (folder != null && folder.getNameCount() > 0) {
            folders.add(folder.toString());
        }
    }

    @Nullable
    String of(@Nullable String text) {
        String result = text;
        for (String folder : folders) {
            result = result == null ? null : without(folder, result);
        }
        return result;
    }

    /** What only contains it, such as the path in a bucket, or the name of a longer folder, stays. */
    private static String without(String folder, String text) {
        String quoted = Pattern.quote(folder);
        String name = Matcher.quoteReplacement(String.valueOf(Path.of(folder).getFileName()));
        String end = "(?![\\w/-]|\\.\\w)";
        return text.replace(FILE + folder + "/", "file:")
                .replaceAll(FILE + quoted + end, "file:" + name)
                .replaceAll(NOT_INSIDE_A_PATH + quoted + "/", "")
                .replaceAll(NOT_INSIDE_A_PATH + quoted + end, name);
    }
}
