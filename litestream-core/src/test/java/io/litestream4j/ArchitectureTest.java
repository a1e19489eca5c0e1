package io.litestream4j;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.FileReader;
import java.io.FileWriter;
import java.io.RandomAccessFile;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.Paths;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.NullMarked;

/** The directions between packages, and who may touch what. A package that has no classes yet breaks no rule. */
@AnalyzeClasses(packages = "io.litestream4j", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    private static final String ROOT = "io.litestream4j";
    private static final String IO = "io.litestream4j.io..";
    private static final String WAL = "io.litestream4j.wal..";
    private static final String DATABASE = "io.litestream4j.database..";
    private static final String REPLICA = "io.litestream4j.replica..";
    private static final String S3 = "io.litestream4j.replica.s3..";
    private static final String LEASE = "io.litestream4j.lease..";
    private static final String RESTORE = "io.litestream4j.restore..";
    private static final String REPLICATION = "io.litestream4j.replication..";

    /** The methods of {@link Files} that open a file, and so close it again. */
    private static final Set<String> OPENING_METHODS = Set.of(
            "copy",
            "lines",
            "mismatch",
            "newBufferedReader",
            "newBufferedWriter",
            "newByteChannel",
            "newInputStream",
            "newOutputStream",
            "readAllBytes",
            "readAllLines",
            "readString",
            "write",
            "writeString");

    private static final List<Class<?>> OPENING_TYPES = List.of(
            RandomAccessFile.class, FileInputStream.class, FileOutputStream.class, FileReader.class, FileWriter.class);

    @ArchTest
    static final ArchRule packagesAreFreeOfCycles =
            slices().assignedFrom(eachPackage()).should().beFreeOfCycles().allowEmptyShould(true);

    @ArchTest
    static final ArchRule rootDependsOnNothingOfOurs = isIndependentOfOursExcept(ROOT);

    @ArchTest
    static final ArchRule ioDependsOnNothingOfOurs = isIndependentOfOursExcept(IO);

    @ArchTest
    static final ArchRule walDependsOnNothingOfOurs = isIndependentOfOursExcept(WAL);

    @ArchTest
    static final ArchRule databaseDependsOnWalIoAndRoot = isIndependentOfOursExcept(DATABASE, WAL, IO, ROOT);

    @ArchTest
    static final ArchRule replicaDependsOnIoAndRoot = isIndependentOfOursExcept(REPLICA, IO, ROOT);

    @ArchTest
    static final ArchRule leaseDependsOnReplicaAndRoot = isIndependentOfOursExcept(LEASE, REPLICA, ROOT);

    @ArchTest
    static final ArchRule restoreDependsOnLeaseReplicaWalIoAndRoot =
            isIndependentOfOursExcept(RESTORE, LEASE, REPLICA, WAL, IO, ROOT);

    @ArchTest
    static final ArchRule replicationDependsOnWhatIsBelow =
            isIndependentOfOursExcept(REPLICATION, DATABASE, LEASE, REPLICA, RESTORE, WAL, IO, ROOT);

    @ArchTest
    static final ArchRule everyPackageHasADirection = classes()
            .should()
            .resideInAnyPackage(ROOT, IO, WAL, DATABASE, LEASE, REPLICA, RESTORE, REPLICATION)
            .because("a new package needs a rule here")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule engineNeverSeesSpring = noClasses()
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.springframework..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyS3SeesTheAwsSdk = noClasses()
            .that()
            .resideOutsideOfPackage(S3)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("software.amazon..", S3)
            .because("the SDK is optional: without it, nothing else may need its classes")
            .allowEmptyShould(true);

    /** An SQLException may pass through anyone, so that the façade can turn it into one of ours. */
    @ArchTest
    static final ArchRule onlyDatabaseAndRestoreSeeJdbc = noClasses()
            .that()
            .resideOutsideOfPackages(DATABASE, RESTORE)
            .should()
            .dependOnClassesThat(resideInAnyPackage("java.sql..", "javax.sql..", "org.sqlite..")
                    .and(DescribedPredicate.not(type(SQLException.class))))
            .allowEmptyShould(true);

    /**
     * Closing any descriptor of a file drops every POSIX lock that the process holds on it, SQLite's own among them. So
     * in this package only the classes that keep their channels open, or never touch the live files, may open one.
     */
    @ArchTest
    static final ArchRule databaseOpensFilesInFewPlaces = noClasses()
            .that()
            .resideInAPackage(DATABASE)
            .and(DescribedPredicate.not(mayOpenFiles()))
            .should()
            .accessTargetWhere(opensAFile())
            .because("closing a descriptor drops all POSIX locks of the process on that file")
            .allowEmptyShould(true);

    /**
     * A path belongs to a file system, and so does what is derived from it. Tests give the engine paths of one in which each
     * change is a crash point; what left it would never be tried.
     */
    @ArchTest
    static final ArchRule filesAreFoundFromPathsThatWereGiven = noClasses()
            .that(DescribedPredicate.not(nameFilesOnly()))
            .should()
            .accessTargetWhere(leavesTheFileSystem())
            .because("crash tests see only what goes through the file system of the paths that they give")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule everyPackageIsNullMarked =
            classes().should(resideInANullMarkedPackage()).allowEmptyShould(true);

    private static ArchRule isIndependentOfOursExcept(String self, String... allowed) {
        return noClasses()
                .that()
                .resideInAPackage(self)
                .should()
                .dependOnClassesThat(resideInAPackage("io.litestream4j..")
                        .and(DescribedPredicate.not(resideInAPackage(self)))
                        .and(DescribedPredicate.not(resideInAnyPackage(allowed))))
                .allowEmptyShould(true);
    }

    private static DescribedPredicate<JavaClass> mayOpenFiles() {
        return DescribedPredicate.describe("are known to open files safely", type -> {
            String name = type.getName().substring(type.getPackageName().length() + 1);
            int nested = name.indexOf('$');
            String outermost = nested < 0 ? name : name.substring(0, nested);
            return Set.of("DatabaseFile", "LiveWal", "MetaDirectory", "MetaLock", "ReplacementRecord", "ShutdownRecord")
                            .contains(outermost)
                    || outermost.startsWith("Shadow");
        });
    }

    private static DescribedPredicate<JavaClass> nameFilesOnly() {
        return DescribedPredicate.describe(
                "make paths that nobody opens, or ask the running system",
                type -> Set.of("Backups", "DatabaseAccessException", "NotADatabaseException", "RunningSystem")
                        .contains(type.getSimpleName()));
    }

    private static DescribedPredicate<JavaAccess<?>> leavesTheFileSystem() {
        return DescribedPredicate.describe("leaves the file system of a path", access -> {
            JavaClass owner = access.getTargetOwner();
            String name = access.getTarget().getName();
            return (owner.isEquivalentTo(Path.class) && (name.equals("of") || name.equals("toFile")))
                    || (owner.isEquivalentTo(Paths.class) && name.equals("get"))
                    || (owner.isEquivalentTo(Files.class) && name.startsWith("createTemp"))
                    || (OPENING_TYPES.stream().anyMatch(owner::isEquivalentTo) && name.equals("<init>"))
                    || owner.isEquivalentTo(File.class);
        });
    }

    private static DescribedPredicate<JavaAccess<?>> opensAFile() {
        return DescribedPredicate.describe("opens a file", access -> {
            JavaClass owner = access.getTargetOwner();
            String name = access.getTarget().getName();
            return (owner.isEquivalentTo(Files.class) && OPENING_METHODS.contains(name))
                    || (owner.isEquivalentTo(FileChannel.class) && name.equals("open"))
                    || (owner.isEquivalentTo(AsynchronousFileChannel.class) && name.equals("open"))
                    || (OPENING_TYPES.stream().anyMatch(owner::isEquivalentTo) && name.equals("<init>"));
        });
    }

    private static ArchCondition<JavaClass> resideInANullMarkedPackage() {
        return new ArchCondition<>("reside in a package marked @NullMarked") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                boolean marked = type.getPackage().isAnnotatedWith(NullMarked.class);
                events.add(new SimpleConditionEvent(
                        type, marked, type.getPackageName() + " has no package-info with @NullMarked"));
            }
        };
    }

    private static SliceAssignment eachPackage() {
        return new SliceAssignment() {
            @Override
            public SliceIdentifier getIdentifierOf(JavaClass type) {
                return type.getPackageName().startsWith(ROOT)
                        ? SliceIdentifier.of(type.getPackageName())
                        : SliceIdentifier.ignore();
            }

            @Override
            public String getDescription() {
                return "each package";
            }
        };
    }
}
