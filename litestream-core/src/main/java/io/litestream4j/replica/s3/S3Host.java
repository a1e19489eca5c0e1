package io.litestream4j.replica.s3;

import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The host of an S3 URL: a bucket, alone or before the host of a store that Litestream knows. */
record S3Host(
        String bucket, @Nullable String region, @Nullable URI endpoint) {

    private static final String DEFAULT_REGION = "us-east-1";
    private static final String BUCKET = "^(?:(?<bucket>.+)\\.)?";
    private static final String REGION = "(?<region>[^.]+)";

    private static final List<Store> STORES = List.of(
            new Store("http", BUCKET + "(?<host>localhost)$", DEFAULT_REGION),
            new Store("https", BUCKET + "(?<host>s3\\." + REGION + "\\.backblazeb2\\.com)$", null),
            new Store("https", BUCKET + "(?<host>s3\\.filebase\\.com)$", DEFAULT_REGION),
            new Store("https", BUCKET + "(?<host>" + REGION + "\\.digitaloceanspaces\\.com)$", null),
            new Store("https", BUCKET + "(?<host>s3\\." + REGION + "\\.scw\\.cloud)$", null),
            new Store("https", BUCKET + "(?<host>" + REGION + "\\.linodeobjects\\.com)$", null),
            new Store("https", BUCKET + "(?<host>storage\\.googleapis\\.com)$", DEFAULT_REGION));

    /** Hosts that can't be buckets, though Litestream would take them for one. */
    private static final Pattern NEEDS_ENDPOINT = Pattern.compile(
            ".*\\.(amazonaws\\.com(\\.cn)?|r2\\.cloudflarestorage\\.com|wasabisys\\.com|tigris\\.dev|t3\\.storage\\.dev)$"
                    + "|^\\d+\\.\\d+\\.\\d+\\.\\d+$|.*\\.\\d+\\.\\d+\\.\\d+\\.\\d+$");

    static S3Host parse(String authority) {
        int colon = authority.lastIndexOf(':');
        String host = colon < 0 ? authority : authority.substring(0, colon);
        String port = colon < 0 ? "" : authority.substring(colon);
        if (!port.isEmpty() && !isPort(port)) {
            throw new IllegalArgumentException("the port of the S3 URL must be a number from 1 to 65535");
        }
        for (Store store : STORES) {
            Matcher matcher = store.host.matcher(host.toLowerCase(Locale.ROOT));
            if (matcher.matches()) {
                return store.read(host, matcher, port);
            }
        }
        return alone(host, port);
    }

    private static S3Host alone(String host, String port) {
        if (host.isEmpty()) {
            throw new IllegalArgumentException("the S3 URL names no bucket: write s3://bucket/path");
        }
        boolean amazon = host.toLowerCase(Locale.ROOT).contains(".amazonaws.com");
        if (!port.isEmpty()
                || NEEDS_ENDPOINT.matcher(host.toLowerCase(Locale.ROOT)).matches()) {
            throw new IllegalArgumentException(("the S3 URL names a host that isn't known by its name:"
                            + " write s3://bucket/path and set %s")
                    .formatted(amazon ? "region" : "endpoint to https://host" + (port.isEmpty() ? "" : ":port")));
        }
        return new S3Host(host, null, null);
    }

    private static boolean isPort(String text) {
        if (!text.matches(":[0-9]{1,5}")) {
            return false;
        }
        int number = Integer.parseInt(text.substring(1));
        return number >= 1 && number <= 65535;
    }

    /**
     * A store known by its host.
     *
     * @param region null when the host names it
     */
    private record Store(
            String scheme, Pattern host, @Nullable String region) {

        Store(String scheme, String host, @Nullable String region) {
            this(scheme, Pattern.compile(host), region);
        }

        S3Host read(String host, Matcher matcher, String port) {
            if (matcher.group("bucket") == null) {
                throw new IllegalArgumentException("the S3 URL names no bucket: write s3://bucket.%s%s/path"
                        .formatted(matcher.group("host"), port));
            }
            String bucket = host.substring(matcher.start("bucket"), matcher.end("bucket"));
            return new S3Host(
                    bucket,
                    region == null ? matcher.group("region") : region,
                    URI.create(scheme + "://" + matcher.group("host") + port));
        }
    }
}
