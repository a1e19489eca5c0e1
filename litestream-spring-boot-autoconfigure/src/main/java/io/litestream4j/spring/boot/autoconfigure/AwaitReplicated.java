package io.litestream4j.spring.boot.autoconfigure;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * A method, or each public method of a class, returns only when everything that is committed by then is on a replica. It
 * works around every other advice, {@code @Transactional} on the same method included: the commit is made, and the
 * connection is back in the pool, before the wait begins. A method that throws doesn't wait.
 *
 * <p>The method throws {@link CommitNotReplicatedException} when no replica confirms in time; what it did stays
 * committed. It must not be called inside a transaction, whose commit would come after the wait: that is an
 * {@link IllegalStateException} before the method does anything. What it leaves to other threads isn't waited for.
 */
@Documented
@Inherited
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.TYPE})
public @interface AwaitReplicated {

    /** How long, such as {@code 5s}; by default {@code litestream.commit.timeout}. */
    String timeout() default "";

    /** Name of the database in the configuration; by default all that are replicated. */
    String database() default "";
}
