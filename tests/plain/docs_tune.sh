# docs_tune.sh - docs/tune.md as a stranger follows it (support/document.sh).
. tests/plain/support/report.sh
if ! cpu_runs avx2; then
    skip "docs/tune.md" "this CPU cannot run avx2"
    exit 0
fi
document=docs/tune.md
. tests/plain/support/document.sh
