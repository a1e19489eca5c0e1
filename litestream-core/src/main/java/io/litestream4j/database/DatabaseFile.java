package io.litestream4j.database;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The only owner in this process of a channel on a live database file.
 *
 * <p>POSIX locks belong to the process: closing <em>any</em> descriptor of the file drops every lock that SQLite holds
 * on it, after which another process may delete the live WAL or write inside our transactions. So the channel is opened
 * once per file, strongly referenced from a static map, and closed only when nobody is left who could hold a lock: when
 * the last user has released it and no WAL is beside the database, which means that the last connection of every process
 * has closed. Otherwise it stays open on purpose and is shared with the next user.
 */
final class DatabaseFile {

    private static final Map<Object, DatabaseFile> OPEN = new HashMap<>();

    private final Object key;
    private final Path path;
    private final FileChannel channel;
    private int users;

    private DatabaseFile(Object key, Path path, FileChannel channel) {
        this.key = key;
        this.path = path;
        this.channel = channel;
    }

    /** The file's channel, opened if this is the first time; to be released. */
    static DatabaseFile acquire(Path database) throws IOException {
        synchronized (OPEN) {
            Object key = keyOf(database);
            DatabaseFile file = OPEN.get(key);
            if (file == null) {
                file = new DatabaseFile(key, database, FileChannel.open(database, StandardOpenOption.READ));
                OPEN.put(key, file);
            }
            file.users++;
            return file;
        }
    }

    /** Reads until the buffer is full or the file ends; returns the number of bytes read. */
    int read(ByteBuffer buffer, long position) throws IOException {
        return Channels.readFully(channel, buffer, position);
    }

    long size() throws IOException {
        return channel.size();
    }

    /** Ends one use; call it only after every connection of the caller is closed. */
    void release() throws IOException {
        synchronized (OPEN) {
            users--;
            if (users == 0 && !Files.exists(KeptAside.beside(path, "-wal"))) {
                OPEN.remove(key);
                channel.close();
            }
        }
    }

    /** Device and inode where the platform has them: a file that was replaced is another file. */
    private static Object keyOf(Path database) throws IOException {
        Object key = Files.readAttributes(database, java.nio.file.attribute.BasicFileAttributes.class)
                .fileKey();
        return key != null ? key : database.toRealPath();
    }
}
