# docs_onnx.sh - docs/onnx.md as a stranger follows it (support/document.sh).
document=docs/onnx.md
. tests/plain/support/document.sh

# In the fresh tree, which the script leaves as it is when the list is that of the importer.
cp docs/onnx.md "$work/before.md"
scripts/docs.sh build && cmp -s docs/onnx.md "$work/before.md" && grep -q '^| Conv | 1 to ' docs/onnx.md &&
    ok "operators are those of the importer" ||
    not_ok "operators are those of the importer" "make docs changes: $(diff "$work/before.md" docs/onnx.md | sed -n 2p)"
