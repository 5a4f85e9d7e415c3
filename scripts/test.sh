#!/bin/sh
# test.sh BUILD SUITE... - runs test programs and counts them; the last line is "N passed, N failed, N skipped".
#
# A SUITE is a Criterion program BUILD/tests/SUITE.test, or `plain`: every tests/plain/*.sh, which prints lines
# "ok NAME", "not ok NAME why", "skip NAME why"; or `fuzz`, which prints them too: each target of tests/fuzz on its
# corpus. FILTER='golden/*' picks cases of the Criterion programs, SCRIPTS='opencl*' of the scripts.
# A program that ends badly without a failed case counts as one failure, and so does one that ran nothing.
set -u
build=$1
shift
# LeakSanitizer sees only what Criterion itself leaves behind; leaks are looked for by tests/plain/leaks.sh.
export ASAN_OPTIONS="detect_leaks=0${ASAN_OPTIONS:+:$ASAN_OPTIONS}"
# Test material from outside the repository; what is not there is skipped, and said.
: "${FOVEA_MATERIAL:=../shared/material}"
[ -d "$FOVEA_MATERIAL" ] && export FOVEA_MATERIAL
results=$build/test-results
mkdir -p "$results" || exit 1
passed=0 failed=0 skipped=0

# count NAME STATUS SECOND-OF-START FILE: adds the results in FILE (ok, not ok, skip) and prints a line.
count() {
    set -- "$1" "$2" "$3" "$4" $(awk '
        /^not ok / { f++; next }
        /^ok .*# SKIP test was skipped$/ { next }
        /^ok .*# SKIP/ || /^skip / { s++; next }
        /^ok / { p++ }
        END { print p + 0, f + 0, s + 0 }' "$4")
    p=$5 f=$6 s=$7
    if [ "$2" -ne 0 ] && [ "$f" -eq 0 ]; then
        echo "$1: ended with status $2" >&2
        f=1
    elif [ $((p + f + s)) -eq 0 ] && [ -z "${FILTER-}" ]; then
        echo "$1: ran nothing" >&2
        f=1
    fi
    passed=$((passed + p)) failed=$((failed + f)) skipped=$((skipped + s))
    printf '%-16s %4d passed %3d failed %3d skipped  %4d s\n' "$1" "$p" "$f" "$s" $(($(date +%s) - $3))
}

# Scripts, as many at a time as the machine has cores; each is counted when it has ended.
run_scripts() {
    ended=$results/ended
    rm -f "$ended" && mkfifo "$ended" || exit 1
    printf '%s\n' tests/plain/${SCRIPTS:-*}.sh | BUILD=$build xargs -P "$(nproc)" -I '{}' sh -c '
        name=$(basename "$1" .sh) start=$(date +%s)
        sh "$1" >"$0/$name.txt" 2>&1 </dev/null
        echo "$name $? $start"' "$results" '{}' >"$ended" &
    while read -r name status start; do
        grep -v '^ok ' "$results/$name.txt"
        count "plain/$name" "$status" "$start" "$results/$name.txt"
    done <"$ended"
    rm -f "$ended"
}

for suite in "$@"; do
    if [ "$suite" = fuzz ]; then
        start=$(date +%s)
        status=0
        for target in tests/fuzz/*.c; do
            target=$(basename "$target" .c)
            ASAN_OPTIONS="$ASAN_OPTIONS:detect_leaks=1" "$build/tests/fuzz/$target.replay" "tests/fuzz/corpus/$target" || status=1
        done >"$results/fuzz.txt"
        grep -v '^ok ' "$results/fuzz.txt"
        count fuzz $status "$start" "$results/fuzz.txt"
        continue
    fi
    if [ "$suite" = plain ]; then
        run_scripts
        continue
    fi
    start=$(date +%s)
    rm -f "$results/$suite.tap"
    "$build/tests/$suite.test" --tap="$results/$suite.tap" ${FILTER:+--filter "$FILTER"} 2>"$results/$suite.err"
    status=$?
    grep -v '^\[====\] Synthesis' "$results/$suite.err" >&2
    [ -f "$results/$suite.tap" ] || : >"$results/$suite.tap"
    sed -n '/# SKIP test was skipped$/d;s/^ok - \([^ ]*\) *# SKIP \(.*\)/skip \1: \2/p' "$results/$suite.tap"
    count "$suite" $status "$start" "$results/$suite.tap"
done

if [ $((passed + failed)) -eq 0 ]; then
    echo "no test ran${FILTER:+: nothing matches '$FILTER'}" >&2
    failed=1
fi
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
