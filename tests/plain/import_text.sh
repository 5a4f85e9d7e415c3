# import_text.sh - `fovea import`: ONNX files as texts with weights, which are the same nets; and what is refused.
. tests/plain/support/import.sh

# ---- what a person reads ----

cat >wanted <<'END'
# net.onnx, as `fovea import` read it.
weights "text.safetensors";

net text(image: f32[3, 8, 8]) {
    relu = image -> conv1: conv(8, 3x3, stride=2, pad=1) -> relu;
    layer1_relu = relu -> layer1.conv: conv(8, 3x3, pad=1, groups=8, bias=false) -> layer1.bn: batchnorm
                       -> add(relu) -> relu;
    output places = concat(layer1_relu, relu) -> up: conv_transpose(4, 2x2, stride=2) -> sigmoid;
    return probabilities = layer1_relu -> maxpool(2x2) -> flatten -> mul(parameter("reshape", [32]))
                                       -> fc: fc(10) -> softmax;
}
END
cat >net.fov <<'END'
block unit(x) {
    return relu((x -> conv: conv(8, 3x3, pad=1, groups=8, bias=false) -> bn: batchnorm) + x);
}
net text(image: f32[3, 8, 8]) {
    x = image -> conv1: conv(8, 3x3, stride=2, pad=1) -> relu;
    y = x -> layer1: unit;
    output places = concat(y, x) -> up: conv_transpose(4, 2x2, stride=2) -> sigmoid;
    return probabilities = (y -> maxpool(2x2) -> flatten) * parameter("gain", [32]) -> fc: fc(10) -> softmax;
}
END
"$fovea" export net.fov -w random:1 -o net.onnx && "$fovea" import net.onnx -o text.fov >out 2>err
cmp -s text.fov wanted && ok "a text for people" || not_ok "a text for people" "$(cat err)$(diff wanted text.fov | head -n 4 | tr '\n' ' ')"
"$fovea" fmt --check text.fov >out 2>&1 && ok "in canonical format" || not_ok "in canonical format" "$(cat out)"
"$fovea" check text.fov --target c >out 2>&1 && ok "whose code is right" || not_ok "whose code is right" "$(tail -n 1 out)"

# ---- the same answers ----

# same WHAT A B: the lines of both, but for the last digits.
same() {
    sed 's/[0-9]\{2\}$//' "$2" >a && sed 's/[0-9]\{2\}$//' "$3" >b
    [ -s a ] && cmp -s a b && ok "$1" || not_ok "$1" "$(diff a b | head -n 2 | tr '\n' ' ')$(cat err)"
}
lenet=$root/examples/lenet5
"$fovea" export "$lenet/lenet5.fov" -o lenet.onnx && "$fovea" import lenet.onnx -o again.fov 2>err
"$fovea" run "$lenet/lenet5.fov" "$lenet"/pictures/*.png --raw >first 2>err
"$fovea" run again.fov "$lenet"/pictures/*.png --raw >second 2>>err
same "LeNet-5, out and in again" first second
"$fovea" export again.fov -o lenet2.onnx && "$fovea" run lenet2.onnx --scale 1/255 "$lenet"/pictures/*.png --raw >second 2>err
same "and out again" first second

# ---- refusals ----

# refused WHAT WANTED ARGUMENT...: one error with these words; what was there stays, nothing is added.
mkdir kept
refused() {
    what=$1 wanted=$2
    shift 2
    echo before >kept/old.fov
    "$fovea" import "$@" >out 2>err
    [ $? -eq 1 ] && [ ! -s out ] && [ "$(grep -c 'error: ' err)" -eq 1 ] && grep -q "error: .*$wanted" err &&
        [ "$(ls kept) $(cat kept/*)" = "old.fov before" ] && ok "$what" ||
        not_ok "$what" "$(head -n 1 err)$(ls kept | tr '\n' ' ')"
}
refused "no place" 'no place for the result' net.onnx
refused "a text" 'net.fov is no ONNX file' net.fov -o kept/old.fov
refused "another name" "is called NAME.fov, not 'old.txt'" net.onnx -o kept/old.txt
refused "a file that is none" 'cut off.onnx' "cut off.onnx" -o kept/old.fov
head -c 500 net.onnx >cut.onnx
refused "a damaged file" 'cut.onnx' cut.onnx -o kept/old.fov
[ -w /dev/full ] && refused "a full disk" 'cannot write' net.onnx -o /dev/full/old.fov

# ---- trained nets ----

[ -d "$material/nets" ] || {
    skip "trained nets" "FOVEA_MATERIAL is not there"
    exit
}
figures() {
    "$fovea" show "$@" | grep '^MACs'
}
for net in squeezenet_v1.1_imagenet resnet20_cifar10 ultraface_slim_320_simplified fastestdet micro_kws_m_static_fp32; do
    "$fovea" import "$material/nets/$net/model.onnx" -o "$net.fov" >out 2>err && "$fovea" fmt --check "$net.fov" >>out 2>>err
    figures "$material/nets/$net/model.onnx" >a && figures "$net.fov" >b 2>>err
    [ ! -s out ] && [ -s a ] && cmp -s a b && ok "$net" || not_ok "$net" "$(cat out err)$(diff a b | head -n 2 | tr '\n' ' ')"
done
squeezenet=$material/nets/squeezenet_v1.1_imagenet/model.onnx
caffe="--order bgr --mean 104,117,123 --resize 256"
"$fovea" import "$squeezenet" $caffe -o photo.fov 2>err
"$fovea" run "$squeezenet" $caffe --top 5 "$material"/photos/*.jpg >first 2>>err
"$fovea" run photo.fov --top 5 "$material"/photos/*.jpg >second 2>>err
same "SqueezeNet on photographs" first second
