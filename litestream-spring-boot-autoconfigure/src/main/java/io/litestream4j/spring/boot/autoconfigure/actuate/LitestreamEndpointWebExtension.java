package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The endpoint over HTTP: what is unknown is 404 with the names that exist, what is no value is 400. */
@EndpointWebExtension(endpoint = LitestreamEndpoint.class)
public final class LitestreamEndpointWebExtension {

    private final LitestreamEndpoint endpoint;

    LitestreamEndpointWebExtension(LitestreamEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** As {@link LitestreamEndpoint#database}. */
    @ReadOperation
    public WebEndpointResponse<Object> database(@Selector String database) {
        return answer(() -> endpoint.database(database));
    }

    /** As {@link LitestreamEndpoint#backups}. */
    @ReadOperation
    public WebEndpointResponse<Object> backups(
            @Selector String database,
            @Selector String view,
            @Nullable String replica,
            @Nullable String generation,
            @Nullable String timestamp,
            @Nullable String limit) {
        return answer(() -> endpoint.backups(database, view, replica, generation, timestamp, number(limit)));
    }

    private static @Nullable Integer number(@Nullable String limit) {
        try {
            return limit == null || limit.isBlank() ? null : Integer.valueOf(limit.strip());
        } catch (NumberFormatException e) {
            String message = "limit=%s: write a number".formatted(Printable.of(limit));
            throw new InvalidEndpointRequestException(message, message);
        }
    }

    private static WebEndpointResponse<Object> answer(Supplier<Object> question) {
        return Answers.of(() -> new WebEndpointResponse<>(question.get()));
    }
}
