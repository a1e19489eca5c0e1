package io.litestream4j.spring.boot.autoconfigure;

import java.util.List;
import org.springframework.boot.diagnostics.FailureAnalysis;
import org.springframework.boot.diagnostics.FailureAnalyzer;
import org.springframework.core.io.support.SpringFactoriesLoader;

/**
 * What a person reads when a start fails.
 *
 * @param description what is wrong
 * @param action what to do
 */
record Analyzed(String description, String action) {

    /** Asks the registered analyzers in their order. */
    static Analyzed of(Throwable failure) {
        List<FailureAnalyzer> analyzers = SpringFactoriesLoader.forDefaultResourceLocation()
                .load(FailureAnalyzer.class, (type, name, problem) -> {});
        for (FailureAnalyzer analyzer : analyzers) {
            FailureAnalysis analysis = analyzer.analyze(failure);
            if (analysis != null) {
                return new Analyzed(analysis.getDescription(), String.valueOf(analysis.getAction()));
            }
        }
        throw new AssertionError("no analyzer takes it", failure);
    }
}
