#!/usr/bin/env bash
# Do the tests find bugs? Puts known ones into a copy of the sources, one at a time, and requires that the tests which each
# patch names fail. Takes about half an hour; arguments name single patches. The outcome is a table for RELIABILITY.md.
set -euo pipefail
exec </dev/null

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
git clone -q "$root" "$work/clone"
cd "$work/clone"
# a bug may leave something unused behind: that it compiles is enough
sed -i '/<arg>-Werror<\/arg>/d' pom.xml
mvn -B -ntp -q -pl litestream-core test-compile

patches=("$@")
[ "${#patches[@]}" -gt 0 ] || patches=(litestream-core/src/test/mutations/*.patch)
missed=0
for patch in "${patches[@]}"; do
    name=$(basename "$patch" .patch)
    tests=$(sed -n 's/^Caught-by: //p' "$patch")
    git apply "$patch"
    mvn -B -ntp -q -pl litestream-core compiler:compile >"$work/compile.log" 2>&1 || {
        echo "$name: doesn't compile"
        grep ERROR "$work/compile.log" | head -5
        exit 1
    }
    if mvn -B -ntp -pl litestream-core surefire:test -Dtest="$tests" >"$work/test.log" 2>&1; then
        echo "| $name | NOT FOUND by $tests |"
        missed=1
    else
        found=$(grep -oE '^\[ERROR\]   [A-Za-z0-9]+\.[A-Za-z0-9]+' "$work/test.log" | awk '{print $2}' | sort -u | head -4 | paste -sd' ' - || true)
        if [ -z "$found" ]; then
            found=$(grep -oE '^\[ERROR\] io\.litestream4j[A-Za-z0-9.]*\.[A-Za-z0-9]+\.[A-Za-z0-9]+' "$work/test.log" | awk '{print $2}' | sort -u | head -4 | paste -sd' ' - || true)
        fi
        [ -n "$found" ] || { echo "$name: the tests didn't run"; tail -20 "$work/test.log"; exit 1; }
        echo "| $name | $found |"
    fi
    git checkout -q -- litestream-core
done
exit "$missed"
