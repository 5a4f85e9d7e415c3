#!/bin/sh
# direct.sh - times the kernel of each distinct convolution of some nets, alone, with cold weights (see direct.c).
#
#     bench/direct.sh [TARGET [NET]]        avx512 or avx2; a word of the list below
#
# CC and CFLAGS as usual. Few calls of each, so that it can be run beside other work: minima count.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
target=${1-avx512} only=${2-}
lanes=8 wide=0
if [ "$target" = avx512 ]; then lanes=16 wide=1; fi

# layer IN MAP OUT KERNEL STRIDE PAD [GROUPS]
layer() {
    call="conv($3, $4x$4, stride=$5, pad=$6, groups=${7-1})"
    echo "net one(x: f32[$1, $2, $2]) { return y = x -> a: $call -> relu; }" >"$work/one.fov"
    build/fovea compile "$work/one.fov" --weights random:1 --target "$target" --print-plan -o "$work" |
        sed -n 's/^kernel a: conv + relu; //p' >"$work/loops"
    side=$((($2 + 2 * $6 - $4) / $5 + 1)) filled=$((($3 + lanes - 1) / lanes * lanes)) of=$(($1 / ${7-1}))
    ${CC-clang} -O3 ${CFLAGS-} -DWIDE=$wide -DMACS="(1.0 * $of * $3 * $4 * $4 * $side * $side)" -Wno-unused-function \
        -DFLOATS="($filled * $of * $4 * $4)" -I"$work" -Iruntime bench/direct.c runtime/fovea.c -o "$work/direct"
    printf '%-10s %-22s ' "$net" "$1,$2,$3,$4,$5${7+,$7}"
    printf '%s  %s\n' "$("$work/direct")" "$(cat "$work/loops")"
}

# net NAME: whether it is wanted.
net() {
    net=$1
    [ -z "$only" ] || [ "$only" = "$1" ]
}

printf '%-10s %-22s %9s %9s %9s %8s\n' net 'in,map,out,kernel,str.' ms GFLOP/s peak 'of peak'
if net resnet50; then
    layer 3 224 64 7 2 3
    layer 64 56 64 1 1 0
    layer 256 56 64 1 1 0
    layer 64 56 64 3 1 1
    layer 64 56 256 1 1 0
    layer 256 56 128 1 2 0
    layer 256 56 512 1 2 0
    layer 128 28 128 3 1 1
    layer 128 28 512 1 1 0
    layer 512 28 128 1 1 0
    layer 512 28 256 1 2 0
    layer 512 28 1024 1 2 0
    layer 256 14 256 3 1 1
    layer 256 14 1024 1 1 0
    layer 1024 14 256 1 1 0
    layer 1024 14 512 1 2 0
    layer 1024 14 2048 1 2 0
    layer 512 7 512 3 1 1
    layer 512 7 2048 1 1 0
    layer 2048 7 512 1 1 0
fi
if net googlenet; then
    layer 64 56 192 3 1 1
    layer 192 28 176 1 1 0
    layer 96 28 128 3 1 1
    layer 16 28 32 5 1 2
    layer 192 28 32 1 1 0
    layer 256 28 288 1 1 0
    layer 128 28 192 3 1 1
    layer 32 28 96 5 1 2
    layer 256 28 64 1 1 0
    layer 480 14 304 1 1 0
    layer 96 14 208 3 1 1
    layer 16 14 48 5 1 2
    layer 480 14 64 1 1 0
    layer 512 14 304 1 1 0
    layer 112 14 224 3 1 1
    layer 24 14 64 5 1 2
    layer 512 14 288 1 1 0
    layer 128 14 256 3 1 1
    layer 144 14 288 3 1 1
    layer 528 14 448 1 1 0
    layer 160 14 320 3 1 1
    layer 32 14 128 5 1 2
    layer 832 7 448 1 1 0
    layer 160 7 320 3 1 1
    layer 32 7 128 5 1 2
    layer 832 7 624 1 1 0
    layer 192 7 384 3 1 1
    layer 48 7 128 5 1 2
fi
if net vgg16; then
    layer 3 224 64 3 1 1
    layer 64 224 64 3 1 1
    layer 64 112 128 3 1 1
    layer 128 112 128 3 1 1
    layer 128 56 256 3 1 1
    layer 256 56 256 3 1 1
    layer 256 28 512 3 1 1
    layer 512 28 512 3 1 1
    layer 512 14 512 3 1 1
fi
if net alexnet; then
    layer 3 227 96 11 4 0
    layer 96 27 256 5 1 2 2
    layer 256 13 384 3 1 1
    layer 384 13 384 3 1 1 2
    layer 384 13 256 3 1 1 2
fi
