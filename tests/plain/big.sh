# big.sh - 527 MB of weights: compiled, linked in by the assembler, mapped, verified and run, in reasonable memory.
. tests/plain/support/report.sh
case $SAN in
'') ;;
*) skip "big weights" "sanitizers take several times the memory"; exit 0 ;;
esac
free_disk=$(df -Pm "$work" | awk 'NR == 2 { print $4 }')
free_memory=$(awk '/^MemAvailable/ { print int($2 / 1024) }' /proc/meminfo 2>/dev/null)
if [ "${free_disk:-0}" -lt 3000 ]; then
    skip "big weights" "fewer than 3 GB of disk are free for temporary files (${free_disk:-0} MB)"
    exit 0
elif [ "${free_memory:-0}" -lt 4000 ]; then
    skip "big weights" "less than 4 GB of memory is free (${free_memory:-0} MB)"
    exit 0
fi
cat >"$work/big.fov" <<'MODEL'
net big(image: f32[16, 8, 8]) {
    x = image -> conv1: conv(512, 3x3, pad=1) -> relu -> maxpool(2x2)
              -> conv2: conv(1024, 3x3, pad=1) -> relu
              -> conv3: conv(1024, 3x3, pad=1) -> relu -> maxpool(2x2)
              -> flatten -> fc1: fc(8192) -> relu -> fc2: fc(8192) -> relu;
    return y = x -> fc3: fc(2048) -> relu -> fc4: fc(10);
}
MODEL
flags="-std=c99 -O2 -Wall -Wextra -Werror -I$work"
. tests/plain/support/within.sh

# The weights once as they are bound, and half again: the largest tensor, which has half of them, while it is stored.
within "compile" 1160 120 "$BUILD/fovea" compile "$work/big.fov" --weights random:1 -o "$work"
size=$(($(wc -c <"$work/big.weights") / 1000000))
[ "$size" -eq 526 ] && ok "526 MB are written" || not_ok "526 MB are written" "$size"

within "assemble" 1300 60 $CC -c -Wa,-I"$work" -o "$work/weights.o" "$work/big_weights.S"
within "link" 1300 60 $CC $flags -o "$work/linked" tests/plain/support/big.c "$work/big.c" "$work/fovea.c" "$work/weights.o" -lm
rm -f "$work/weights.o"
within "run with weights in the program" 600 60 "$work/linked"
cp "$work/out" "$work/answer"
rm -f "$work/linked"
within "build without weights" 600 60 $CC $flags -DMAPPED -o "$work/mapped" tests/plain/support/big.c "$work/big.c" "$work/fovea.c" -lm
within "run with weights from a file" 600 60 "$work/mapped" "$work/big.weights"
if [ "$(wc -l <"$work/answer")" -eq 10 ] && cmp -s "$work/answer" "$work/out"; then
    ok "the same answers"
else
    not_ok "the same answers" "$(head -n 1 "$work/answer") and $(head -n 1 "$work/out")"
fi

# One byte of the last tensor is another one.
printf '\252' | dd of="$work/big.weights" bs=1 seek=526800000 conv=notrunc 2>/dev/null
"$work/mapped" "$work/big.weights" >"$work/out"
status=$?
[ $status -eq 8 ] && ok "damage is found" || not_ok "damage is found" "status $status: $(head -n 1 "$work/out")"
