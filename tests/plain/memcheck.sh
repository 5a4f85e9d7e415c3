# memcheck.sh - compiler and emitted program under valgrind: nothing reads what nobody wrote, nothing is lost.
. tests/plain/support/report.sh
have valgrind || { skip "memcheck" "valgrind is not installed"; exit 0; }
case $SAN in
'') ;;
*) skip "memcheck" "valgrind does not run programs built with sanitizers"; exit 0 ;;
esac
# Without debug information: valgrind 3.19 does not read all that clang 14 writes.
strip -g -o "$work/fovea" "$BUILD/fovea" || exit 1
memcheck="valgrind -q --error-exitcode=99 --leak-check=full --errors-for-leak-kinds=definite"

if $memcheck "$work/fovea" compile tests/golden/inception.fov --target c --weights random:1 -o "$work/dir" >"$work/out" 2>&1; then
    ok "the compiler"
else
    not_ok "the compiler" "$(grep -m 1 '==' "$work/out")"
fi

# The workspace and the outputs are fresh memory: what is read before it is written is an error as soon as it matters.
cat >"$work/main.c" <<'MAIN'
#include <stdio.h>
#include <stdlib.h>
#include "lenet.h"

int main(int count, char **arguments)
{
    fovea_weights weights;
    lenet_model model;
    lenet_session session;
    float image[12 * 12] = {0}, *answer = malloc(5 * sizeof *answer);
    void *workspace = aligned_alloc(FOVEA_ALIGNMENT, LENET_WORKSPACE_BYTES + FOVEA_ALIGNMENT);
    lenet_inputs inputs = {image};
    lenet_outputs outputs = {answer};
    int status = count == 2 ? (int)fovea_weights_map(&weights, arguments[1]) : 1;
    if (status == 0)
        status = (int)lenet_open(&model, weights.data, weights.bytes);
    if (status == 0)
        status = (int)lenet_session_open(&session, &model, workspace, LENET_WORKSPACE_BYTES, 1);
    if (status == 0)
        status = (int)lenet_run(&session, &inputs, &outputs);
    for (int i = 0; status == 0 && i < 5; i++)
        printf(answer[i] > 0 ? "+" : "-");
    printf("\n");
    lenet_session_close(&session);
    lenet_close(&model);
    fovea_weights_unmap(&weights);
    free(answer);
    free(workspace);
    return status;
}
MAIN
for target in c avx2 auto; do # valgrind knows no AVX-512: auto takes AVX2 there
    name="an emitted program for $target"
    if ! cpu_runs $target; then
        skip "$name" "this CPU cannot run target $target"
        continue
    fi
    "$BUILD/fovea" compile tests/golden/lenet.fov --target $target --weights random:1 -o "$work/$target" >"$work/out" 2>&1 &&
        $CC -std=c11 -O1 -Iruntime -I"$work/$target" -o "$work/$target/net" "$work/main.c" "$work/$target/lenet.c" runtime/fovea.c -lm >"$work/out" 2>&1 &&
        $memcheck "$work/$target/net" "$work/$target/lenet.weights" >"$work/out" 2>&1
    if [ $? -eq 0 ]; then ok "$name"; else not_ok "$name" "$(head -n 3 "$work/out" | tr '\n' ' ')"; fi
done
