#!/bin/sh
# paired.sh [NET...] - what the passes do to the time of nets of the zoo: programs with all passes and without take turns
# on one core (paired.c). Portable C, -O3 -march=native, with each compiler of COMPILERS (clang gcc); TARGET=avx2: that.
# Functions and loops are aligned, so that it is not their addresses that make one of them faster.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pin=
if command -v taskset >/dev/null; then pin="taskset -c ${CORE:-0}"; fi
target=${TARGET:-c}
flags=-march=native
if [ "$target" != c ]; then flags=; fi
printf '%-28s %-6s %10s %10s %8s %7s\n' net cc 'ms with' without times 'peak'
while read -r name model; do
    case " ${*:-$name} " in *" $name "*) ;; *) continue ;; esac
    build/fovea compile $model --target "$target" -w random:1 --name with --embed none -o "$work"
    build/fovea compile $model --target "$target" -w random:1 --name without --disable all --embed none -o "$work"
    for cc in ${COMPILERS:-clang gcc}; do
        for half in with without; do
            $cc -O3 -falign-functions=64 -falign-loops=64 $flags -I"$work" -c "$work/$half.c" -o "$work/$half.o"
        done
        $cc -O2 -std=gnu11 -I"$work" bench/paired.c "$work/with.o" "$work/without.o" runtime/fovea.c -lm -o "$work/paired"
        printf '%-28s %-6s ' "$name" "$cc"
        (cd "$work" && $pin ./paired)
    done
done <examples/zoo/zoo.list
