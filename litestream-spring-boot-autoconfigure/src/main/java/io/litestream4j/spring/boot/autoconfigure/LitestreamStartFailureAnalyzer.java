package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/** Shows what is wrong and what to do, instead of a stack trace. */
class LitestreamStartFailureAnalyzer extends AbstractFailureAnalyzer<LitestreamStartException> {

    @Override
    protected FailureAnalysis analyze(Throwable rootFailure, LitestreamStartException cause) {
        return new FailureAnalysis(cause.description(), cause.action(), cause);
    }
}
