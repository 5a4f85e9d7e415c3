# bytes.sh - the same model and options give the same bytes, wherever the compiler runs and however the model is named.
. tests/plain/support/report.sh
root=$(pwd)
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$root/$BUILD/fovea ;;
esac
for target in c avx2 avx512 auto opencl; do
    (cd / && "$fovea" compile "$root/examples/lenet5/lenet5.fov" --target $target -o "$work/root") &&
        (cd examples && "$fovea" compile lenet5/lenet5.fov --target $target -o "$work/near") &&
        (cd examples/edges && "$fovea" compile ../lenet5/./lenet5.fov --target $target -o "$work/beside")
    for other in near beside; do
        if diff -r "$work/root" "$work/$other" >"$work/difference" 2>&1; then
            ok "the same bytes for $target, $other"
        else
            not_ok "the same bytes for $target, $other" "$(head -1 "$work/difference")"
        fi
    done
done

# Random weights that are saved and loaded again are the same numbers.
if "$fovea" compile tests/golden/residual.fov --weights random:3 --save-weights "$work/saved.safetensors" -o "$work/random" &&
    "$fovea" compile tests/golden/residual.fov --weights "$work/saved.safetensors" -o "$work/saved" &&
    diff -r "$work/random" "$work/saved" >"$work/difference" 2>&1; then
    ok "saved weights are loaded as they were"
else
    not_ok "saved weights are loaded as they were" "$(head -1 "$work/difference")"
fi
