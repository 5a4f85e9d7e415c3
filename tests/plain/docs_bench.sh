# docs_bench.sh - docs/bench.md as a stranger follows it (support/document.sh).
document=docs/bench.md
. tests/plain/support/document.sh
