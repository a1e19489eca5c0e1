package io.litestream4j.sample;

import java.net.URI;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.ErrorResponseException;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RequestMapping;
import org.springframework.web.bind.annotation.RequestParam;
import org.springframework.web.bind.annotation.RestController;

/** Notes over HTTP. */
@RestController
@RequestMapping("/notes")
class NoteController {

    private static final int MAX_TEXT = 10_000;
    private static final int MAX_LIMIT = 1_000;
    private static final int MAX_BULK = 100_000;

    private final NoteRepository notes;

    NoteController(NoteRepository notes) {
        this.notes = notes;
    }

    /**
     * What a client sends to write a note.
     *
     * @param text what it says
     */
    record NewNote(@Nullable String text) {}

    /** With {@code await=true} the answer says that the note is on the replica, too. */
    @PostMapping
    ResponseEntity<Note> add(@RequestBody NewNote newNote, @RequestParam(defaultValue = "false") boolean await) {
        String text = newNote.text();
        if (text == null || text.isBlank()) {
            throw problem(HttpStatus.BAD_REQUEST, "text must not be blank");
        }
        if (text.length() > MAX_TEXT) {
            throw problem(HttpStatus.BAD_REQUEST, "text must have at most " + MAX_TEXT + " characters");
        }
        Note note = await ? notes.addSafely(text.strip()) : notes.add(text.strip());
        return ResponseEntity.created(URI.create("/notes/" + note.id())).body(note);
    }

    @GetMapping("/{id}")
    Note find(@PathVariable long id) {
        return notes.find(id).orElseThrow(() -> problem(HttpStatus.NOT_FOUND, "there is no note " + id));
    }

    @GetMapping
    List<Note> newest(@RequestParam(defaultValue = "50") int limit) {
        requireBetween("limit", limit, MAX_LIMIT);
        return notes.newest(limit);
    }

    @GetMapping("/count")
    Map<String, Long> count() {
        return Map.of("count", notes.count());
    }

    /** Writes many notes, each in a transaction of its own. */
    @PostMapping("/bulk")
    ResponseEntity<Map<String, Long>> bulk(@RequestParam int count) {
        requireBetween("count", count, MAX_BULK);
        for (int i = 1; i <= count; i++) {
            notes.add("note " + i + " of " + count);
        }
        return ResponseEntity.status(HttpStatus.CREATED).body(Map.of("written", (long) count, "count", notes.count()));
    }

    private static void requireBetween(String name, int value, int max) {
        if (value < 1 || value > max) {
            throw problem(HttpStatus.BAD_REQUEST, name + " must be from 1 to " + max + ", got " + value);
        }
    }

    private static ErrorResponseException problem(HttpStatus status, String detail) {
        ErrorResponseException problem = new ErrorResponseException(status);
        problem.setDetail(detail);
        return problem;
    }
}
