#!/bin/sh
# tune.sh [NET...] - how near what the cost models choose is to what `fovea tune` measures: for nets of
# examples/zoo/zoo.list, for each target of TARGETS (avx512), the milliseconds of all their convolutions over channel
# blocks as usual and as chosen, of the same program, then of whole nets by `fovea bench`, PAIRS (3) times in turns: all
# kernels, each at its fastest, and a run. Files of choices stay in KEEP, when that is a folder. CORE=0 stays on that core.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pin=
if [ -n "${CORE-}" ]; then pin="taskset -c $CORE"; fi
[ $# -gt 0 ] || set -- lenet5 alexnet vgg16 googlenet resnet50-v1 resnet152-v1

# timed FILE ARGUMENT...: adds "all_kernels a_run" to the file.
timed() {
    to=$1
    shift
    $pin build/fovea bench "$@" -w random:1 --json | tr -d '\t,' | awk '
        /^"min":/ { fastest = substr($0, 7) }
        /^"ms":/ { all += substr($0, 6) }
        END { print all, fastest }' >>"$to"
}
# least FILE COLUMN
least() { awk -v column="$2" 'NR == 1 || $column < least { least = $column } END { printf "%.4g", least }' "$1"; }
# longer A B: by how many percent a is longer than b.
longer() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.1f", 100 * (a / b - 1) }'; }

echo '| net | target | convolutions: models | tuned | longer % | all kernels: models | tuned | longer % | a run: models | tuned |'
echo '|---|---|---|---|---|---|---|---|---|---|'
for net in "$@"; do
    if ! grep -q "^$net " examples/zoo/zoo.list; then
        echo "tune.sh: examples/zoo/zoo.list has no net '$net'" >&2
        exit 1
    fi
    model=$(sed -n "s/^$net //p" examples/zoo/zoo.list)
    for target in ${TARGETS:-avx512}; do
        file=$work/$net.$target.tune
        $pin build/fovea tune $model --target "$target" -o "$file" >"$work/said" 2>"$work/err" || { cat "$work/err" >&2; exit 1; }
        sum=$(sed -n 's/^all of them: \(.*\) ms as usual, \(.*\) ms as chosen.*/\1 \2/p' "$work/said")
        usual=${sum% *} chosen=${sum#* }
        rm -f "$work/models" "$work/tuned"
        pair=0
        while [ $pair -lt "${PAIRS:-3}" ]; do
            timed "$work/models" $model --target "$target"
            timed "$work/tuned" $model --target "$target" --tune "$file"
            pair=$((pair + 1))
        done
        kernels=$(least "$work/models" 1) kernels_tuned=$(least "$work/tuned" 1)
        echo "| $net | $target | $usual | $chosen | $(longer "$usual" "$chosen") | $kernels | $kernels_tuned |" \
            "$(longer "$kernels" "$kernels_tuned") | $(least "$work/models" 2) | $(least "$work/tuned" 2) |"
        [ -z "${KEEP-}" ] || cp "$file" "$KEEP"
    done
done
