# labels.sh - the names of classes in emitted code: there for who uses them, and in no program that does not.
. tests/plain/support/report.sh
warnings="-O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror -I$work"
"$BUILD/fovea" compile examples/lenet5/lenet5.fov --embed array -o "$work" 2>"$work/said" || {
    not_ok "labels" "$(head -n 1 "$work/said")"
    exit 0
}
cat >"$work/names.c" <<'C'
#include "lenet5.h"

#include <stdio.h>

int main(void)
{
    const float values[LENET5_OUTPUT_LOGITS_SIZE] = {0, 1, 9, 1, 1, 1, 1, 1, 1, 5};
    fovea_score best[LENET5_OUTPUT_LOGITS_SIZE + 5];
    const int found = fovea_top(values, LENET5_OUTPUT_LOGITS_SIZE, LENET5_OUTPUT_LOGITS_SIZE + 5, best);
    for (int i = 0; i < found; i++)
        puts(lenet5_logits_labels[best[i].index]);
    return sizeof lenet5_logits_labels / sizeof *lenet5_logits_labels != LENET5_OUTPUT_LOGITS_SIZE;
}
C
cat >"$work/numbers.c" <<'C'
#include "lenet5.h"

int main(void)
{
    lenet5_model model;
    return lenet5_open(&model, lenet5_weights, sizeof lenet5_weights) != FOVEA_OK;
}
C
sources="$work/lenet5.c $work/lenet5_weights.c $work/fovea.c"

# runs NAME PROGRAM FLAGS: it is compiled without a warning, and ends with 0.
runs() {
    if $CC -std=c99 $warnings $3 -o "$work/$2" "$work/$2.c" $sources -lm 2>"$work/said" && "$work/$2" >"$work/printed"; then
        ok "$1"
    else
        not_ok "$1" "$(grep -m 1 error "$work/said")"
    fi
}
# labelled NAME PROGRAM yes|no: whether the file has the strings.
labelled() {
    if grep -qa 'Ankle boot' "$work/$2"; then has=yes; else has=no; fi
    [ $has = "$3" ] && ok "$1" || not_ok "$1" "labels: $has"
}

runs "labels in a program" names ""
for line in 3 10 2 4 5 6 7 8 9 1; do sed -n ${line}p examples/lenet5/fashion.txt; done >"$work/wanted"
cmp -s "$work/printed" "$work/wanted" && ok "they are in the order of the file" ||
    not_ok "they are in the order of the file" "$(tr '\n' ',' <"$work/printed")"
runs "a program without use for them" numbers ""
labelled "has them all the same" numbers yes
runs "with FOVEA_NO_LABELS" numbers "-DFOVEA_NO_LABELS"
labelled "it has none" numbers no
if $CC -std=c99 $warnings -DFOVEA_NO_LABELS -c -o "$work/object.o" "$work/names.c" 2>"$work/said"; then
    not_ok "using them is then an error" "it compiles"
else
    ok "using them is then an error"
fi
"$BUILD/fovea" compile examples/lenet5/lenet5.fov --embed array --main -o "$work/whole" 2>"$work/said"
for flags in "" -DFOVEA_NO_LABELS; do
    $CC -std=c99 $warnings $flags -c -o "$work/object.o" "$work/whole/lenet5_main.c" 2>"$work/said" &&
        ok "the stand-alone program is compiled with '$flags'" ||
        not_ok "the stand-alone program is compiled with '$flags'" "$(grep -m 1 error "$work/said")"
done
case $(uname -s) in
Linux)
    runs "with a linker that collects garbage" numbers "-fdata-sections -Wl,--gc-sections"
    labelled "it has none then" numbers no
    ;;
*) skip "a linker that collects garbage" "it has other options here" ;;
esac
for cxx in g++ clang++; do
    have $cxx || { skip "labels in C++, $cxx" "it is not installed"; continue; }
    $cxx -std=c++11 $warnings -c -x c++ -o "$work/object.o" "$work/names.c" 2>"$work/said" && ok "labels in C++, $cxx" ||
        not_ok "labels in C++, $cxx" "$(grep -m 1 error "$work/said")"
done
