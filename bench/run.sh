#!/bin/sh
# run.sh - times emitted LeNet-5 on one core, for each target and compiler (see lenet.c).
# The portable target is built with -march=native, the avx2 target without any -m flag.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pin=
if command -v taskset >/dev/null; then pin="taskset -c 0"; fi
printf '%-7s %-6s %9s %9s %10s %9s %11s %9s\n' target cc 'ms min' median 'conv2 ms' GFLOP/s 'peak AVX2' share
for target in c avx2; do
    build/fovea compile examples/lenet5/lenet5.fov --target $target -o "$work/$target"
    # The second convolution reads the pooled maps: as they are, or packed into channel blocks.
    input=$(sed -n 's/.*lenet5_conv2(memory + \([a-z0-9_]*\),.*/\1/p' "$work/$target/lenet5.c")
    flags=
    if [ $target = c ]; then flags=-march=native; fi
    for cc in clang gcc; do
        command -v $cc >/dev/null || continue
        $cc -O3 $flags -DCONV2_INPUT="$input" -I"$work/$target" bench/lenet.c runtime/fovea.c -o "$work/lenet"
        printf '%-7s %-6s ' $target $cc
        $pin "$work/lenet" "$work/$target/lenet5.weights"
    done
done
