package io.litestream4j.sample;

import io.litestream4j.spring.boot.autoconfigure.CommitNotReplicatedException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ProblemDetail;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.RestControllerAdvice;

/** Tells a client that its note is stored, but not where it was to be waited for. */
@RestControllerAdvice
class NotReplicatedAdvice {

    @ExceptionHandler(CommitNotReplicatedException.class)
    ProblemDetail notReplicated() {
        ProblemDetail problem = ProblemDetail.forStatusAndDetail(
                HttpStatus.SERVICE_UNAVAILABLE,
                "The note is stored on this machine, but not on a replica yet. Don't send it again, it would be stored"
                        + " twice: it is shipped as soon as the replica can be reached.");
        problem.setTitle("Not on a replica yet");
        return problem;
    }
}
