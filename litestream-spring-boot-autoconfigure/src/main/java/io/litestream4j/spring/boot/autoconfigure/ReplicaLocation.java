package io.litestream4j.spring.boot.autoconfigure;

import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads where a replica is from {@code url}, or from {@code type}, {@code bucket} and {@code path}. */
final class ReplicaLocation {

    private static final Pattern LOOKS_LIKE_A_URL = Pattern.compile("\\w+://.*", Pattern.DOTALL);
    private static final Set<String> OTHER_TYPES = Set.of("gcs", "gs", "abs", "sftp", "nats", "oss", "webdav");
    private static final String S3 = "s3";
    private static final String FILE = "file";

    private ReplicaLocation() {}

    /** Whether anything says where the replica is. */
    static boolean isGiven(LitestreamProperties.Replica keys) {
        return Texts.trimmed(keys.getUrl()) != null
                || Texts.trimmed(keys.getBucket()) != null
                || Texts.trimmed(keys.getPath()) != null
                || S3.equals(Texts.trimmed(keys.getType()));
    }

    /** The location that one level names; null when it names none. */
    static @Nullable ReplicaUrl of(Level<LitestreamProperties.Replica> level) {
        String type = type(level);
        String url = Texts.trimmed(level.keys().getUrl());
        String bucket = Texts.trimmed(level.keys().getBucket());
        String path = Texts.trimmed(level.keys().getPath());
        if (url != null) {
            notBoth(level, "path", path);
            notBoth(level, "bucket", bucket);
            return ReplicaUrl.parse(level.key("url"), url);
        }
        if (path != null && LOOKS_LIKE_A_URL.matcher(path).matches()) {
            throw new LitestreamStartException(
                    "%s is \"%s\", which is a URL.".formatted(level.key("path"), path),
                    "Set %s instead of %s.".formatted(level.key("url"), level.key("path")));
        }
        if (bucket != null && FILE.equals(type)) {
            throw LitestreamStartException.invalid(level.key("type"), FILE, "s3, or remove " + level.key("bucket"));
        }
        if (bucket != null) {
            return ReplicaUrl.bucket(level.key("bucket"), bucket, path == null ? "" : path);
        }
        if (S3.equals(type)) {
            throw LitestreamStartException.invalid(level.key("bucket"), "", "the bucket's name");
        }
        return path == null ? null : ReplicaUrl.file(level.key("path"), Texts.path(level.key("path"), path));
    }

    private static @Nullable String type(Level<LitestreamProperties.Replica> level) {
        String type = Texts.trimmed(level.keys().getType());
        if (type != null && OTHER_TYPES.contains(type)) {
            throw LitestreamStartException.invalid(
                    level.key("type"), type, "file or s3: other kinds of storage are not supported");
        }
        if (type != null && !type.equals(FILE) && !type.equals(S3)) {
            throw LitestreamStartException.invalid(level.key("type"), type, "file or s3");
        }
        return type;
    }

    private static void notBoth(Level<LitestreamProperties.Replica> level, String name, @Nullable String value) {
        if (value != null) {
            throw new LitestreamStartException(
                    "%s is set, and %s is \"%s\".".formatted(level.key("url"), level.key(name), value),
                    "Remove %s: the URL says it all.".formatted(level.key(name)));
        }
    }
}
