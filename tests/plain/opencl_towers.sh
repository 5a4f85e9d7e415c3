# opencl_towers.sh - AlexNet's towers on two devices, parts of PoCL's: the answer is that of one device, bit for bit, and
# so it is with two queues of a device. Three devices compute what the reference does, with both sets of kernels.
# FOVEA_TOWERS=full takes the net at its full size; without it, small pictures and 10 classes.
. tests/plain/support/report.sh
root=$(pwd)
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$root/$BUILD/fovea ;;
esac
unset FOVEA_CACHE FOVEA_DEVICE
export POCL_CACHE_DIR="$work/kernels" XDG_CACHE_HOME="$work/cache"
cd "$work" || exit 1
size=67 small='-D size=67 -D classes=10'
[ "${FOVEA_TOWERS:-}" != full ] || size=227 small=

"$fovea" devices >list 2>&1
if ! grep -q 'Portable Computing Language' list; then
    skip "two devices" "there is no PoCL to divide"
    exit 0
fi
if ! grep -q 'cpu  *[2-9]' list; then
    skip "two devices" "its device has a single unit"
    exit 0
fi

# The same net without `on device(k)`.
cp "$root/examples/zoo/imagenet.fov" "$root/examples/zoo/alexnet_two_devices.fov" .
sed 's/ *on device([01])//; s/alexnet_two_devices/alexnet_one_device/' alexnet_two_devices.fov >alexnet_one_device.fov
seq 7 $((6 + size * size * 3)) | awk '{ printf "%c", 33 + ($1 * $1) % 89 }' >pixels
{ printf 'P6 %s %s 255\n' $size $size && cat pixels; } >picture.ppm

# builds PROGRAM MODEL OPTION...: one that runs.
builds() {
    program=$1 model=$2
    shift 2
    # shellcheck disable=SC2086
    if "$fovea" build "$model.fov" -w random:1 --target opencl $small "$@" -o "$program" >out 2>&1; then
        ok "$program is built"
    else
        not_ok "$program is built" "$(grep error out | head -n 1)"
    fi
}
# answers NAME ONE TWO INPUT...: both programs write the same logits.
answers() {
    name=$1 one=$2 two=$3
    shift 3
    rm -rf a b
    if ./"$one" --npy -o a "$@" >out 2>&1 && ./"$two" --npy -o b "$@" >out 2>&1 && cmp a/logits.npy b/logits.npy >out 2>&1; then
        ok "$name"
    else
        not_ok "$name" "$(head -n 2 out | tr '\n' ' ')"
    fi
}

builds one alexnet_one_device --device cpu
builds two alexnet_two_devices --device cpu
answers "two parts of a device answer as one device" one two picture.ppm
answers "with two threads" one two --threads 2 picture.ppm
FOVEA_DEVICE=0,0
export FOVEA_DEVICE
answers "so do two queues of it" one two picture.ppm
unset FOVEA_DEVICE
for i in 1 2 3 4 5 6 7 8; do
    ./two --npy -o again picture.ppm >out 2>&1 && cmp a/logits.npy again/logits.npy >out 2>&1 || break
done
if [ -s out ]; then not_ok "again and again" "$(head -n 1 out)"; else ok "again and again"; fi

# Three devices with gaps between their numbers, and no picture.
cat >three.fov <<'END'
net three(x: f32[4, 6, 6]) {
    a = x -> relu;
    on device(4) b = a -> conv1: conv(6, 3x3, pad=1);
    on device(9) c = b -> conv2: conv(4, 3x3, pad=1) -> softmax;
    output sum = c + a;
    output raw = x;
    on device(4) return y = concat(b, c);
}
END
for batch in 1 3; do
    if "$fovea" check three.fov -w random:1 --target opencl --batch $batch >out 2>&1; then
        ok "three devices, batch $batch"
    else
        not_ok "three devices, batch $batch" "$(head -n 2 out | tr '\n' ' ')"
    fi
done
