package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.replica.Replica;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Removes the folders of this machine from texts that leave it: endpoints show names, not where things are. */
final class PublicText {

    private static final String FILE = "file://";

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
            folders.add(folder + "/");
        }
    }

    @Nullable
    String of(@Nullable String text) {
        String result = text;
        for (String folder : folders) {
            result = result == null
                    ? null
                    : result.replace("file://" + folder, "file:").replace(folder, "");
        }
        return result;
    }
}
