# docs_opencl.sh - docs/opencl.md as a stranger follows it (support/document.sh).
. tests/plain/support/report.sh
if ! "$BUILD/fovea" devices >"$work/devices" 2>&1; then
    skip "docs/opencl.md" "there is no OpenCL device: $(head -n 1 "$work/devices")"
    exit 0
fi
POCL_CACHE_DIR=$work/pocl
export POCL_CACHE_DIR
document=docs/opencl.md
. tests/plain/support/document.sh
