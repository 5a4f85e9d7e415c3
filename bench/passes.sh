#!/bin/sh
# passes.sh [BUILD] - what the passes do to five families of nets, as the table of compiler/README.md: operations that a
# run computes, kernels, bytes of activations that kernels read and write, workspace; without passes, and with all.
set -eu
cd "$(dirname "$0")/.."
fovea=${1:-build}/fovea

# numbers MODEL... OPTION...: four numbers on a line, from the JSON of `fovea show`.
numbers() {
    "$fovea" show "$@" --json | awk '
        /^\t"workspace_bytes":/ { workspace = $2 + 0 }
        /^\t\t"(nodes|kernels|bytes_moved)":/ { number[$1] = $2 + 0 }
        END { print number["\"nodes\":"], number["\"kernels\":"], number["\"bytes_moved\":"], workspace }'
}

# 1234567 as 1,234,567
grouped() {
    echo "$1" | sed ':a;s/\([0-9]\)\([0-9]\{3\}\)\($\|,\)/\1,\2\3/;ta'
}

echo '| net | operations | kernels | bytes moved | less by | workspace |'
echo '|---|---|---|---|---|---|'
while read -r name model; do
    case $name in lenet5 | alexnet | vgg16 | googlenet | resnet50) ;; *) continue ;; esac
    set -- $(numbers $model --disable all) $(numbers $model)
    echo "| $name | $1 to $5 | $2 to $6 | $(grouped "$3") to $(grouped "$7") |" \
        "$(awk -v a="$3" -v b="$7" 'BEGIN { printf "%.2fx", a / b }') | $(grouped "$4") to $(grouped "$8") |"
done <examples/zoo/zoo.list
