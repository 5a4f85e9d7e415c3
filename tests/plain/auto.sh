# auto.sh - target auto: weights and workspace of avx512, kernels for what the CPU has, and none for what it has not.
. tests/plain/support/report.sh
root=$(pwd)
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$root/$BUILD/fovea ;;
esac

# The same weights to the bit, and the same workspace, as target avx512 has.
sizes() { sed -n 's/^#define [A-Z0-9_]*_\(WORKSPACE_BYTES\|WEIGHTS_BYTES\)/\1/p' "$1"/*.h; }
for net in lenet5/lenet5 zoo/mobilenetv2 zoo/inception_naive zoo/cifar_resnet zoo/unet; do
    for target in auto avx512; do
        "$fovea" compile examples/$net.fov --target $target --weights random:1 --name net -o "$work/$target" \
            >"$work/out" 2>&1 || { not_ok "$net for $target" "$(head -n 1 "$work/out")"; continue 2; }
        sizes "$work/$target" >"$work/$target.sizes"
    done
    if cmp "$work/auto/net.weights" "$work/avx512/net.weights" >"$work/out" 2>&1; then ok "weights of $net"; else
        not_ok "weights of $net" "$(cat "$work/out")"; fi
    if cmp "$work/auto.sizes" "$work/avx512.sizes" >"$work/out" 2>&1; then ok "workspace of $net"; else
        not_ok "workspace of $net" "$(cat "$work/out")"; fi
done

# A program that says what a model takes when it is opened, tries each kind of instructions, and prints the answers.
"$fovea" compile examples/lenet5/lenet5.fov --target auto -o "$work/lenet" >"$work/out" 2>&1 || exit 1
cat >"$work/main.c" <<'MAIN'
#include <stdio.h>
#include <string.h>
#include "lenet5.h"

static FOVEA_ALIGNED(64) unsigned char workspace[LENET5_WORKSPACE_BYTES];
static float image[LENET5_INPUT_IMAGE_SIZE], logits[3][LENET5_OUTPUT_LOGITS_SIZE];

int main(int argc, char **argv)
{
    lenet5_model model;
    lenet5_session session;
    fovea_weights weights;
    fovea_cpu_feature taken;
    if (argc < 2 || fovea_weights_map(&weights, argv[1]) || lenet5_open(&model, weights.data, weights.bytes))
        return 1;
    taken = model.instructions;
    for (int i = 0; i < LENET5_INPUT_IMAGE_SIZE; i++)
        image[i] = (float)(i % 37) / 37;
    printf("%d:", (int)taken);
    for (int kind = 0; kind < 4; kind++) {
        const lenet5_inputs inputs = {image};
        const lenet5_outputs outputs = {logits[kind < 3 ? kind : 0]};
        const fovea_cpu_feature before = model.instructions;
        if (lenet5_use(&model, (fovea_cpu_feature)kind) != FOVEA_OK) {
            if (model.instructions != before)
                return 2;
            continue;
        }
        if (lenet5_session_open(&session, &model, workspace, sizeof workspace, 1) || lenet5_run(&session, &inputs, &outputs))
            return 3;
        for (int i = 0; i < LENET5_OUTPUT_LOGITS_SIZE; i++)
            if (!(outputs.logits[i] - logits[0][i] < 1e-3f && logits[0][i] - outputs.logits[i] < 1e-3f))
                return 4;
        printf(" %d%s", kind, kind && memcmp(logits[0], logits[kind], sizeof *logits) ? "" : "=");
    }
    printf("\n");
    return lenet5_use(NULL, FOVEA_CPU_ANY) == FOVEA_BAD_ARGUMENT ? 0 : 5;
}
MAIN
build() { # build PROGRAM FLAGS...
    program=$1
    shift
    $CC -std=c99 -O2 -Wall -Wextra -Werror "$@" -Iruntime -I"$work/lenet" -o "$work/$program" "$work/main.c" \
        "$work/lenet/lenet5.c" runtime/fovea.c -lm >"$work/out" 2>&1 || { not_ok "$program" "$(head -n 3 "$work/out")"; exit 0; }
}
# says NAME EXPECTED COMMAND...: which kind was taken, and which could be used, those with the bits of plain C marked.
says() {
    name=$1 expected=$2
    shift 2
    said=$("$@" 2>"$work/err")
    status=$?
    [ $status -eq 0 ] && [ "$said" = "$expected" ] && ok "$name" ||
        not_ok "$name" "status $status, '$said' instead of '$expected' $(head -n 1 "$work/err")"
}
build whole
build narrow -DFOVEA_CPU_MOST=1
build plain -DFOVEA_CPU_MOST=0
weights=$work/lenet/lenet5.weights
best=0 kinds=' 0='
cpu_runs avx2 && best=1 kinds=' 0= 1'
cpu_runs avx512 && best=2 kinds=' 0= 1 2'
says "the best that this CPU has" "$best:$kinds" "$work/whole" "$weights"
if cpu_runs avx2; then
    says "no kernels for AVX-512" "1: 0= 1" "$work/narrow" "$weights"
else
    skip "no kernels for AVX-512" "this CPU has no AVX2"
fi
says "no kernels but portable ones" "0: 0=" "$work/plain" "$weights"
if ! cpu_runs avx2 || [ -n "$SAN" ] || ! have valgrind; then
    skip "a CPU with AVX2 alone" "valgrind or AVX2 is not there, or sanitizers are"
else
    says "a CPU with AVX2 alone" "1: 0= 1" valgrind -q --error-exitcode=9 "$work/whole" "$weights"
fi
if have qemu-x86_64; then
    says "a CPU without any of them" "0: 0=" qemu-x86_64 -cpu Nehalem "$work/whole" "$weights"
else
    skip "a CPU without any of them" "qemu-x86_64 is not installed (make deps-emulators)"
fi
