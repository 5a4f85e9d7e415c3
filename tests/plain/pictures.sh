# pictures.sh - the README's picture shows the answers that the net gives today.
. tests/plain/support/report.sh
if scripts/pictures.sh "$BUILD" answers >"$work/answers.svg" && cmp "$work/answers.svg" docs/pictures/answers.svg; then
    ok "the picture of the answers"
else
    not_ok "the picture of the answers" "make pictures draws another one"
fi
