package io.litestream4j.spring.boot.autoconfigure;

import java.lang.reflect.Method;
import java.time.Duration;
import java.util.function.Supplier;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.aop.support.AopUtils;
import org.springframework.boot.convert.DurationStyle;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.transaction.support.TransactionSynchronizationManager;
import org.springframework.util.ClassUtils;

/** Waits after a method with {@link AwaitReplicated} has returned. */
final class AwaitReplicatedAdvice implements MethodInterceptor {

    private static final boolean TRANSACTIONS = ClassUtils.isPresent(
            "org.springframework.transaction.support.TransactionSynchronizationManager",
            AwaitReplicatedAdvice.class.getClassLoader());

    private final Supplier<Litestream> litestream;
    private final Supplier<Duration> defaultTimeout;

    AwaitReplicatedAdvice(Supplier<Litestream> litestream, Supplier<Duration> defaultTimeout) {
        this.litestream = litestream;
        this.defaultTimeout = defaultTimeout;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation call) throws Throwable {
        Object target = call.getThis();
        Class<?> targetClass = target == null ? call.getMethod().getDeclaringClass() : AopUtils.getTargetClass(target);
        AwaitReplicated wanted = find(call.getMethod(), targetClass);
        if (wanted == null) {
            return call.proceed();
        }
        requireNoTransaction(call.getMethod());
        Object result = call.proceed();
        Duration timeout = timeout(wanted);
        await(wanted.database(), timeout == null ? defaultTimeout.get() : timeout);
        return result;
    }

    private static void requireNoTransaction(Method method) {
        if (TRANSACTIONS && TransactionSynchronizationManager.isActualTransactionActive()) {
            throw new IllegalStateException(
                    method + " has @AwaitReplicated, but is called inside a transaction, which is committed only later:"
                            + " call it from outside, or move the annotation to where the transaction begins");
        }
    }

    private void await(String database, Duration timeout) {
        if (database.isEmpty()) {
            litestream.get().awaitReplicated(timeout);
        } else {
            litestream.get().database(database).awaitReplicated(timeout);
        }
    }

    /** The annotation that holds for a method; null when there is none. */
    static @Nullable AwaitReplicated find(Method method, Class<?> targetClass) {
        Method specific = AopUtils.getMostSpecificMethod(method, targetClass);
        AwaitReplicated own = AnnotatedElementUtils.findMergedAnnotation(specific, AwaitReplicated.class);
        if (own != null || specific.getDeclaringClass() == Object.class) {
            return own;
        }
        return AnnotatedElementUtils.findMergedAnnotation(targetClass, AwaitReplicated.class);
    }

    /** The annotation's timeout; null when it has none. */
    static @Nullable Duration timeout(AwaitReplicated annotation) {
        return annotation.timeout().isBlank() ? null : DurationStyle.detectAndParse(annotation.timeout());
    }
}
