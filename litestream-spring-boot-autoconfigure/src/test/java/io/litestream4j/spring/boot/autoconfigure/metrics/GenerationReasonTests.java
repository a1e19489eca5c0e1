package io.litestream4j.spring.boot.autoconfigure.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The engine's own texts, as they stand in its log. */
class GenerationReasonTests {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            no generation exists                                                            | first
            wal truncated by another process                                                | wal-changed
            wal header mismatch                                                             | wal-changed
            SQLite counts 3 committed frames in the WAL, 2 could be proved and copied       | wal-changed
            the read transaction that pins the WAL was lost                                 | pin-lost
            the database's file was deleted or replaced while the application runs          | file-replaced
            page size changed from 4096 to 8192                                             | page-size
            the WAL grew past 4026531840 bytes without a gap in which to seal it            | index-exhausted
            max-pending-size: 5 bytes wait for replica s3, the limit is 4                   | max-pending-size
            replica-ahead: it holds generation 0123456789abcdef, which is newer             | replica-ahead
            the replica lacks the start of index 00000001, what follows is x                | replica-differs
            index 00000003 has no end mark on the replica: somebody else wrote there        | replica-differs
            generations/x/wal/00000000_00000000.wal.lz4: exists on the replica with other bytes | replica-differs
            something that nobody has thought of                                            | other
            """)
    void eachIsOneOfAFewWords(String text, String word) {
        assertThat(GenerationReason.of(text).tag()).isEqualTo(word);
    }
}
