# zoo.sh - `make zoo`: a line for each net of examples/zoo/zoo.list with all its figures, and an error where there is
# none; and the table in examples/zoo/README.md says the same.
. tests/plain/support/report.sh
tab=$(printf '\t')
list=examples/zoo/zoo.list table=$work/table readme=examples/zoo/README.md
build=$(cd "$BUILD" && pwd)

if scripts/zoo.sh "$build" >"$table" 2>"$work/err" && [ ! -s "$work/err" ]; then
    ok "the zoo is shown"
else
    not_ok "the zoo is shown" "$(head -n 1 "$work/err")"
fi

header="name${tab}parameters${tab}macs${tab}receptive_field${tab}workspace_bytes${tab}weights_bytes"
[ "$(head -n 1 "$table")" = "$header" ] && ok "the header" || not_ok "the header" "it is '$(head -n 1 "$table")'"

sed 's/ .*//' "$list" >"$work/wanted"
sed '1d;s/'"$tab"'.*//' "$table" >"$work/names"
cmp -s "$work/wanted" "$work/names" && ok "a line for each net of the list" ||
    not_ok "a line for each net of the list" "$(diff "$work/wanted" "$work/names" | sed -n 2p)"

wrong=$(sed 1d "$table" | grep -Evn "^[a-z0-9-]+($tab[0-9]+){5}\$" | head -n 1)
[ -z "$wrong" ] && ok "five plain numbers a net" || not_ok "five plain numbers a net" "$wrong"

# A line of the list is its format, or scripts of others would stumble.
wrong=$(grep -Evn '^[a-z0-9-]+ examples/zoo/[a-z0-9_]+\.fov( -D [a-z_]+=[^ ]+)*$' "$list" | head -n 1)
[ -z "$wrong" ] && ok "the list's format" || not_ok "the list's format" "$wrong"

# Rows of the README: | [name](file) | parameters | MACs | field | ...
awk -F '|' '/^\| \[/ { gsub(/[ ,[)]/, ""); sub(/\]\(/, "|"); print }' $readme |
    awk -F '|' '{ print $2, "examples/zoo/" $3, $4, $5, $6 }' >"$work/rows"
# The same of the table, with the file that the list names.
sed 1d "$table" | awk 'NR == FNR { file[$1] = $2; next } { print $1, file[$1], $2, $3, $4 }' "$list" - >"$work/shown"
wrong=$(grep -vxFf "$work/shown" "$work/rows" | head -n 1)
[ -z "$wrong" ] && ok "the README's figures" || not_ok "the README's figures" "$wrong"
awk '{ print $2 }' "$list" | sort -u >"$work/files"
wrong=$(awk '{ print $2 }' "$work/rows" | sort -u | comm -3 - "$work/files" | head -n 1)
[ -z "$wrong" ] && ok "the README names each file of the list" || not_ok "the README names each file of the list" "$wrong"

# ---- errors ----

# fails NAME WORDS BUILD LIST: status 1, and the words among what it says.
fails() {
    scripts/zoo.sh "$3" "$4" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 1 ] && grep -q "$2" "$work/err" && ok "$1" || not_ok "$1" "status $status, '$(head -n 1 "$work/err")'"
}

echo 'lenet5 examples/zoo/lenet.fov' >"$work/one"
for missing in parameters macs receptive_field workspace_bytes weights_bytes; do
    mkdir -p "$work/without"
    cat >"$work/without/fovea" <<EOF2
#!/bin/sh
"$build/fovea" "\$@" | sed '/^$tab"$missing"/s/:.*/: null,/'
EOF2
    chmod +x "$work/without/fovea"
    fails "without $missing" "nothing of $missing for lenet5" "$work/without" "$work/one"
done
echo 'lenet9 examples/zoo/lenet9.fov' >"$work/one"
fails "a file that is not there" 'lenet9.fov' "$build" "$work/one"
echo 'lenet9 examples/zoo/lenet.fov -D original=9' >"$work/one"
fails "a parameter that does not fit" "original" "$build" "$work/one"
