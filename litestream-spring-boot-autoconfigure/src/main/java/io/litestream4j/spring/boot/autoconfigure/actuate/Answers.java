package io.litestream4j.spring.boot.autoconfigure.actuate;

import io.litestream4j.spring.boot.autoconfigure.actuate.UnknownNameException.Problem;
import java.util.List;
import java.util.function.Supplier;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;
import org.springframework.boot.actuate.endpoint.web.WebEndpointResponse;

/** From what an endpoint says to what HTTP says. */
final class Answers {

    private static final int CONFLICT = 409;

    private Answers() {}

    /** What is unknown is 404 with the names that exist, what isn't possible now 409, what is no value 400. */
    static WebEndpointResponse<Object> of(Supplier<WebEndpointResponse<Object>> question) {
        try {
            return question.get();
        } catch (UnknownNameException e) {
            return new WebEndpointResponse<>(e.problem(), WebEndpointResponse.STATUS_NOT_FOUND);
        } catch (LitestreamControlEndpoint.NotReplicatingException e) {
            return new WebEndpointResponse<>(problem(e), CONFLICT);
        } catch (InvalidEndpointRequestException e) {
            return new WebEndpointResponse<>(problem(e), WebEndpointResponse.STATUS_BAD_REQUEST);
        }
    }

    private static Problem problem(InvalidEndpointRequestException e) {
        return new Problem(String.valueOf(e.getReason()), List.of());
    }
}
