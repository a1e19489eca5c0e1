package io.litestream4j.replica.file;

import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;

/**
 * One name in a folder.
 *
 * @param name without folders
 * @param attributes its own, also if it is a symbolic link
 */
record FolderEntry(String name, BasicFileAttributes attributes) {

    long size() {
        return attributes.size();
    }

    Instant modified() {
        return attributes.lastModifiedTime().toInstant();
    }
}
