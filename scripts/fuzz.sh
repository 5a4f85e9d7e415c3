#!/bin/sh
# fuzz.sh BUILD TARGET... - runs each fuzz target for FUZZ_SECONDS (300) and prints a table; exit status 1 on a finding.
#
# A target starts from tests/fuzz/corpus/TARGET and from what earlier runs kept in BUILD/corpus/TARGET. A finding is
# an input in BUILD/findings, with libFuzzer's words in BUILD/findings/TARGET.log. With MERGE=1 it does not look for any,
# and puts into tests/fuzz/corpus the smallest set of inputs, of all there are, that reaches the same code (how often it
# is reached counts only while looking).
set -u
build=$1
shift
: "${FUZZ_SECONDS:=300}"
corpus=$build/corpus findings=$build/findings
mkdir -p "$findings" || exit 1
given=${ASAN_OPTIONS:+:$ASAN_OPTIONS}

# The words of a target: its own, and the names of all operations for those that read them.
dictionary() {
    case $1 in
    model) cat tests/fuzz/language.dict ;;
    *) cat "tests/fuzz/$1.dict" ;;
    esac
    case $1 in
    language | model | ir) sed -n 's/^OP(\([a-z0-9_]*\),.*/"\1"/p' compiler/ops/ops.def ;;
    esac
}

# The longest input that is tried.
longest() {
    case $1 in
    png | jpeg | idx) echo 65536 ;;
    *) echo 16384 ;;
    esac
}

# What is over this many megabytes gets no memory: pictures may claim any size, and getting it takes long.
most_memory() {
    case $1 in
    png | jpeg | idx | npy) echo 64 ;;
    *) echo 1024 ;;
    esac
}

statistic() { grep -a "^stat::$1:" "$2" | sed 's/.*: *//' | tail -n 1; }

table=$findings/table
: >"$table"
found=0
for target in "$@"; do
    program=$build/tests/fuzz/$target.fuzz log=$findings/$target.log
    if [ ! -x "$program" ]; then
        echo "fuzz: no target is called '$target'" >&2
        exit 1
    fi
    mkdir -p "$corpus/$target" "tests/fuzz/corpus/$target"
    dictionary "$target" >"$findings/$target.dict"
    set -- -max_len="$(longest "$target")" -timeout=10 -rss_limit_mb=2560 -dict="$findings/$target.dict"
    export ASAN_OPTIONS="allocator_may_return_null=1:max_allocation_size_mb=$(most_memory "$target")$given"
    if [ "${MERGE-}" = 1 ]; then
        rm -rf "$build/merged" && mkdir "$build/merged" &&
            "$program" "$@" -merge=1 -use_counters=0 "$build/merged" "tests/fuzz/corpus/$target" "$corpus/$target" 2>"$log" || exit 1
        find "tests/fuzz/corpus/$target" -type f ! -name 'crash-*' ! -name 'hang-*' ! -name 'leak-*' -delete
        cp "$build/merged"/* "tests/fuzz/corpus/$target" || exit 1
        printf '%-12s %5s inputs, %s\n' "$target" "$(ls "tests/fuzz/corpus/$target" | wc -l)" \
            "$(du -sh --apparent-size "tests/fuzz/corpus/$target" | cut -f 1)" >>"$table"
        continue
    fi
    echo "fuzz: $target for $FUZZ_SECONDS s"
    rm -f "$findings/$target"-*
    "$program" "$@" -max_total_time="$FUZZ_SECONDS" -print_final_stats=1 -artifact_prefix="$findings/$target-" \
        "$corpus/$target" "tests/fuzz/corpus/$target" 2>"$log"
    status=$?
    result=none
    if [ $status -ne 0 ]; then
        result=$(ls "$findings/$target"-* 2>/dev/null | head -n 1)
        result="${result:-ended with status $status}: see $log"
        found=1
        grep -a -m 1 'ERROR: \|broken promise\|runtime error\|internal error' "$log"
    fi
    printf '%-12s %11s executions %7s a second %5s inputs kept   findings: %s\n' "$target" \
        "$(statistic number_of_executed_units "$log")" "$(statistic average_exec_per_sec "$log")" \
        "$(ls "$corpus/$target" | wc -l)" "$result" >>"$table"
done
cat "$table"
exit $found
