package io.litestream4j.spring.boot.autoconfigure;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Clients of a {@link NotesProcess}, each of which posts note after note until the application is gone. A note counts as
 * acknowledged when its client has read the whole of the response "201 Created".
 */
final class HttpClients {

    private final URI notes;
    private final int enough;
    private final Runnable kill;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final Set<String> sent = ConcurrentHashMap.newKeySet();
    private final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
    private final AtomicInteger count = new AtomicInteger();

    /**
     * @param enough how many notes are acknowledged before the application is killed
     * @param kill kills it
     */
    HttpClients(int port, int enough, Runnable kill) {
        this.notes = URI.create("http://127.0.0.1:" + port + "/notes");
        this.enough = enough;
        this.kill = kill;
    }

    Set<String> sent() {
        return sent;
    }

    Set<String> acknowledged() {
        return acknowledged;
    }

    /** Returns when all of them have lost the application; throws what any of them got that was neither. */
    void run(int clients) throws Exception {
        Clients.run(clients, client -> {
            int number = 0;
            while (post("client " + client + " note " + number)) {
                number++;
            }
        });
    }

    /** False when the application was killed meanwhile. */
    private boolean post(String note) throws InterruptedException {
        sent.add(note);
        HttpResponse<String> response;
        try {
            response = http.send(
                    HttpRequest.newBuilder(notes)
                            .header("Content-Type", "text/plain")
                            .timeout(Duration.ofMinutes(1))
                            .POST(BodyPublishers.ofString(note))
                            .build(),
                    BodyHandlers.ofString());
        } catch (IOException e) {
            if (count.get() >= enough) {
                return false;
            }
            throw new AssertionError("after " + count + " of " + enough + " notes", e);
        }
        if (response.statusCode() != 201 || !response.body().equals(note)) {
            throw new AssertionError("expected 201 and \"" + note + "\", got " + response + " " + response.body());
        }
        acknowledged.add(note);
        if (count.incrementAndGet() == enough) {
            kill.run();
        }
        return true;
    }
}
