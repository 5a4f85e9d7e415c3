#!/bin/sh
# docs.sh [BUILD] - puts the list of operators into docs/onnx.md, between its two marks.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build}
new=$(mktemp)
trap 'rm -f "$new"' EXIT
{
    sed '/^<!-- operators/q' docs/onnx.md
    "$build/fovea" --print-operators
    sed -n '/^<!-- end of operators/,$p' docs/onnx.md
} >"$new"
cat "$new" >docs/onnx.md
