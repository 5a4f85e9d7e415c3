#!/bin/sh
# layers.sh - times single layers on one core, for each target and compiler: transposed convolutions beside
# convolutions with as many multiply-adds and beside the loops of their definition, connection tables beside dense
# layers (see layer.c). The portable target is built with -march=native, the avx2 target without any -m flag.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pin=
if command -v taskset >/dev/null; then pin="taskset -c 0"; fi

# layer SHAPE CALL MACS [FLAGS]: four rows of the table.
layer() {
    echo "net one(x: f32[$1]) { return y = x -> a: $2; }" >"$work/one.fov"
    for target in c avx2; do
        build/fovea compile "$work/one.fov" --weights random:1 --target $target -o "$work/$target" >/dev/null
        flags=
        if [ $target = c ]; then flags=-march=native; fi
        for cc in clang gcc; do
            command -v $cc >/dev/null || continue
            $cc -O3 $flags -DMACS="($3)" ${4-} -I"$work/$target" bench/layer.c runtime/fovea.c -o "$work/layer"
            printf '%-48.48s %-5s %-6s' "$2" $target $cc
            $pin "$work/layer" "$work/$target/one.weights"
        done
    done
}

# transposed IN OUT SIDE KERNEL STRIDE PAD: beside a conv of as many multiply-adds.
transposed() {
    layer "$1, $3, $3" "conv_transpose($2, $4x$4, stride=$5, pad=$6)" "1.0 * $1 * $2 * $4 * $4 * $3 * $3" \
        "-DIN=$1 -DOUT=$2 -DSIDE=$3 -DKERNEL=$4 -DSTRIDE=$5 -DPAD=$6"
    layer "$1, $(($3 + $4 - 1)), $(($3 + $4 - 1))" "conv($2, $4x$4)" "1.0 * $1 * $2 * $4 * $4 * $3 * $3"
}

c3='[[0,1,2],[1,2,3],[2,3,4],[3,4,5],[4,5,0],[5,0,1],[0,1,2,3],[1,2,3,4],[2,3,4,5],[3,4,5,0],[4,5,0,1],[5,0,1,2]'
c3="$c3,[0,1,3,4],[1,2,4,5],[0,2,3,5],0..6]"
eighth=$(awk 'BEGIN { for (o = 0; o < 64; o++) { s = s (o ? "," : "") "["; for (i = 0; i < 8; i++)
    s = s (i ? "," : "") (o * 5 + i * i * 3 + i) % 64; s = s "]" } print "[" s "]" }')

printf '%-48s %-5s %-6s%9s %9s %9s %9s\n' layer target cc 'ms min' GFLOP/s 'of peak' 'loops ms'
transposed 64 32 28 4 2 1
transposed 64 32 28 2 2 0
transposed 64 32 28 3 2 1
transposed 512 256 4 4 2 1
transposed 16 8 14 4 2 1
transposed 64 32 28 3 1 1
layer '6, 14, 14' "conv(size=5x5, connect=$c3)" '60.0 * 25 * 100'
layer '6, 14, 14' 'conv(16, 5x5)' '96.0 * 25 * 100'
layer '64, 28, 28' "conv(size=3x3, pad=1, connect=$eighth)" '512.0 * 9 * 784'
layer '64, 28, 28' 'conv(64, 3x3, pad=1)' '4096.0 * 9 * 784'
