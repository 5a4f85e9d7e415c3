#!/bin/sh
# pairs.sh [PASS,...] [NET...] - what passes do to time: each net of examples/zoo/zoo.list (or those named) on one core
# with all passes, and with those switched off (default: all that can be). Both programs take turns; the ratio is the
# median of those of neighbouring runs. CC=gcc, TARGET=avx2 and ROUNDS=15 change what is measured.
set -eu
cd "$(dirname "$0")/.."
off=${1:-all}
if [ $# -gt 0 ]; then shift; fi
cc=${CC:-clang} target=${TARGET:-c} rounds=${ROUNDS:-9}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pin=
if command -v taskset >/dev/null; then pin="taskset -c ${CORE:-0}"; fi
native=
if [ "$target" = c ]; then native=-march=native; fi

# program WAY OPTION...: the net's stand-alone program, as $work/WAY/run
program() {
    way=$1
    shift
    build/fovea compile "$@" --target "$target" -w random:1 --main --name net -o "$work/$way" >"$work/log" 2>&1 ||
        { cat "$work/log"; exit 1; }
    $cc -O3 $native -I"$work/$way" -I"$work/$way/program" "$work/$way"/*.c "$work/$way"/*.S "$work/$way"/program/*.c \
        -o "$work/$way/run" -lpng -ljpeg -lz -lm 2>"$work/log" || { cat "$work/log"; exit 1; }
}

printf '%-20s %10s %10s %8s   (%s, target %s, without: %s)\n' net 'ms before' 'ms after' ratio "$cc" "$target" "$off"
while read -r name model; do
    case $name in '' | \#*) continue ;; esac
    if [ $# -gt 0 ]; then
        case " $* " in *" $name "*) ;; *) continue ;; esac
    fi
    program before $model --disable "$off"
    program after $model
    runs=$($pin "$work/after/run" --time 1 | sed 's/.*median \([0-9.]*\).*/\1/' | awk '{ n = int(100 / $1); print (n < 1 ? 1 : n > 200 ? 200 : n) }')
    i=0
    : >"$work/times"
    while [ $i -lt "$rounds" ]; do
        for way in before after; do
            $pin "$work/$way/run" --time "$runs" | sed 's/.*median [0-9.]* ms, min \([0-9.]*\).*/\1/'
        done | paste -s -d ' ' >>"$work/times"
        i=$((i + 1))
    done
    awk '{ print $2 / $1 }' "$work/times" | sort -n | sed -n "$(((rounds + 1) / 2))p" >"$work/ratio"
    awk -v name="$name" -v ratio="$(cat "$work/ratio")" '
        NR == 1 || $1 < a { a = $1 } NR == 1 || $2 < b { b = $2 }
        END { printf "%-20s %10.3f %10.3f %8.3f\n", name, a, b, ratio }' "$work/times"
    rm -rf "$work/before" "$work/after"
done <examples/zoo/zoo.list
