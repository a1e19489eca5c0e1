#!/usr/bin/env bash
# A project outside this build, with the starter as its only dependency on it, goes the whole way: it writes a row, is
# killed, loses its database, is started again, and has the row: with a folder as its replica, then with S3, which the
# sample's own server is. Prints one line of PASS for each step.
# The modules are installed into a temporary copy of the local repository, so that nothing is left behind.
set -euo pipefail
exec </dev/null

cd "$(dirname "${BASH_SOURCE[0]}")/.."
work=$(mktemp -d)
app=
s3=
cleanup() {
    status=$?
    [ -z "$app" ] || kill -9 "$app" 2>/dev/null || true
    [ -z "$s3" ] || { kill -9 "$s3"; wait "$s3"; } 2>/dev/null || true
    [ "$status" -eq 0 ] || tail -n 40 "$work"/*.log >&2 || true
    rm -rf "$work"
}
trap cleanup EXIT

# versions as this build has them
property() { sed -n "s|.*<$1>\(.*\)</$1>.*|\1|p" pom.xml | head -n 1; }
version=$(sed -n 's|.*<version>\(.*\)</version>.*|\1|p' pom.xml | head -n 1)
boot=$(property spring-boot.version)

# a copy by hard links; what Maven writes to in place is copied for real
repository=${MAVEN_REPOSITORY:-$HOME/.m2/repository}
mkdir -p "$repository"
cp -al "$repository" "$work/m2" 2>/dev/null || { rm -rf "$work/m2"; cp -a "$repository" "$work/m2"; }
find "$work/m2" \( -name '_remote.repositories' -o -name '*.lastUpdated' -o -name '*.properties' \
    -o -name 'maven-metadata*' \) -exec sh -c 'for f; do cp -p "$f" "$f.copy"; mv "$f.copy" "$f"; done' sh {} +

mvn -q -B -ntp -Dmaven.repo.local="$work/m2" install -DskipTests -pl litestream-spring-boot-starter -am >"$work/install.log" 2>&1
echo "PASS installed $version"

mkdir -p "$work/app/src/main/java/consumer" "$work/app/src/main/resources"
cat >"$work/app/pom.xml" <<EOF
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>$boot</version>
    <relativePath/>
  </parent>
  <groupId>consumer</groupId>
  <artifactId>consumer</artifactId>
  <version>1</version>
  <properties>
    <java.version>17</java.version>
  </properties>
  <dependencies>
    <dependency>
      <groupId>io.litestream4j</groupId>
      <artifactId>litestream-spring-boot-starter</artifactId>
      <version>$version</version>
    </dependency>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-jdbc</artifactId>
    </dependency>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-webmvc</artifactId>
    </dependency>
  </dependencies>
  <build>
    <plugins>
      <plugin>
        <groupId>org.springframework.boot</groupId>
        <artifactId>spring-boot-maven-plugin</artifactId>
      </plugin>
    </plugins>
  </build>
</project>
EOF
cat >"$work/app/src/main/java/consumer/Consumer.java" <<'EOF'
package consumer;

import java.util.List;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.web.bind.annotation.*;

@SpringBootApplication
@RestController
public class Consumer {
    private final JdbcTemplate jdbc;

    Consumer(JdbcTemplate jdbc) {
        this.jdbc = jdbc;
        jdbc.execute("create table if not exists word (text text)");
    }

    @PostMapping("/words/{word}")
    void add(@PathVariable String word) {
        jdbc.update("insert into word values (?)", word);
    }

    @GetMapping("/words")
    List<String> all() {
        return jdbc.queryForList("select text from word", String.class);
    }

    public static void main(String[] arguments) {
        SpringApplication.run(Consumer.class, arguments);
    }
}
EOF
cat >"$work/app/src/main/resources/application.yml" <<'EOF'
spring:
  datasource:
    url: jdbc:sqlite:./data/words.db
litestream:
  replica-url: ./replica
management:
  endpoints:
    web:
      exposure:
        include: health, litestream
EOF
mvn -q -B -ntp -Dmaven.repo.local="$work/m2" package -f "$work/app/pom.xml" >"$work/package.log" 2>&1
echo "PASS built a project that has only the starter"

start() {
    : >"$work/run.log"
    (cd "$work/app" && exec env -u AWS_REGION -u AWS_DEFAULT_REGION \
        java -jar target/consumer-1.jar --server.port=0 "${replica[@]}" >"$work/run.log" 2>&1) &
    app=$!
    for _ in $(seq 300); do
        port=$(sed -n 's/.*Tomcat started on port \([0-9]*\).*/\1/p' "$work/run.log")
        if [ -n "$port" ] && curl -fsS "http://localhost:$port/words" >/dev/null 2>&1; then
            return
        fi
        kill -0 "$app" || { echo "FAIL it ended while starting" >&2; exit 1; }
        sleep 0.2
    done
    echo "FAIL it did not start in a minute" >&2
    exit 1
}

# waits until the replica has everything, as the endpoint says it
replicated() {
    for _ in $(seq 150); do
        if curl -fsS "http://localhost:$port/actuator/litestream/main" | grep -q '"pendingBytes":0,"lag":"PT0S",'; then
            return
        fi
        sleep 0.1
    done
    echo "FAIL not replicated: $(curl -sS "http://localhost:$port/actuator/litestream")" >&2
    exit 1
}

killed() {
    kill -9 "$app"
    wait "$app" 2>/dev/null || true
    app=
}

has() {
    words=$(curl -fsS "http://localhost:$port/words")
    [ "$words" = "$1" ] || { echo "FAIL expected $1, got $words" >&2; exit 1; }
}

# $1 is the kind of the replica, for what is printed
tour() {
    rm -rf "$work/app/data"
    start
    echo "PASS $1: started without a database, a backup or an AWS region"
    curl -fsS -X POST "http://localhost:$port/words/one"
    sleep 1.5 # two looks of the monitor: an autocommit is found by looking
    replicated
    killed
    echo "PASS $1: wrote a row and was killed"
    rm -rf "$work/app/data"
    start
    has '["one"]'
    echo "PASS $1: lost its database, was started again, and has the row"
    curl -fsS -X POST "http://localhost:$port/words/two"
    kill "$app"
    wait "$app" 2>/dev/null || true
    app=
    rm -rf "$work/app/data"
    start
    has '["one","two"]'
    curl -fsS "http://localhost:$port/actuator/health" | grep -q '"status":"UP"'
    curl -fsS "http://localhost:$port/actuator/litestream/main" | grep -q "\"type\":\"$1\""
    echo "PASS $1: ended in good order, and the last row is on the replica too"
    killed
}

replica=()
tour file

mvn -q -B -ntp -Dmaven.repo.local="$work/m2" test-compile \
    org.apache.maven.plugins:maven-dependency-plugin:3.7.1:build-classpath \
    -Dmdep.outputFile="$work/classpath" -Dmdep.includeScope=test -pl sample-app >"$work/s3-build.log" 2>&1
classes=$PWD/sample-app/target/test-classes:$PWD/sample-app/target/classes
(cd "$work" && exec java -cp "$classes:$(cat "$work/classpath")" io.litestream4j.sample.SampleOnS3 --s3-only \
    >"$work/s3.log" 2>&1) &
s3=$!
for _ in $(seq 300); do
    read -ra replica <<<"$(sed -n 's/^S3: //p' "$work/s3.log")"
    [ "${#replica[@]}" -eq 0 ] || break
    kill -0 "$s3" || { echo "FAIL the S3 server ended while starting" >&2; exit 1; }
    sleep 0.2
done
echo "PASS s3: an S3 server on this machine"
tour s3
[ -n "$(find "$work/s3/notes/app/generations" -name '*.wal.lz4' -print -quit)" ]
echo "PASS s3: generations, snapshots and segments lie in the bucket"
