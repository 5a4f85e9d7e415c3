# note.sh - `make note`: every statement of examples/note is measured and right, the page stands alone, and what is wrong
# is found: a figure, a model, a figure that nobody measured.
. tests/plain/support/report.sh

if scripts/note.sh "$BUILD" >"$work/lines" 2>&1; then
    sed -n 's/^\([a-z][0-9]*\) .* ok$/ok the note: \1/p' "$work/lines"
else
    not_ok "the note" "$(grep -A 1 -m 1 ' WRONG$' "$work/lines" || tail -n 1 "$work/lines")"
fi
page=$BUILD/note.html

name="the note's page has a section for every statement"
if [ "$(grep -c '<article ' "$page")" -eq "$(ls -d examples/note/[a-z]*_*/ | wc -l)" ] && ! grep -q 'class="wrong"' "$page"; then
    ok "$name"
else
    not_ok "$name" "$(grep -c '<article ' "$page") sections"
fi

name="the note's page needs nothing from outside"
if grep -oE '(src|href|url|@import|action)[=( ]+["'\'']?[^"'\'' )>]*' "$page" | grep -vE '^href="#[a-z0-9]+$|^src="data:image/png;base64,' >"$work/links"; then
    not_ok "$name" "$(head -n 1 "$work/links")"
elif grep -qi '<script\|<link\|https\?:' "$page"; then
    not_ok "$name" "a script, a link or an address"
else
    ok "$name"
fi

name="each link of the note's page has its place"
grep -oE 'href="#[a-z0-9]+"' "$page" | sed 's/.*#/id="/' | sort -u >"$work/wanted"
if [ -s "$work/wanted" ] && while IFS= read -r id; do grep -q "$id" "$page" || exit 1; done <"$work/wanted"; then
    ok "$name"
else
    not_ok "$name" "$id"
fi

name="the note's page is valid HTML"
if ! have tidy; then
    skip "$name" "there is no tidy"
elif tidy -q -e "$page" >"$work/tidy" 2>&1; then
    ok "$name"
else
    not_ok "$name" "$(head -n 1 "$work/tidy")"
fi

# A copy of three statements, to be broken. breaks NAME FILE SED-SCRIPT PATTERN: then it fails and says PATTERN.
mkdir "$work/build"
ln -s "$(cd "$BUILD" && pwd)/fovea" "$work/build/fovea"
breaks() {
    rm -rf "$work/note"
    mkdir "$work/note"
    cp examples/note/measure.h examples/note/words.sh "$work/note"
    cp -R examples/note/a02_* examples/note/a03_* examples/note/c09_* "$work/note"
    sed "$3" "examples/note/$2" >"$work/note/$2"
    if cmp -s "examples/note/$2" "$work/note/$2"; then
        not_ok "the note: $1" "nothing was changed"
    elif scripts/note.sh "$work/build" "$work/note" >"$work/lines" 2>&1; then
        not_ok "the note: $1" "it is not noticed"
    elif [ "$(grep -c ' WRONG$' "$work/lines")" -ne 1 ] || [ "$(grep -c ' ok$' "$work/lines")" -ne 2 ] || ! grep -q "$4" "$work/lines"; then
        not_ok "the note: $1" "$(tail -n 2 "$work/lines" | head -n 1)"
    elif [ "$5" = marked ] && ! grep -q 'class="wrong"' "$work/build/note.html"; then
        not_ok "the note: $1" "the page does not show it"
    else
        ok "the note: $1"
    fi
}
breaks "a wrong figure" a03_twelve_to_six/note.txt 's/44 54 64/44 54 65/' 'is 44 54 64; 84 94 104, and not 44 54 65' marked
breaks "another kernel" a03_twelve_to_six/model.fov 's/\[3, 4\]/[3, 5]/' 'and not 44 54 64; 84 94 104' marked
breaks "a kernel that is not the matrix" a02_sparse_matrix/model.fov 's/\[y, z\]/[z, y]/' 'largest difference' marked
breaks "a figure that is not measured" a02_sparse_matrix/measure.c '/"entries of W"/d' 'entries of W was not measured' marked
breaks "a figure that nobody expects" c09_stack_of_three/note.txt '/ReLU layers = 1/d' 'stands in no note.txt' -
breaks "a model that is none" c09_stack_of_three/model.fov 's/conv(8/conw(8/' "no layer is called 'conw'" marked
breaks "a program that does not compile" a03_twelve_to_six/measure.c 's/12/"/' 'could not be measured' marked
