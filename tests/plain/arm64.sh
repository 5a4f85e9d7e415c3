# arm64.sh - portable code on an emulated 64-bit Arm: the answers of this machine; on a big-endian one: a clear word.
. tests/plain/support/report.sh
for program in aarch64-linux-gnu-gcc qemu-aarch64 qemu-aarch64_be; do
    have $program || { skip "arm64" "$program is not installed (make deps-emulators)"; exit 0; }
done
if ! echo 'int main(void) { return 0; }' | aarch64-linux-gnu-gcc -static -xc -o "$work/empty" - 2>/dev/null; then
    skip "arm64" "libc6-dev-arm64-cross is not installed (make deps-emulators)"
    exit 0
fi
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
cross="aarch64-linux-gnu-gcc -std=c99 -O3 -Wall -Wextra -Wpedantic -Werror -I$work"

"$BUILD/fovea" compile examples/lenet5/lenet5.fov --target c -o "$work" &&
    "$BUILD/fovea" run examples/lenet5/lenet5.fov examples/lenet5/pictures/*.png --keep-input --npy --raw --output "$work" \
        >"$work/wanted" || exit 1
tail -c $((20 * 784 * 4)) "$work/input.image.npy" >"$work/pictures"

# ends NAME STATUS WEIGHTS: the program, which takes its weights by mmap, ends so.
ends() {
    timeout 60 qemu-aarch64 "$work/answers" "$3" "$work/pictures" >"$work/said" 2>&1
    status=$?
    [ $status -eq "$2" ] && ok "$1" || not_ok "$1" "status $status instead of $2: $(head -n 1 "$work/said")"
}

if $cross -static -o "$work/answers" tests/plain/support/answers.c "$work/lenet5.c" "$work/fovea.c" -lm >"$work/log" 2>&1; then
    ok "it is compiled"
else
    not_ok "it is compiled" "$(grep -m 1 error "$work/log")"
fi
ends "it checks itself and ends well" 0 "$work/lenet5.weights"
difference=$(awk -f tests/plain/support/logits.awk "$work/wanted" "$work/said")
[ "$difference" = same ] && ok "twenty answers" || not_ok "twenty answers" "$difference"
# Of target auto, an Arm has the portable kernels.
"$BUILD/fovea" compile examples/lenet5/lenet5.fov --target auto -o "$work/auto" >"$work/log" 2>&1
if ${cross% -I*} -I"$work/auto" -static -o "$work/answers" tests/plain/support/answers.c "$work/auto/lenet5.c" "$work/fovea.c" -lm \
    >"$work/log" 2>&1; then
    ok "target auto is compiled"
else
    not_ok "target auto is compiled" "$(grep -m 1 error "$work/log")"
fi
ends "target auto ends well" 0 "$work/auto/lenet5.weights"
difference=$(awk -f tests/plain/support/logits.awk "$work/wanted" "$work/said")
[ "$difference" = same ] && ok "twenty answers of target auto" || not_ok "twenty answers of target auto" "$difference"
$cross -static -o "$work/answers" tests/plain/support/answers.c "$work/lenet5.c" "$work/fovea.c" -lm || exit 1
cp "$work/lenet5.weights" "$work/damaged" && printf '\252' | dd of="$work/damaged" bs=1 seek=70000 conv=notrunc 2>/dev/null
ends "damaged weights" 8 "$work/damaged"

# Big-endian, without a C library (there is none for it); glibc's headers want one that is not there.
mkdir "$work/gnu" && : >"$work/gnu/stubs-lp64_be.h"
cat >"$work/blob.S" <<'ASSEMBLY'
    .section .rodata
    .globl blob
    .globl blob_end
    .balign 64
blob:
    .incbin "lenet5.weights"
blob_end:
ASSEMBLY
architecture=$(sed -n 's/.*UINT64_C(\(0x[0-9a-f]*\)).*/\1/p' "$work/lenet5.c")
if $cross -mbig-endian -ffreestanding -fno-builtin -fno-stack-protector -nostdlib -static -DFOVEA_NO_FILES \
    -DARCHITECTURE="UINT64_C($architecture)" -Wa,-I"$work" -o "$work/big" tests/plain/support/big_endian.c "$work/blob.S" \
    "$work/fovea.c" >"$work/log" 2>&1 && timeout 60 qemu-aarch64_be "$work/big"; then
    ok "big-endian machines are told"
else
    not_ok "big-endian machines are told" "fault $?: $(grep -m 1 error "$work/log")"
fi
