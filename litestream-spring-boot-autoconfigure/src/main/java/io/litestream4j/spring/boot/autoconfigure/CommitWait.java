package io.litestream4j.spring.boot.autoconfigure;

import io.litestream4j.Position;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.aopalliance.intercept.MethodInterceptor;
import org.aopalliance.intercept.MethodInvocation;
import org.jspecify.annotations.Nullable;
import org.springframework.transaction.TransactionStatus;
import org.springframework.util.ConcurrentReferenceHashMap;
import org.springframework.util.ConcurrentReferenceHashMap.ReferenceType;

/**
 * Around one transaction manager: its {@code commit} returns when a replica has the transaction. By then the manager has
 * given the connection back, so any number of waiters share an upload, however small the pool is. A synchronization or a
 * listener would wait with the connection in its hands.
 */
final class CommitWait implements MethodInterceptor {

    private final ManagedDatabases databases;
    private final Duration timeout;

    /** What was committed when a transaction began. Weak: not every transaction ends through the manager. */
    private final Map<TransactionStatus, Map<DatabaseWait, Optional<Position>>> begun =
            new ConcurrentReferenceHashMap<>(64, ReferenceType.WEAK);

    CommitWait(ManagedDatabases databases, Duration timeout) {
        this.databases = databases;
        this.timeout = timeout;
    }

    @Override
    public @Nullable Object invoke(MethodInvocation call) throws Throwable {
        Object[] arguments = call.getArguments();
        return switch (call.getMethod().getName()) {
            case "getTransaction" -> begin(call);
            case "commit" -> arguments[0] instanceof TransactionStatus status ? commit(call, status) : call.proceed();
            default -> call.proceed();
        };
    }

    private @Nullable Object begin(MethodInvocation call) throws Throwable {
        Map<DatabaseWait, Optional<Position>> before = new LinkedHashMap<>();
        databases.possible().forEach(wait -> before.put(wait, Optional.ofNullable(wait.seen())));
        Object transaction = call.proceed();
        if (transaction instanceof TransactionStatus status && status.isNewTransaction() && !status.isReadOnly()) {
            begun.put(status, before);
        }
        return transaction;
    }

    private @Nullable Object commit(MethodInvocation call, TransactionStatus status) throws Throwable {
        // one that is marked for rollback is rolled back by commit
        boolean commits = status.isNewTransaction() && !status.isReadOnly() && !status.isRollbackOnly();
        List<DatabaseWait> written = commits ? databases.current() : List.of();
        Map<DatabaseWait, Optional<Position>> before = begun.remove(status);
        Object result = call.proceed();
        for (DatabaseWait wait : written) {
            // what is committed while the application starts has nobody outside to be acknowledged to
            if (!wait.isBeforeStart()) {
                wait.await(
                        timeout,
                        before == null
                                ? null
                                : before.getOrDefault(wait, Optional.empty()).orElse(null));
            }
        }
        return result;
    }
}
