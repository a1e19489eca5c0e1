package io.litestream4j.replica.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.litestream4j.Generation;
import io.litestream4j.Position;
import io.litestream4j.WalSegmentInfo;
import io.litestream4j.replica.ObjectContent;
import io.litestream4j.replica.ObjectExistsException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;
import software.amazon.awssdk.services.s3.S3Client;

/** Stores that can't do everything, and keys that may not do everything. */
class S3QuirksTest {

    private static final Generation A = Generation.parse("00000000000000aa");
    private static final Position POSITION = new Position(A, 0, 0);
    private static final PartSizes SIZES = new PartSizes(5 << 20, 9, 6 << 20, 10);

    @TempDir
    Path folder;

    private S3Server server;
    private FaultProxy proxy;
    private S3Client s3;
    private S3ReplicaClient client;
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void open() throws IOException {
        log.start();
        ((Logger) LoggerFactory.getLogger(S3QuirksTest.class.getPackageName())).addAppender(log);
        server = S3Server.start(folder);
        proxy = FaultProxy.before(server.port());
        s3 = S3Server.client(proxy.endpoint());
        client = client("app");
    }

    @AfterEach
    void close() throws IOException {
        ((Logger) LoggerFactory.getLogger(S3QuirksTest.class.getPackageName())).detachAppender(log);
        client.close();
        s3.close();
        proxy.close();
        server.close();
    }

    private S3ReplicaClient client(String prefix) {
        return S3ReplicaClient.builder(s3, S3Server.location(prefix))
                .sizes(SIZES)
                .build();
    }

    @ParameterizedTest
    @CsvSource({
        "501, NotImplemented, A header you provided implies functionality that is not implemented",
        "400, InvalidArgument, Unsupported header If-None-Match"
    })
    void aStoreWithoutConditionsIsAskedBeforeEachUpload(int status, String code, String message) throws IOException {
        proxy.on(ProxiedRequest::isConditional, Integer.MAX_VALUE, Fault.answer(status, code, message, Map.of()));
        client.writeWalSegment(POSITION, bytes(10));
        client.writeWalSegment(new Position(A, 0, 4152), bytes(20));
        client.writeSnapshot(A, 0, bytes(11 << 20));

        assertThat(proxy.requests().stream().filter(ProxiedRequest::isConditional))
                .hasSize(1);
        assertThat(client.writeWalSegment(POSITION, bytes(10)).size()).isEqualTo(10);
        assertThatThrownBy(() -> client.writeWalSegment(POSITION, bytes(11))).isInstanceOf(ObjectExistsException.class);
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, bytes(10))).isInstanceOf(ObjectExistsException.class);
        assertThat(client.openWalSegment(POSITION).readAllBytes()).hasSize(10);
        assertThat(client.openSnapshot(A, 0).readAllBytes()).hasSize(11 << 20);
        assertThat(log.list)
                .filteredOn(event -> event.getFormattedMessage().contains("If-None-Match"))
                .hasSize(1);
    }

    @Test
    void aConflictIsTriedAgain() throws IOException {
        proxy.on(ProxiedRequest::isConditional, 1, Fault.answer(409, "ConditionalRequestConflict"));
        assertThat(client.writeWalSegment(POSITION, bytes(10)).size()).isEqualTo(10);
        proxy.on(ProxiedRequest::isComplete, 1, Fault.answer(409, "ConditionalRequestConflict"));
        assertThat(client.writeSnapshot(A, 0, bytes(11 << 20)).size()).isEqualTo(11 << 20);
        proxy.on(ProxiedRequest::isConditional, 9, Fault.answer(409, "ConditionalRequestConflict"));
        assertThatThrownBy(() -> client.writeWalSegment(new Position(A, 1, 0), bytes(10)))
                .hasMessageContaining("somebody else writes or deletes it at the same time");
        assertThat(client.walSegments(A)).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource({"501, NotImplemented", "405, MethodNotAllowed", "400, InvalidRequest", "400, MissingContentMD5"})
    void aStoreWithoutBatchesDeletesOneByOne(int status, String code) throws IOException {
        proxy.on(ProxiedRequest::isBatchDelete, 9, Fault.answer(status, code));
        for (int round = 0; round < 2; round++) {
            for (int i = 0; i < 3; i++) {
                client.writeWalSegment(new Position(A, i, 0), bytes(10));
            }
            List<WalSegmentInfo> all = new ArrayList<>(client.walSegments(A));
            all.add(all.get(0));
            client.deleteWalSegments(all);
            assertThat(client.walSegments(A)).isEmpty();
        }
        assertThat(proxy.requests().stream().filter(ProxiedRequest::isBatchDelete))
                .hasSize(1);
    }

    @Test
    void eachKeyThatCouldNotBeDeletedIsRead() throws IOException {
        for (int i = 0; i < 5; i++) {
            client.writeWalSegment(new Position(A, i, 0), bytes(10));
        }
        String key = "app/generations/00000000000000aa/wal/0000000%d_00000000.wal.lz4";
        String error = "<Error><Key>%s</Key><Code>%s</Code><Message>x</Message></Error>";
        StringBuilder body = new StringBuilder("<DeleteResult>");
        for (int i = 0; i < 4; i++) {
            body.append(error.formatted(key.formatted(i), i == 1 ? "InternalError" : "AccessDenied"));
        }
        body.append(error.formatted(key.formatted(4), "NoSuchKey")).append("</DeleteResult>");
        proxy.on(ProxiedRequest::isBatchDelete, 1, Fault.reply(200, body.toString()));
        assertThatThrownBy(() -> client.deleteWalSegments(client.walSegments(A)))
                .isInstanceOf(IOException.class)
                .hasMessageStartingWith("can't delete 4 of 5 objects in s3://backups: AccessDenied for "
                        + key.formatted(0) + ", InternalError for " + key.formatted(1))
                .hasMessageContaining(", ...: allow s3:DeleteObject");
        proxy.on(
                ProxiedRequest::isBatchDelete,
                1,
                Fault.reply(
                        200, "<DeleteResult>" + error.formatted(key.formatted(0), "NoSuchKey") + "</DeleteResult>"));
        client.deleteWalSegments(client.walSegments(A));
    }

    @Test
    void aListingThatRunsInCirclesIsAnError() {
        String page = "<ListBucketResult><IsTruncated>true</IsTruncated>%s</ListBucketResult>";
        proxy.on(
                ProxiedRequest::isList,
                2,
                Fault.reply(200, page.formatted("<NextContinuationToken>same</NextContinuationToken>")));
        assertThatThrownBy(() -> client.generations()).hasMessageContaining("there is more, but not where");
        assertThat(proxy.count(ProxiedRequest.Kind.LIST)).isEqualTo(2);
        proxy.always(Fault.reply(200, page.formatted("")));
        assertThatThrownBy(() -> client.walSegments(A)).hasMessageContaining("there is more, but not where");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<CommonPrefixes><Prefix>app%2Fgenerations%2F00000000000000aa%2F</Prefix></CommonPrefixes>",
                "<Contents><Key>/app/generations/00000000000000aa/wal/00000000_00000000.wal.lz4</Key></Contents>",
                "<Contents><Size>7</Size></Contents>"
            })
    void aListingOfAnythingElseIsNotAnEmptyReplica(String entry) {
        proxy.always(
                Fault.reply(200, "<ListBucketResult><IsTruncated>false</IsTruncated>" + entry + "</ListBucketResult>"));
        assertThatThrownBy(() -> {
                    client.generations();
                    client.walSegments(A);
                })
                .isInstanceOf(IOException.class)
                .hasMessageContaining("expected names that begin with");
    }

    @Test
    void anAnswerThatIsNoListingIsNotAnEmptyReplica() {
        proxy.always(Fault.reply(200, "<html><body>Please log in to this hotel's network</body></html>"));
        assertThatThrownBy(() -> client.generations()).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> client.walSegments(A)).isInstanceOf(IOException.class);
        proxy.heal();
        proxy.always(Fault.reply(200, ""));
        assertThatThrownBy(() -> client.generations()).isInstanceOf(IOException.class);
    }

    @Test
    void anAnswerThatIsNotTheStoresConfirmsNothing() {
        proxy.on(ProxiedRequest::isPlainPut, 1, Fault.reply(200, "<html>Welcome</html>"));
        assertThatThrownBy(() -> client.writeWalSegment(POSITION, bytes(10))).hasMessageContaining("no ETag");
        proxy.on(ProxiedRequest::isPart, 1, Fault.reply(200, "<html>Welcome</html>"));
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, bytes(11 << 20))).hasMessageContaining("no ETag");
        proxy.on(ProxiedRequest::isComplete, 1, Fault.reply(200, "<html>Welcome</html>"));
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, bytes(11 << 20))).hasMessageContaining("no ETag");
        proxy.on(ProxiedRequest::isCreate, 1, Fault.reply(200, "<html>Welcome</html>"));
        assertThatThrownBy(() -> client.writeSnapshot(A, 0, bytes(11 << 20))).hasMessageContaining("no name");
    }

    @Test
    void anErrorInsideASuccessfulCompletion() throws IOException {
        proxy.on(
                ProxiedRequest::isComplete,
                1,
                Fault.reply(200, "<Error><Code>InternalError</Code><Message>x</Message></Error>"));
        client.writeSnapshot(A, 0, bytes(11 << 20));
        assertThat(client.openSnapshot(A, 0).readAllBytes()).hasSize(11 << 20);
    }

    @Test
    void probeNamesTheMissingPermission() throws IOException {
        Fault denied = Fault.answer(403, "AccessDenied");
        proxy.on(ProxiedRequest::isList, 1, denied);
        assertThatThrownBy(() -> client.probe()).hasMessageContaining("allow s3:ListBucket");
        proxy.on(ProxiedRequest::isGet, 1, denied);
        assertThatThrownBy(() -> client.probe()).hasMessageContaining("allow s3:GetObject");
        proxy.on(ProxiedRequest::isCreate, 1, denied);
        assertThatThrownBy(() -> client.probe()).hasMessageContaining("allow s3:PutObject");
        proxy.on(request -> request.method().equals("DELETE"), 1, denied);
        client.probe();
        assertThat(log.list)
                .anySatisfy(event -> assertThat(event.getFormattedMessage()).contains("allow s3:AbortMultipartUpload"));
    }

    @Test
    void aBucketThatDoesNotExistIsNotAnEmptyReplica() {
        try (S3ReplicaClient nowhere = S3ReplicaClient.builder(s3, S3Location.of("no-such-bucket", "app"))
                .build()) {
            for (Call call : calls()) {
                assertThatThrownBy(() -> call.on(nowhere), "after " + nowhere.requests())
                        .isInstanceOf(IOException.class)
                        .isNotInstanceOf(NoSuchFileException.class)
                        .hasMessageContaining("there is no bucket \"no-such-bucket\"");
            }
        }
    }

    @Test
    void aWrongSecretAndAnUnknownKeyAndAStoreThatIsAway() throws IOException {
        for (String[] key : new String[][] {
            {S3Server.ACCESS_KEY_ID, "wrong-secret", "check secret-access-key"},
            {"UNKNOWNKEY", S3Server.SECRET_ACCESS_KEY, "check access-key-id"}
        }) {
            S3ClientSettings settings = S3ClientSettings.builder()
                    .endpoint(server.endpoint())
                    .accessKeyId(key[0])
                    .secretAccessKey(key[1])
                    .build();
            try (S3ReplicaClient stranger = S3ReplicaClient.builder(
                            S3Clients.create(S3Server.location(""), settings), S3Server.location("app"))
                    .closesClient(true)
                    .build()) {
                assertThatThrownBy(stranger::probe).hasMessageContaining(key[2]);
            }
        }
        proxy.close();
        assertThatThrownBy(() -> client.probe()).hasMessageContaining("nobody answers at the store's address");
    }

    /** All but the deletions, to which this server says yes. */
    private static List<Call> calls() {
        return List.of(
                S3ReplicaClient::probe,
                S3ReplicaClient::generations,
                client -> client.snapshots(A),
                client -> client.walSegments(A),
                client -> client.openSnapshot(A, 0),
                client -> client.writeWalSegment(POSITION, bytes(10)),
                client -> client.writeSnapshot(A, 0, bytes(11 << 20)));
    }

    @FunctionalInterface
    private interface Call {
        void on(S3ReplicaClient client) throws IOException;
    }

    private static ObjectContent bytes(int size) {
        return out -> out.write(new byte[size]);
    }
}
