package io.litestream4j.spring.boot.autoconfigure.actuate;

import org.jspecify.annotations.Nullable;
import org.springframework.aot.hint.BindingReflectionHintsRegistrar;
import org.springframework.aot.hint.RuntimeHints;
import org.springframework.aot.hint.RuntimeHintsRegistrar;

/** What the endpoints answer where their methods are declared to answer any object, which Spring can't see through. */
final class ReportHints implements RuntimeHintsRegistrar {

    @Override
    public void registerHints(RuntimeHints hints, @Nullable ClassLoader classLoader) {
        new BindingReflectionHintsRegistrar()
                .registerReflectionHints(
                        hints.reflection(),
                        DatabaseReport.class,
                        BackupReport.class,
                        BackupReport.StoredGeneration.class,
                        BackupReport.StoredSnapshot.class,
                        BackupReport.StoredSegment.class,
                        RestorePlanReport.class,
                        ControlReport.Task.class,
                        UnknownNameException.Problem.class);
    }
}
