#!/bin/sh
# compile.sh - how long ResNet-152 takes on its way from text to C, and that C to an object; and the memory it takes.
# A row of `show` stops before emission; `compile` reads 241 MB of weights and writes as much.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
${CC:-cc} -O1 -o "$work/peak" tests/plain/support/peak.c
model="examples/zoo/resnet.fov -D depth=152"

# row STEP TARGET CC COMMAND...
row() {
    printf '%-16s %-6s %-6s' "$1" "$2" "$3"
    shift 3
    "$work/peak" "$work/took" "$@" >/dev/null
    awk '{ printf "%9s %6d\n", $2, $1 }' "$work/took"
}

printf '%-16s %-6s %-6s%9s %6s\n' step target cc 'CPU s' MB
row show c - build/fovea show $model
row 'random weights' c - build/fovea compile $model --weights random:1 --save-weights "$work/w.safetensors" -o "$work/c"
for target in c avx2; do
    row compile $target - build/fovea compile $model --weights "$work/w.safetensors" --target $target -o "$work/$target"
    for cc in clang gcc; do
        command -v $cc >/dev/null || continue
        row 'C, -O3' $target $cc $cc -O3 -c "$work/$target/resnet.c" -o "$work/net.o"
    done
done
