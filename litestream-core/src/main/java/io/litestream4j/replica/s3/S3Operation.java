package io.litestream4j.replica.s3;

/** What a request is for: how it is counted, what it is called, and which permission it needs. */
enum S3Operation {
    LIST(Kind.LIST, "list", "s3:ListBucket"),
    READ(Kind.GET, "read", "s3:GetObject"),
    HEAD(Kind.GET, "look at", "s3:GetObject"),
    STORE(Kind.PUT, "store", "s3:PutObject"),
    DELETE(Kind.DELETE, "delete", "s3:DeleteObject"),
    ABORT(Kind.DELETE, "give up the upload of", "s3:AbortMultipartUpload");

    /** The columns of a bill. */
    enum Kind {
        PUT,
        GET,
        LIST,
        DELETE
    }

    private final Kind kind;
    private final String verb;
    private final String permission;

    S3Operation(Kind kind, String verb, String permission) {
        this.kind = kind;
        this.verb = verb;
        this.permission = permission;
    }

    Kind kind() {
        return kind;
    }

    /** Before the name of an object in a sentence. */
    String verb() {
        return verb;
    }

    String permission() {
        return permission;
    }
}
