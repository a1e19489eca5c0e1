package io.litestream4j.spring.boot.autoconfigure;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Ends the application with an exit status. Only an application that was started by {@link SpringApplication} has one: a
 * context by itself, as in a test, goes on.
 */
class ApplicationEnd {

    private static final Logger LOG = LoggerFactory.getLogger(ApplicationEnd.class);

    /** While the context is being refreshed: what waits for the context is told not to. Doesn't return. */
    void duringStart(int status) {
        LOG.info("Litestream: the application ends with exit status {}", status);
        end(status);
    }

    /** Closes the context first; returns the status with which the application would end. */
    int close(ConfigurableApplicationContext context) {
        return SpringApplication.exit(context);
    }

    /** Doesn't return. */
    @SuppressWarnings("SystemExitOutsideMain")
    void end(int status) {
        System.exit(status);
    }
}
