package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.health.actuate.endpoint.HealthEndpoint;
import org.springframework.boot.security.autoconfigure.actuate.web.servlet.EndpointRequest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configurers.AbstractHttpConfigurer;
import org.springframework.security.core.userdetails.User;
import org.springframework.security.core.userdetails.UserDetailsService;
import org.springframework.security.provisioning.InMemoryUserDetailsManager;
import org.springframework.security.web.SecurityFilterChain;

/** With Spring Security, by the rules of docs/security.md. */
@Timeout(120)
class SecuredEndpointsTests {

    private static final String SECURITY = "spring.autoconfigure.exclude=";
    private static final String ALL = "management.endpoints.web.exposure.include=*";
    private static final String OPEN = "management.endpoint.litestreamcontrol.access=unrestricted";
    private static final String[] OPERATOR = {"Authorization", basic("operator")};
    private static final String[] ADMIN = {"Authorization", basic("admin")};

    @TempDir
    Path folder;

    @Configuration(proxyBeanMethods = false)
    static class Users {

        @Bean
        UserDetailsService users() {
            return new InMemoryUserDetailsManager(
                    User.withUsername("operator")
                            .password("{noop}operator")
                            .roles("OPERATOR")
                            .build(),
                    User.withUsername("admin")
                            .password("{noop}admin")
                            .roles("ADMIN", "OPERATOR")
                            .build());
        }
    }

    @Configuration(proxyBeanMethods = false)
    static class Rules {

        @Bean
        SecurityFilterChain endpoints(HttpSecurity http) throws Exception {
            return http.securityMatcher(EndpointRequest.toAnyEndpoint())
                    .authorizeHttpRequests(
                            requests -> requests.requestMatchers(EndpointRequest.to(HealthEndpoint.class))
                                    .permitAll()
                                    .requestMatchers(EndpointRequest.to("litestream"))
                                    .hasRole("OPERATOR")
                                    .anyRequest()
                                    .hasRole("ADMIN"))
                    .httpBasic(Customizer.withDefaults())
                    .csrf(AbstractHttpConfigurer::disable)
                    .build();
        }
    }

    /** A rule for an endpoint to which nobody has access must not become a rule for everything. */
    @Configuration(proxyBeanMethods = false)
    static class RulesForAClosedEndpoint {

        @Bean
        @Order(1)
        SecurityFilterChain control(HttpSecurity http) throws Exception {
            return http.securityMatcher(EndpointRequest.to("litestreamcontrol"))
                    .authorizeHttpRequests(requests -> requests.anyRequest().permitAll())
                    .build();
        }

        @Bean
        @Order(2)
        SecurityFilterChain others(HttpSecurity http) throws Exception {
            return http.authorizeHttpRequests(requests -> requests.anyRequest().authenticated())
                    .httpBasic(Customizer.withDefaults())
                    .build();
        }
    }

    @Test
    void whoMayReadAndWhoMayAct() throws Exception {
        prepare();
        try (WebApplication application = WebApplication.start(
                        folder, List.of(Users.class, Rules.class), SECURITY, ALL, OPEN)
                .replicated()) {
            assertThat(application.get("/actuator/health").statusCode()).isEqualTo(200);
            assertThat(application.get("/actuator/health").body()).doesNotContain("litestream");
            assertThat(application.get("/actuator/litestream").statusCode()).isEqualTo(401);
            assertThat(application
                            .get("/actuator/litestream/main/wal", OPERATOR)
                            .statusCode())
                    .isEqualTo(200);
            assertThat(application.post("/actuator/litestreamcontrol/main/sync").statusCode())
                    .isEqualTo(401);
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/sync", OPERATOR)
                            .statusCode())
                    .isEqualTo(403);
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/sync", ADMIN)
                            .statusCode())
                    .isEqualTo(200);
        }
    }

    @Test
    void bySpringBootsDefaultsEverythingButHealthNeedsAUserAndPostsATokenToo() throws Exception {
        prepare();
        try (WebApplication application = WebApplication.start(folder, List.of(Users.class), SECURITY, ALL, OPEN)
                .replicated()) {
            assertThat(application.get("/actuator/health").statusCode()).isEqualTo(200);
            assertThat(application
                            .get("/actuator/litestream", "Accept", "application/json")
                            .statusCode())
                    .isEqualTo(401);
            assertThat(application.get("/actuator/litestream", OPERATOR).statusCode())
                    .isEqualTo(200);
            // without a token it is refused before the user is known, and the page for that needs a user as well
            assertThat(application
                            .post("/actuator/litestreamcontrol/main/sync", ADMIN)
                            .statusCode())
                    .isEqualTo(401);
            assertThat(application.get("/actuator/litestreamcontrol", ADMIN).body())
                    .contains("\"tasks\":[]");
        }
    }

    @Test
    void ruleForAnEndpointWithoutAccessOpensNothingElse() throws Exception {
        prepare();
        try (WebApplication application =
                WebApplication.start(folder, List.of(Users.class, RulesForAClosedEndpoint.class), SECURITY, ALL)) {
            assertThat(application.get("/actuator/litestream").statusCode()).isEqualTo(401);
            assertThat(application.get("/anything").statusCode()).isEqualTo(401);
            assertThat(application.get("/actuator/litestream", OPERATOR).statusCode())
                    .isEqualTo(200);
            assertThat(application.get("/actuator/litestreamcontrol", ADMIN).statusCode())
                    .isEqualTo(404);
        }
    }

    private void prepare() throws Exception {
        Files.createDirectories(folder.resolve("data"));
        Sqlite.create(folder.resolve("data/app.db"), "one");
    }

    private static String basic(String name) {
        return "Basic " + Base64.getEncoder().encodeToString((name + ":" + name).getBytes(StandardCharsets.UTF_8));
    }
}
