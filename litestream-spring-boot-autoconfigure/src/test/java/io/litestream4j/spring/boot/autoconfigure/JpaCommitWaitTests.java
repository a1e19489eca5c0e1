package io.litestream4j.spring.boot.autoconfigure;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import jakarta.persistence.Entity;
import jakarta.persistence.EntityManager;
import jakarta.persistence.EntityManagerFactory;
import jakarta.persistence.GeneratedValue;
import jakarta.persistence.GenerationType;
import jakarta.persistence.Id;
import jakarta.persistence.PersistenceContext;
import java.nio.file.Path;
import java.util.List;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.hibernate.autoconfigure.HibernateJpaAutoConfiguration;
import org.springframework.boot.persistence.autoconfigure.EntityScan;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.orm.jpa.JpaTransactionManager;
import org.springframework.test.util.AopTestUtils;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.annotation.Transactional;

/** The same with a JpaTransactionManager. */
@Timeout(60)
@ExtendWith(OutputCaptureExtension.class)
class JpaCommitWaitTests {

    @TempDir
    Path folder;

    private WaitingApplication application;

    @BeforeEach
    void prepare() {
        application = new WaitingApplication(folder);
        Sqlite.execute(application.database, "create table jpa_note (id integer primary key, text text)");
    }

    @AfterEach
    void release() {
        application.replica.fail(true).hang(false);
    }

    @Test
    void transactionalMethodReturnsWhenTheReplicaHasTheEntity() {
        runner("20s").run(context -> {
            assertThat(AopTestUtils.<Object>getTargetObject(context.getBean(PlatformTransactionManager.class)))
                    .isInstanceOf(JpaTransactionManager.class);
            context.getBean(Notes.class).add("by JPA");
            assertThat(Sqlite.notesIn(application.folder, folder.resolve("scratch")))
                    .containsExactly("by JPA");
        });
    }

    @Test
    void readOnlyMethodDoesNotWaitAndATimeoutKeepsTheEntity() {
        runner("200ms").run(context -> {
            WaitingApplication.ready(context);
            application.replica.hang(true);
            Notes notes = context.getBean(Notes.class);
            assertThatThrownBy(() -> notes.add("kept")).isInstanceOf(CommitNotReplicatedException.class);
            assertThat(notes.count()).isEqualTo(1);
        });
    }

    @Test
    void managerThatHidesItsDataSourceIsReported(CapturedOutput output) {
        runner("200ms").withUserConfiguration(Hidden.class).run(context -> {
            WaitingApplication.ready(context);
            application.replica.hang(true);
            context.getBean(Notes.class).add("not waited for");
            assertThat(output).containsOnlyOnce("doesn't tell its DataSource, its transactions don't wait");
        });
    }

    private ApplicationContextRunner runner(String timeout) {
        return application
                .waiting(timeout, "spring.jpa.hibernate.ddl-auto=none")
                .withConfiguration(AutoConfigurations.of(HibernateJpaAutoConfiguration.class))
                .withUserConfiguration(Entities.class)
                .withBean(Notes.class);
    }

    @Configuration(proxyBeanMethods = false)
    @EntityScan(basePackageClasses = JpaCommitWaitTests.class)
    static class Entities {}

    @Configuration(proxyBeanMethods = false)
    static class Hidden {

        @Bean
        PlatformTransactionManager transactionManager(EntityManagerFactory entities) {
            return new JpaTransactionManager(entities) {
                @Override
                public DataSource getDataSource() {
                    return null;
                }
            };
        }
    }

    static class Notes {

        @PersistenceContext
        EntityManager entities;

        @Transactional
        public void add(String text) {
            JpaNote note = new JpaNote();
            note.text = text;
            entities.persist(note);
            // the tests read the table of the other tests
            entities.createNativeQuery("insert into note values (:text)")
                    .setParameter("text", text)
                    .executeUpdate();
        }

        @Transactional(readOnly = true)
        public long count() {
            List<JpaNote> all =
                    entities.createQuery("from JpaNote", JpaNote.class).getResultList();
            return all.size();
        }
    }

    @Entity(name = "JpaNote")
    static class JpaNote {

        @Id
        @GeneratedValue(strategy = GenerationType.IDENTITY)
        Long id;

        String text;
    }
}
