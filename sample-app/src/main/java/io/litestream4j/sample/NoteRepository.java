package io.litestream4j.sample;

import io.litestream4j.spring.boot.autoconfigure.AwaitReplicated;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.springframework.jdbc.core.simple.JdbcClient;
import org.springframework.stereotype.Repository;
import org.springframework.transaction.annotation.Transactional;

/** The notes in the database. */
@Repository
class NoteRepository {

    private final JdbcClient jdbc;

    NoteRepository(JdbcClient jdbc) {
        this.jdbc = jdbc;
    }

    /** Writes a note in a transaction of its own. */
    @Transactional
    Note add(String text) {
        Instant now = Instant.now().truncatedTo(ChronoUnit.MILLIS);
        long id = jdbc.sql("insert into note (text, created_at) values (?, ?) returning id")
                .params(text, now.toString())
                .query(Long.class)
                .single();
        return new Note(id, text, now);
    }

    /** The same, and returns when the note is on the replica. */
    @AwaitReplicated
    @Transactional
    Note addSafely(String text) {
        return add(text);
    }

    Optional<Note> find(long id) {
        return jdbc.sql("select id, text, created_at from note where id = ?")
                .param(id)
                .query(NoteRepository::note)
                .optional();
    }

    /** The newest first. */
    List<Note> newest(int limit) {
        return jdbc.sql("select id, text, created_at from note order by id desc limit ?")
                .param(limit)
                .query(NoteRepository::note)
                .list();
    }

    long count() {
        return jdbc.sql("select count(*) from note").query(Long.class).single();
    }

    private static Note note(ResultSet row, int number) throws SQLException {
        return new Note(row.getLong("id"), row.getString("text"), Instant.parse(row.getString("created_at")));
    }
}
