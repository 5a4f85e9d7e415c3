# embed.sh - emitted code inside somebody else's program: two models and four threads at once.
. tests/plain/support/report.sh
here="$work/models"
flags="-std=c99 -O1 -Wall -Wextra -Wpedantic -Werror -Iruntime -I$here"
# Two targets as well, where the CPU has both.
second=c
cpu_runs avx2 && second=avx2
if ! { "$BUILD/fovea" compile tests/golden/lenet.fov --weights random:1 -o "$here" &&
    "$BUILD/fovea" compile tests/golden/inception.fov --target $second --weights random:1 -o "$here"; } >"$work/out" 2>&1; then
    not_ok "emit" "$(head -n 1 "$work/out")"
    exit 0
fi

# compare NAME FLAGS: the program of support/embed.c says nothing and ends with 0.
compare() {
    if $CC $flags $2 -o "$work/embed" tests/plain/support/embed.c "$here/lenet.c" "$here/inception.c" \
        runtime/fovea.c -lm -lpthread >"$work/out" 2>&1 &&
        "$work/embed" "$here/lenet.weights" "$here/inception.weights" >"$work/out" 2>&1; then
        ok "$1"
    else
        not_ok "$1" "$(head -n 2 "$work/out" | tr '\n' ' ')"
    fi
}

compare "two models, four threads" "-g"
if echo 'int main(void) { return 0; }' >"$work/empty.c" &&
    $CC -fsanitize=thread -o "$work/empty" "$work/empty.c" >/dev/null 2>&1 && "$work/empty" 2>/dev/null; then
    compare "two models, four threads, under ThreadSanitizer" "-g -fsanitize=thread"
    compare "sessions in the same memory" "-g -fsanitize=thread -DSHARED_WORKSPACE" >"$work/said"
    if grep -q '^not ok .*ThreadSanitizer: data race' "$work/said"; then
        ok "a race is seen"
    else
        not_ok "a race is seen" "$(cat "$work/said")"
    fi
else
    skip "two models, four threads, under ThreadSanitizer" "it does not run here"
fi
compare "two models, four threads, under AddressSanitizer" "-g -fsanitize=address,undefined -fno-sanitize-recover=all"
