#!/bin/sh
# net.sh [NET...] - times nets of examples/zoo/zoo.list by `fovea bench`, each for every target of TARGETS (avx512), and
# prints a table, then the kernels below BELOW (90) percent of the FMA peak that take more than 1 % of their net's time.
# Weights are random. RUNS=100 times so many runs; without, what two seconds have room for. CORE=0 stays on that core.
set -eu
cd "$(dirname "$0")/.."
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
pin=
if [ -n "${CORE-}" ]; then pin="taskset -c $CORE"; fi
[ $# -gt 0 ] || set -- lenet5 alexnet vgg16 googlenet resnet50-v1 resnet152-v1

# rows NAME TARGET: a row of the table, and lines of those below, from the JSON on standard input.
rows() {
    tr -d '\t,' | awk -v net="$1" -v target="$2" -v below="${BELOW:-90}" -v list="$work/below" '
        /^"fma_peak_gflops":/ { peak = substr($0, 19) + 0 }
        /^"min":/ { fastest = substr($0, 7) }
        /^"median":/ { median = substr($0, 10) }
        /^"first_ms":/ { first = substr($0, 12) }
        /^"peak_rss_bytes":/ { memory = substr($0, 18) }
        /^"layers":/ { gsub(/"layers":\[|\]/, ""); gsub(/" *"/, " + "); gsub(/"/, ""); layers = $0 }
        /^"ms":/ { ms = substr($0, 6) + 0; all += ms }
        /^"gflops":/ { gflops = substr($0, 10) + 0; work += gflops * ms; name[++n] = layers; time[n] = ms; speed[n] = gflops }
        END {
            printf "| %s | %s | %.4g | %.4g | %.4g | %.1f | %.1f | %.1f | %.4g | %.1f |\n", net, target, fastest, median, all, \
                work / fastest, 100 * work / fastest / peak, peak, first, memory / 1e6
            for (i = 1; i <= n; i++)
                if (speed[i] > 0 && 100 * speed[i] < below * peak && time[i] > 0.01 * all)
                    printf "| %s | %s | %s | %.4g | %.1f |\n", net, target, name[i], time[i], 100 * speed[i] / peak >>list
        }'
}

: >"$work/below"
for net in "$@"; do
    grep -q "^$net " examples/zoo/zoo.list && continue
    echo "net.sh: examples/zoo/zoo.list has no net '$net'" >&2
    exit 1
done
echo '| net | target | ms min | median | all kernels | GFLOP/s | % of peak | peak | first run | MB |'
echo '|---|---|---|---|---|---|---|---|---|---|'
for net in "$@"; do
    model=$(sed -n "s/^$net //p" examples/zoo/zoo.list)
    for target in ${TARGETS:-avx512}; do
        $pin build/fovea bench $model -w random:1 --target "$target" ${RUNS:+--runs "$RUNS"} --json >"$work/json"
        rows "$net" "$target" <"$work/json"
    done
done
if [ -s "$work/below" ]; then
    printf '\n| net | target | below %s %% of the peak | ms | %% |\n|---|---|---|---|---|\n' "${BELOW:-90}"
    cat "$work/below"
fi
