# docs_graph.sh - docs/graph.md as a stranger follows it (support/document.sh).
document=docs/graph.md
. tests/plain/support/document.sh
