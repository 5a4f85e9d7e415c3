# docs_onnx.sh - docs/onnx.md as a stranger follows it (support/document.sh).
document=docs/onnx.md
. tests/plain/support/document.sh
