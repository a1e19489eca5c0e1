package io.litestream4j.replica.s3;

import io.litestream4j.replica.ObjectContent;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;

/** Compares content with the bytes of a stored object, without holding either. */
final class StoredComparison {

    private StoredComparison() {}

    /** Whether the content is what the stream gives, from here to its end. */
    static boolean isSame(ObjectContent content, InputStream stored) throws IOException {
        Comparing comparing = new Comparing(stored);
        try {
            content.writeTo(comparing);
        } catch (DifferenceException e) {
            return false;
        }
        return !comparing.differs && stored.read() < 0;
    }

    private static final class Comparing extends OutputStream {

        private final InputStream stored;
        private boolean differs;

        Comparing(InputStream stored) {
            this.stored = stored;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            byte[] expected = stored.readNBytes(length);
            if (!Arrays.equals(expected, 0, expected.length, bytes, offset, offset + length)) {
                differs = true;
                throw new DifferenceException();
            }
        }
    }

    private static final class DifferenceException extends IOException {
        private static final long serialVersionUID = 1L;
    }
}
