# docs_layers.sh - docs/layers.md as a stranger follows it (support/document.sh).
document=docs/layers.md
. tests/plain/support/document.sh
