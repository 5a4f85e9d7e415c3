# deep.sh - ResNet-152 becomes C, and that C an object, in little memory and no time out of proportion.
. tests/plain/support/report.sh
case $SAN in
'') ;;
*) skip "a deep net" "sanitizers take several times as long"; exit 0 ;;
esac
free_disk=$(df -Pm "$work" | awk 'NR == 2 { print $4 }')
if [ "${free_disk:-0}" -lt 1500 ]; then
    skip "a deep net" "fewer than 1.5 GB of disk are free for temporary files (${free_disk:-0} MB)"
    exit 0
fi
. tests/plain/support/within.sh
model="examples/zoo/resnet.fov -D depth=152"
within "show" 60 10 "$BUILD/fovea" show $model
within "compile with random weights" 400 60 "$BUILD/fovea" compile $model --weights random:1 \
    --save-weights "$work/weights.safetensors" -o "$work/c"
# The weights once as they are bound; the file is let go of as it is read.
within "compile for c" 400 20 "$BUILD/fovea" compile $model --weights "$work/weights.safetensors" --target c -o "$work/c"
within "compile for avx2" 400 20 "$BUILD/fovea" compile $model --weights "$work/weights.safetensors" --target avx2 -o "$work/avx2"
for target in c avx2; do
    [ -f "$work/$target/resnet.c" ] || continue
    within "the C compiler on $target" 500 120 $CC -std=c99 -O3 -Wall -Wextra -Werror -c -o "$work/net.o" "$work/$target/resnet.c"
done
