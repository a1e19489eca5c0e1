package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.spring.boot.autoconfigure.actuate.ControlReport.Task;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.actuate.endpoint.annotation.Selector;
import org.springframework.boot.actuate.endpoint.annotation.WriteOperation;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;
import org.springframework.boot.actuate.endpoint.web.annotation.EndpointWebExtension;

/** The control endpoint over HTTP: 200 when it is done, 202 while it goes on, 503 when it failed. */
@EndpointWebExtension(endpoint = LitestreamControlEndpoint.class)
public final class LitestreamControlEndpointWebExtension {

    private static final int ACCEPTED = 202;

    private final LitestreamControlEndpoint endpoint;

    LitestreamControlEndpointWebExtension(LitestreamControlEndpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** As {@link LitestreamControlEndpoint#run}. */
    @WriteOperation
    public WebEndpointResponse<Object> run(
            @Selector String database, @Selector String action, @Nullable String timeout, @Nullable String replica) {
        return Answers.of(() -> {
            Task task = endpoint.begin(database, action, timeout, replica);
            return new WebEndpointResponse<>(task, status(task));
        });
    }

    private static int status(Task task) {
        return switch (task.status()) {
            case DONE -> WebEndpointResponse.STATUS_OK;
            case RUNNING -> ACCEPTED;
            case FAILED -> WebEndpointResponse.STATUS_SERVICE_UNAVAILABLE;
        };
    }
}
