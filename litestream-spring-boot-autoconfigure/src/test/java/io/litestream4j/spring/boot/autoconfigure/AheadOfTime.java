package io.litestream4j.spring.boot.autoconfigure;

import java.util.function.Consumer;
import org.springframework.aot.test.generate.TestGenerationContext;
import org.springframework.boot.test.util.TestPropertyValues;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.context.aot.ApplicationContextAotGenerator;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.SpringProperties;
import org.springframework.core.test.tools.Compiled;
import org.springframework.core.test.tools.TestCompiler;
import org.springframework.javapoet.ClassName;

/** An application that is compiled ahead of time, as process-aot does it, and then started from what was generated. */
final class AheadOfTime {

    private final TestGenerationContext generation =
            new TestGenerationContext(ClassName.get("io.litestream4j.spring.boot.autoconfigure", "Application"));
    private final ClassName initializer;

    private AheadOfTime(Class<?> application, String... properties) {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            context.register(application);
            TestPropertyValues.of(properties).applyTo(context);
            // as SpringApplication does, which also runs for the build
            context.getBeanFactory().registerSingleton(ApplicationEndInitializer.BEAN_NAME, new ApplicationEnd());
            initializer = new ApplicationContextAotGenerator().processAheadOfTime(context, generation);
            generation.writeGeneratedContent();
        }
    }

    static AheadOfTime process(Class<?> application, String... properties) {
        return new AheadOfTime(application, properties);
    }

    TestGenerationContext generation() {
        return generation;
    }

    /** Only in a test with {@code @CompileWithForkedClassLoader}: generated classes see what their package sees. */
    void compile(Consumer<Compiled> test) {
        SpringProperties.setFlag("spring.aot.enabled");
        try {
            TestCompiler.forSystem().with(generation).compile(test);
        } finally {
            SpringProperties.setProperty("spring.aot.enabled", null);
        }
    }

    /** Starts it with these properties; {@code end} is what would end the process. */
    @SuppressWarnings("unchecked")
    GenericApplicationContext start(Compiled compiled, ApplicationEnd end, String... properties) {
        GenericApplicationContext context = new GenericApplicationContext();
        context.getBeanFactory().registerSingleton(ApplicationEndInitializer.BEAN_NAME, end);
        TestPropertyValues.of(properties).applyTo(context);
        compiled.getInstance(ApplicationContextInitializer.class, initializer.canonicalName())
                .initialize(context);
        try {
            context.refresh();
        } catch (RuntimeException | Error e) {
            context.close();
            throw e;
        }
        return context;
    }
}
