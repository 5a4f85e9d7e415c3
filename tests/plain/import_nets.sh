# import_nets.sh - trained ONNX nets on real pictures answer as ONNX Runtime does, where FOVEA_MATERIAL is; and what is
# said of pictures is read, or refused.
. tests/plain/support/import.sh

# refused WHAT WANTED ARGUMENT...: fovea run ends with one error with these words.
refused() {
    what=$1 wanted=$2
    shift 2
    "$fovea" run "$@" >out 2>err
    [ $? -eq 1 ] && [ ! -s out ] && grep -q "error: .*$wanted" err && ok "$what" || not_ok "$what" "$(cat out err | head -n 1)"
}

# ---- what is said of pictures ----

picture=$root/examples/lenet5/pictures/01-ankle-boot.png
cat >lenet.fov <<'END'
net lenet(image: f32[1, 28, 28]) {
    return image -> conv1: conv(2, 3x3) -> flatten -> fc1: fc(4);
}
END
"$fovea" export lenet.fov -w random:1 -o plain.onnx || exit 1
refused "a picture whose pixels mean nothing" "nothing says what its pixels mean to input 'image'" plain.onnx "$picture"
"$fovea" run lenet.fov -w random:1 "$picture" --raw >wanted
"$fovea" run plain.onnx "$picture" --scale 1/255 --raw >got 2>err && cmp -s got wanted && ok "bytes times --scale" ||
    not_ok "bytes times --scale" "$(diff got wanted | head -n 2 | tr '\n' ' ')$(cat err)"
printf '# comment\n  mean 0, 0 ,0\r\nscale 1 # all\n\nstd\t255\n' >plain.pre
refused "three means for one channel" "input 'image' has 1 channel" plain.onnx "$picture"
printf 'scale 1\nstd\t255 # all\n' >plain.pre
"$fovea" run plain.onnx "$picture" --raw >got 2>err
sed 's/[0-9]\{2\}$//' got >a && sed 's/[0-9]\{2\}$//' wanted >b && cmp -s a b && ok "lines of a file beside it" ||
    not_ok "lines of a file beside it" "$(diff a b | head -n 2 | tr '\n' ' ')$(cat err)"
printf 'std 255\nmeen 3\n' >plain.pre
refused "a word that is none" "expected mean, std, scale, layout, order, resize or crop, not 'meen'" plain.onnx "$picture"
grep -q '^plain.pre:2:1: error' err && ok "with its place" || not_ok "with its place" "$(cat err)"
printf 'mean 1, x\n' >plain.pre
refused "a number that is none" "mean takes a number, or one for each of three channels" plain.onnx "$picture"
rm plain.pre
refused "an order that is none" "--order takes rgb or bgr, not 'rbg'" plain.onnx "$picture" --order rbg
refused "a scale of 0" "--scale takes a number other than 0" plain.onnx "$picture" --scale 0
refused "what is said of pictures, for a text" "--mean is for ONNX files" lenet.fov "$picture" --mean 1

# ---- trained nets ----

[ -d "$material/nets" ] || {
    skip "trained nets" "FOVEA_MATERIAL is not there"
    exit
}
photos=$material/photos squeezenet=$material/nets/squeezenet_v1.1_imagenet/model.onnx
caffe="--order bgr --mean 104,117,123"
"$fovea" run "$squeezenet" $caffe --top 5 "$photos"/ppm/*.ppm >out 2>err
# A picture's name, then lines "place index probability"; of the table, names and pairs of index and probability.
awk -F, 'NR == FNR { if (FNR > 1) for (k = 0; k < 5; k++) { split($2, name, "/")
                     at = k ? 6 + 2 * k : 5; p = k ? at + 1 : 7; wanted[name[2], k + 1] = $at; odds[name[2], k + 1] = $p } next }
         /ppm$/ { n = split($0, name, "/"); file = name[n]; pictures++; next }
         { split($0, word, " +"); k = word[2] + 0; off = word[4] - odds[file, k]
           if (wanted[file, k] == word[3] && off < 0.002 && off > -0.002) right++ }
         END { exit !(pictures == 9 && right == 45) }' "$photos/expected_top5.csv" out &&
    ok "SqueezeNet: the five best of nine photographs" || not_ok "SqueezeNet: the five best of nine photographs" "$(cat err)"
"$fovea" run "$squeezenet" $caffe --resize 256 --top 1 "$photos"/*.jpg "$photos"/*.png >out 2>err
awk -F, 'NR == FNR { split($2, name, "[/.]"); wanted[name[2]] = $5; next }
         { split($0, word, ": *"); n = split(word[1], name, "/"); sub(/[.].*/, "", name[n]); split(word[2], best, " ")
           right += best[1] == wanted[name[n]] } END { exit !(right >= 8) }' "$photos/expected_top5.csv" out &&
    ok "and of the files themselves" || not_ok "and of the files themselves" "$(cat out err | head -n 3 | tr '\n' ' ')"

# CIFAR-10: a label, then the planes of red, green and blue.
resnet=$material/nets/resnet20_cifar10 cifar=$material/datasets/cifar10/cifar10_test_50.bin
header="{'descr': '|u1', 'fortran_order': False, 'shape': (50, 3, 32, 32), }"
{ printf '\223NUMPY\001\000'; printf "\\$(printf %03o ${#header})\\000%s" "$header"; } >cifar.npy
for i in $(seq 0 49); do
    tail -c +$((i * 3073 + 2)) "$cifar" | head -c 3072
done >>cifar.npy
"$fovea" run "$resnet/model.onnx" --batch 10 --scale 1/255 --mean 0.485,0.456,0.406 --std 0.229,0.224,0.225 cifar.npy \
    --npy --output . >out 2>err
array=$(sed -n 's/^wrote //p' out)
tail -c 2000 "$array" | od -An -v -w4 -t f4 >got
tr ',' '\n' <"$resnet/logits_cifar10_50.csv" | paste got - |
    awk '{ off = $1 - $2; if (off > 0.002 || off < -0.002) wrong++ } END { exit !(NR == 500 && !wrong) }' &&
    ok "ResNet-20: the logits of fifty pictures" || not_ok "ResNet-20: the logits of fifty pictures" "$(cat out err | head -n 1)"

# In MNIST's own order, as bytes.
mnist=$material/datasets/mnist
right=$(sed -n 's/.*: \([0-9]*\) of 10000.*/\1/p' "$material/nets/mnist_8/accuracy.txt")
"$fovea" run "$material/nets/mnist_8/model.onnx" --scale 1 "$mnist/t10k-images-idx3-ubyte.gz" \
    --labels "$mnist/t10k-labels-idx1-ubyte.gz" >out 2>err
grep -q "($right of 10000)" out && ok "mnist-8: $right of 10000 digits" || not_ok "mnist-8" "$(cat out err | head -n 1)"

# The row of scores [4420, 2] that is most like a face, and its box of four numbers, in the stored answers and in ours.
ultraface=$material/nets/ultraface_slim_320_simplified
face() {
    tail -c 35360 "$1" | od -An -v -w8 -t f4 >scores.txt
    tail -c 70720 "$2" | od -An -v -w16 -t f4 | paste scores.txt - |
        awk '$2 > best { best = $2; found = sprintf("%d: %.3f, %.2f %.2f %.2f %.2f", NR - 1, $2, $3, $4, $5, $6) } END { print found }'
}
"$fovea" run "$ultraface/model.onnx" --input input="$ultraface/test_data_set_0/input_0.pb" --output face >out 2>err
wanted=$(face "$ultraface"/test_data_set_0/output_0.pb "$ultraface"/test_data_set_0/output_1.pb)
got=$(face face/scores.npy face/boxes.npy)
[ "${wanted%%:*}" = 3777 ] && [ "$got" = "$wanted" ] && ok "UltraFace: its box" || not_ok "UltraFace: its box" "$got, not $wanted$(cat err)"

# Their weights are made by a script of the material.
python=${FOVEA_PYTHON:-python3}
"$python" -c 'import onnx, numpy' 2>err || {
    skip "two nets of seeded weights" "no Python with onnx (FOVEA_PYTHON names one)"
    exit
}
for net in inception_v1 squeezenet; do
    mkdir -p seeded/$net/test_data_set_0
    "$python" "$material/light_seeded/seed_weights.py" "$material/light_seeded/light_$net.onnx" seeded/$net/model.onnx 1 >out 2>err
    ln -s "$material/light_seeded/input_0.pb" seeded/$net/test_data_set_0/input_0.pb
    ln -s "$material/light_seeded/light_${net}_seed1_output_0.pb" seeded/$net/test_data_set_0/output_0.pb
done
"$fovea" check seeded >out 2>err
grep -q '^2 pass, 0 refused, 0 wrong$' out && ok "two nets of seeded weights" || not_ok "two nets of seeded weights" "$(cat out err | head -n 1)"
