# bytes.sh - the same model and options give the same bytes, wherever the compiler runs and however the model is named.
. tests/plain/support/report.sh
root=$(pwd)
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$root/$BUILD/fovea ;;
esac
for target in c avx2; do
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
