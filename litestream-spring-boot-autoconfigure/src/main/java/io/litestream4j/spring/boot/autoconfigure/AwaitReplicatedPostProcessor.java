package io.litestream4j.spring.boot.autoconfigure;

import java.io.Serial;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.Supplier;
import org.springframework.aop.framework.autoproxy.AbstractBeanFactoryAwareAdvisingPostProcessor;
import org.springframework.aop.support.DefaultPointcutAdvisor;
import org.springframework.aop.support.StaticMethodMatcherPointcut;
import org.springframework.core.Ordered;
import org.springframework.core.annotation.AnnotationUtils;

/**
 * Gives beans with {@link AwaitReplicated} their advice: outside of all advice that a bean has by then, transactions
 * above all, and inside of {@code @Async}, which comes last.
 */
final class AwaitReplicatedPostProcessor extends AbstractBeanFactoryAwareAdvisingPostProcessor {

    @Serial
    private static final long serialVersionUID = 1L;

    AwaitReplicatedPostProcessor(Supplier<Litestream> litestream, Supplier<Duration> defaultTimeout) {
        setBeforeExistingAdvisors(true);
        setProxyTargetClass(true);
        setOrder(Ordered.LOWEST_PRECEDENCE - 1);
        this.advisor =
                new DefaultPointcutAdvisor(new Annotated(), new AwaitReplicatedAdvice(litestream, defaultTimeout));
    }

    /** Methods with the annotation; a timeout that isn't one fails the start, not the first call. */
    private static final class Annotated extends StaticMethodMatcherPointcut {

        Annotated() {
            setClassFilter(type -> AnnotationUtils.isCandidateClass(type, AwaitReplicated.class));
        }

        @Override
        public boolean matches(Method method, Class<?> targetClass) {
            AwaitReplicated found = AwaitReplicatedAdvice.find(method, targetClass);
            if (found == null) {
                return false;
            }
            try {
                Duration ignored = AwaitReplicatedAdvice.timeout(found);
            } catch (IllegalArgumentException e) {
                throw new LitestreamStartException(
                        "@AwaitReplicated on %s has the timeout \"%s\".".formatted(method, found.timeout()),
                        "Write a duration such as 5s, or leave it out for litestream.commit.timeout.");
            }
            return true;
        }
    }
}
