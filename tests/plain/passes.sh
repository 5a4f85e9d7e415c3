# passes.sh - the table of what passes do, in compiler/README.md, is what bench/passes.sh prints. UPDATE=1 rewrites it.
. tests/plain/support/report.sh
readme=compiler/README.md

sh bench/passes.sh "$BUILD" >"$work/now" 2>&1
awk '/^\| net \| operations \|/ { on = 1 } !/^\|/ { on = 0 } on' "$readme" >"$work/then"
if [ "$(wc -l <"$work/now")" -ne 7 ]; then
    not_ok "table" "$(cat "$work/now")"
elif diff "$work/then" "$work/now" >"$work/difference"; then
    ok "table"
elif [ "${UPDATE:-}" = 1 ] && [ -s "$work/then" ]; then
    awk -v table="$work/now" '
        /^\| net \| operations \|/ { on = 1; while ((getline line <table) > 0) print line }
        !/^\|/ { on = 0 }
        !on' "$readme" >"$work/readme" && cat "$work/readme" >"$readme" && ok "table, rewritten"
else
    not_ok "table" "$readme has other numbers (UPDATE=1 rewrites them):
$(cat "$work/difference")"
fi
