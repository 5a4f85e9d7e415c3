# bench_peers.sh - what `make bench-peers` writes: its section between two marks, the rest of the file as it was, and a
# sound chart. Where its Python environment is there, a turn of every system too.
. tests/plain/support/report.sh
if ! have python3; then
    skip "the report" "there is no python3"
    exit 0
fi
cat >"$work/figures.json" <<'END'
{"machine": {"cpu": "Some CPU", "cores": 2, "system": "Some system", "compiler": "some cc", "date": "2026-01-02",
             "commit": "abc", "versions": {"ncnn": "1.2"}, "load": 0.5, "rounds": 3, "realtime": false},
 "missing": [{"system": "onnxruntime", "net": "small", "why": "it ends"}],
 "nets": {"small": {
    "1": {"fovea c": {"first_ms": 5, "min_ms": 2.0, "median_ms": 3, "peak_bytes": 1e6, "shipped_bytes": 2e6, "difference": 0, "probe": [90, 100]},
          "ncnn": {"first_ms": 50, "min_ms": 3.0, "median_ms": 4, "peak_bytes": 3e7, "shipped_bytes": 4e7, "difference": 1e-6, "probe": [80, 99]}},
    "2": {"fovea c": {"first_ms": 5, "min_ms": 1.0, "median_ms": 2, "peak_bytes": 1e6, "shipped_bytes": 2e6, "difference": 0, "probe": [90, 100]}}}}}
END
printf '# Results\n\nBefore.\n' >"$work/results.md"
report() { python3 -B bench/peers/report.py "$work/figures.json" "$work/results.md" "$work/chart.svg" 2>"$work/err"; }
report && ok "a report" || not_ok "a report" "$(tail -n 1 "$work/err")"
grep -qxF '| small | 2.00 / 3.00 | 3.00 / 4.00 | 1.50 (ncnn) |' "$work/results.md" && ok "its times" || not_ok "its times" "no such row"
grep -qxF '| small | 1.00 / 2.00 | - | - |' "$work/results.md" && ok "what did not run" || not_ok "what did not run" "no such row"
grep -qxF -- '- small, without ONNX Runtime: it ends' "$work/results.md" && ok "why not" || not_ok "why not" "no such line"
[ "$(sed -n 3p "$work/results.md")" = Before. ] && ok "what is before it" || not_ok "what is before it" "$(sed -n 3p "$work/results.md")"
printf '\nBehind.\n' >>"$work/results.md"
cp "$work/results.md" "$work/first.md"
report && cmp -s "$work/first.md" "$work/results.md" && ok "the same again" || not_ok "the same again" "it changes"
sed 's/"min_ms": 2.0/"min_ms": 1.5/' "$work/figures.json" >"$work/new.json" && mv "$work/new.json" "$work/figures.json"
report && [ "$(tail -n 1 "$work/results.md")" = Behind. ] && grep -qF '| 2.00 (ncnn) |' "$work/results.md" &&
    ok "new figures, the rest as it was" || not_ok "new figures, the rest as it was" "$(tail -n 1 "$work/results.md")"
if have xmllint; then
    xmllint --noout "$work/chart.svg" 2>"$work/err" && ok "the chart" || not_ok "the chart" "$(head -n 1 "$work/err")"
else
    skip "the chart" "there is no xmllint"
fi

if ! [ -x "$BUILD/peers/bin/python" ]; then
    skip "a turn of every system" "there is no Python environment for it (make bench-peers makes it)"
    exit 0
fi
case $SAN in
'') ;;
*) skip "a turn of every system" "times of sanitizers say nothing" && exit 0 ;;
esac
mkdir "$work/build"
peers='onnxruntime openvino ncnn' rows=16
if /usr/bin/python3 -c 'import torch, onnx' >/dev/null 2>&1; then
    peers="$peers libtorch" rows=20
else
    skip "a turn of libtorch" "the system's Python has no torch and onnx (scripts/deps.sh libtorch installs them)"
fi
"$BUILD/peers/bin/python" -B bench/peers/measure.py --fovea "$BUILD/fovea" --build "$work/build" --json "$work/figures.json" \
    --nets "idle lenet5" --peers "$peers" --targets "c" --threads "1 2" --rounds 1 --starts 1 >"$work/out" 2>&1
[ $? -eq 0 ] && [ "$(grep -c 'off by [0-9.]*e-0[6-9],\|off by 0.0e+00,' "$work/out")" -eq $rows ] && report &&
    ok "a turn of every system" || not_ok "a turn of every system" "$(tail -n 2 "$work/out" | tr '\n' ' ')"
