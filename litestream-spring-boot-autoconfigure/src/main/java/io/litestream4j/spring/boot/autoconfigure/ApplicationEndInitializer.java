package io.litestream4j.spring.boot.autoconfigure;

import org.springframework.boot.context.event.ApplicationContextInitializedEvent;
import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;

/** Lets an application that was started by {@code SpringApplication} be ended; without it, nothing is ended. */
final class ApplicationEndInitializer implements ApplicationListener<ApplicationContextInitializedEvent> {

    static final String BEAN_NAME = "litestreamApplicationEnd";

    @Override
    public void onApplicationEvent(ApplicationContextInitializedEvent event) {
        ConfigurableApplicationContext context = event.getApplicationContext();
        if (!context.getBeanFactory().containsSingleton(BEAN_NAME)) {
            context.getBeanFactory().registerSingleton(BEAN_NAME, new ApplicationEnd());
        }
    }
}
