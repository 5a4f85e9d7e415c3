#!/bin/sh
# measure.sh EXAMPLE WORK - measures one example of examples/note: compiles model.fov where there is a measure.c, runs
# measure.c and measure.sh, and leaves in WORK: `report` (figures and pictures), `problems` (empty when each figure is
# what note.txt says) and `section.html`. FOVEA is the compiler and CC the C compiler.
set -u
example=$1 OUT=$2
export OUT
scripts=$(cd "$(dirname "$0")" && pwd)
id=$(basename "$example" | sed 's/_.*//')
rm -rf "$OUT"
mkdir -p "$OUT" || exit 1
cd "$example" || exit 1

measure() {
    if [ -f measure.c ]; then
        "$FOVEA" compile model.fov --name net --weights random:1 -o "$OUT" &&
            ${CC:-cc} -std=c11 -O1 -Wall -Wextra -Werror -I"$OUT" -I.. -Wa,-I"$OUT" -o "$OUT/measure" \
                measure.c "$OUT/net.c" "$OUT/net_weights.S" "$OUT/fovea.c" -lm &&
            "$OUT/measure" || return 1
    fi
    [ ! -f measure.sh ] || sh -eu measure.sh
}

measure >"$OUT/report" 2>"$OUT/errors"
status=$?
awk -f "$scripts/check.awk" note.txt "$OUT/report" >"$OUT/wrong"
{
    [ $status -eq 0 ] && [ ! -s "$OUT/wrong" ] || sed 's/^/it could not be measured: /;q' "$OUT/errors"
    cat "$OUT/wrong"
} >"$OUT/problems"
models=$(sed -n 's,^model: ,../,p' note.txt)
[ ! -f model.fov ] || models="model.fov $(ls | grep '\.fov$' | grep -v '^model\.fov$')"
awk -v id="$id" -v folder="$(basename "$example")" -f "$scripts/text.awk" -f "$scripts/model.awk" -f "$scripts/picture.awk" \
    -f "$scripts/section.awk" note.txt "$OUT/report" $models $(ls | grep '^measure\.[ch]*s*h*$') >"$OUT/section.html" ||
    echo 'its section could not be written' >>"$OUT/problems"
