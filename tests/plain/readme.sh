# readme.sh - the C program on README.md's first screen compiles as it says there, without a warning, and answers.
. tests/plain/support/report.sh
name="the program in README.md"
mkdir "$work/build"
ln -s "$(cd "$BUILD" && pwd)/fovea" "$work/build/fovea"
cp -R examples "$work"
sed -n '/^```c$/,/^```$/p' README.md | sed '/^```/d' >"$work/yours.c"
# What stands behind the block: the two commands.
sed -n 's/^    \(build\/fovea compile .*\)/\1/p;s/^    cc \(.*-c yours.c.*\)/$CC $flags \1/p' README.md >"$work/commands.sh"
cat >"$work/main.c" <<'C'
#include <stdio.h>
const char *classify(const float image[784]);
int main(void)
{
    static float image[784]; /* trousers */
    for (int i = 0; i < 784; i++) {
        const int x = i % 28, y = i / 28;
        image[i] = y >= 1 && y < 27 && x >= 9 && x < 19 && (y < 7 || x < 13 || x >= 15) ? 0.8f : 0.0f;
    }
    return puts(classify(image)) < 0;
}
C
if [ "$(wc -l <"$work/commands.sh")" -ne 2 ]; then
    not_ok "$name" "its two commands are not found"
elif ! (cd "$work" && CC=$CC flags="-std=c99 -Wall -Wextra -Wpedantic -Werror" && . ./commands.sh &&
    $CC -o program main.c yours.o lenet5.o fovea.o lenet5_weights.o -lm) >"$work/out" 2>&1; then
    not_ok "$name" "$(grep -m 1 error "$work/out")"
elif [ "$("$work/program")" = Trouser ]; then
    ok "$name"
else
    not_ok "$name" "it answers '$("$work/program")'"
fi
