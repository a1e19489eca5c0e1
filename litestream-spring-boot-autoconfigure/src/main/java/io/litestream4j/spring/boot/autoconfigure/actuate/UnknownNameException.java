package io.litestream4j.spring.boot.autoconfigure.actuate;

import java.util.Collection;
import java.util.List;
import org.springframework.boot.actuate.endpoint.InvalidEndpointRequestException;

/** There is nothing of the name that was asked for; says which names there are. */
final class UnknownNameException extends InvalidEndpointRequestException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    /**
     * @param what what was asked for, such as "database"
     * @param names those that exist
     */
    UnknownNameException(String what, String name, Collection<String> names) {
        this(new Problem(
                "there is no %s \"%s\"".formatted(what, Printable.of(name)),
                names.stream().sorted().toList()));
    }

    private UnknownNameException(Problem problem) {
        super(problem.error() + ", there are " + problem.available(), problem.error());
        this.problem = problem;
    }

    Problem problem() {
        return problem;
    }

    /**
     * The body of an answer that says no.
     *
     * @param error what is wrong, and what to do about it
     * @param available the names that exist, where one was wrong; else empty
     */
    record Problem(String error, List<String> available) {}
}
