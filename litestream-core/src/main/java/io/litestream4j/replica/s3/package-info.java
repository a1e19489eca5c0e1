/** A replica in a bucket of Amazon S3, or of a store that speaks its protocol. Needs the AWS SDK. */
@NullMarked
package io.litestream4j.replica.s3;

import org.jspecify.annotations.NullMarked;
