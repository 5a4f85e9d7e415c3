# import.sh - ONNX models as nets: those that we export, those of others where FOVEA_MATERIAL is, and damaged ones.
. tests/plain/support/import.sh

# figures MODEL...: what a net is, however it is written.
figures() {
    "$fovea" show "$@" | sed -n 's/,//g;/^parameters\|^MACs\|^receptive field/s/  */ /p'
}

# refused WHAT WANTED ARGUMENT...: one error with these words, and nothing printed; of fovea $command.
refused() {
    what=$1 wanted=$2
    shift 2
    "$fovea" $command "$@" >out 2>err
    [ $? -eq 1 ] && [ ! -s out ] && grep -q "^fovea: error: .*$wanted" err && ok "$what" || not_ok "$what" "$(cat out err | head -n 1)"
}
command=show

# ---- what we export comes back ----

"$fovea" export "$root/examples/lenet5/lenet5.fov" -o lenet.onnx || exit 1
figures "$root/examples/lenet5/lenet5.fov" >text.txt
figures lenet.onnx >imported.txt
[ -s text.txt ] && cmp -s text.txt imported.txt && ok "LeNet-5 has its parameters and multiply-adds" ||
    not_ok "LeNet-5 has its parameters and multiply-adds" "$(diff text.txt imported.txt | head -n 2 | tr '\n' ' ')"
"$fovea" run "$root/examples/lenet5/lenet5.fov" "$root"/examples/lenet5/pictures/*.png --top=1 >text.txt
"$fovea" run lenet.onnx --scale 1/255 "$root"/examples/lenet5/pictures/*.png --top=1 >imported.txt
sed 's/.* //' text.txt >a && sed 's/.* //' imported.txt >b
[ "$(wc -l <a)" -gt 5 ] && cmp -s a b && ok "and its answers" || not_ok "and its answers" "$(diff a b | head -n 2 | tr '\n' ' ')"
"$fovea" check lenet.onnx --target c >out 2>err && ok "its code is right" || not_ok "its code is right" "$(cat out err | head -n 1)"
"$fovea" export lenet.onnx -o again.onnx && figures again.onnx >imported.txt && figures lenet.onnx | cmp -s - imported.txt &&
    ok "it goes out again" || not_ok "it goes out again" "$(figures again.onnx 2>&1 | head -n 1)"

cat >resized.fov <<'END'
net resized(x: f32[3, 5, 7]) {
    output a = x -> resample(1, size=9, mode=cubic) -> resample(2, scale=0.6, align=corners);
    output b = x -> resample(0, scale=1.5, mode=nearest, round=ceil);
    return c = x -> resample(2, size=4, align=crop, crop=[0.4, 1.6], outside=3);
}
END
"$fovea" export resized.fov -o resized.onnx && "$fovea" compile resized.fov --print-ir -o text >a 2>err &&
    "$fovea" compile resized.onnx --print-ir -o imported >b 2>err
for of in a b; do # without labels
    sed -n 's/ at "[^"]*"//;s/.* = resample/resample/p' $of >$of.txt
done
[ "$(wc -l <a.txt)" -eq 8 ] && cmp -s a.txt b.txt && ok "each form of Resize comes back" ||
    not_ok "each form of Resize comes back" "$(diff a.txt b.txt | head -n 2 | tr '\n' ' ')"

# ---- runs on tensors ----

# npy FILE DESCR SHAPE BYTES...: an array, of which the bytes are given as printf takes them.
npy() {
    header="{'descr': '$2', 'fortran_order': False, 'shape': $3, }"
    { printf '\223NUMPY\001\000'; printf "\\$(printf %03o ${#header})\\000%s" "$header"; printf "$4"; } >"$1"
}
zeros() {
    npy "$1" '<f4' "$2" '' && head -c "$3" /dev/zero >>"$1"
}
zeros zeros.npy '(1, 3, 5, 7)' 420
"$fovea" run resized.onnx --input x=zeros.npy --output typed >out 2>err
[ $? -eq 0 ] && grep -aq "'<f4', .* 'shape': (1, 3, 9, 4,)" typed/a.npy && [ "$(tail -c 432 typed/a.npy | tr -d '\0' | wc -c)" -eq 0 ] &&
    grep -aq 'shape.: (1, 3, 5, 4,)' typed/c.npy && [ "$(wc -l <out)" -eq 3 ] && ok "outputs become .npy files" ||
    not_ok "outputs become .npy files" "$(cat out err | head -n 1)"
"$fovea" run resized.onnx --input x=zeros.npy >out 2>err && [ "$(wc -l <out)" -gt 3 ] && ok "or are printed" ||
    not_ok "or are printed" "$(cat err)"
# GroupNormalization of opset 18: x [1, 4, 2] in two groups, whose biases are 0 and 2.
base64 -d >groups.onnx <<'END'
CAg6kAEKMwoBeAoBcwoBYhIBeSISR3JvdXBOb3JtYWxpemF0aW9uKhEKCm51bV9ncm91cHMYAqABAhIBZyoRCAIQAUIBc0oIAACAPwAAgD8qEQ
gCEAFCAWJKCAAAAAAAAABAWhcKAXgSEgoQCAESDAoCCAEKAggECgIIAmIXCgF5EhIKEAgBEgwKAggBCgIIBAoCCAJCBAoAEBI=
END
zeros groups.npy '(1, 4, 2)' 32
"$fovea" run groups.onnx --input x=groups.npy --output typed >out 2>err
tail -c 32 typed/y.npy >got
{ head -c 16 /dev/zero && printf '\0\0\0\100\0\0\0\100\0\0\0\100\0\0\0\100'; } | cmp -s - got && ok "groups have biases of their own" ||
    not_ok "groups have biases of their own" "$(cat out err | head -n 1)"
# Opset 23: Hardmax of x [1, 4], IsInf of its logarithm (-infinity alone), RMSNormalization of 2 x with weights 1, 1, 1, 2.
base64 -d >norms.onnx <<'END'
CAgSADr3AQoPCgF4EgFoIgdIYXJkbWF4CgsKAXgSAWwiA0xvZwolCgFsEgFpIgVJc0luZioWCg9kZXRlY3RfcG9zaXRpdmUYAKABAgoOCgF4CgF4EgFzIg
NBZGQKLgoBcwoBZxIBciIQUk1TTm9ybWFsaXphdGlvbioRCgdlcHNpbG9uFQAAAACgAQESAWcqGQgEEAFCAWdKEAAAgD8AAIA/AACAPwAAAEBaEwoBeBIO
CgwIARIICgIIAQoCCARiEwoBaBIOCgwIARIICgIIAQoCCARiEwoBaRIOCgwICRIICgIIAQoCCARiEwoBchIOCgwIARIICgIIAQoCCARCBAoAEBc=
END
npy norms.npy '<f4' '(1, 4)' '\0\0\0\0\0\0\100\100\0\0\100\100\0\0\100\100' # 0, 3, 3, 3
"$fovea" run norms.onnx --input x=norms.npy --raw >out 2>err
tr -s ' \n' ' ' <out | grep -q 'h 0 1 0 0 i 1 0 0 0 r 0 1.154[67][0-9]* 1.154[67][0-9]* 2.309[34]' && ok "the first of the largest, infinity, a norm" ||
    not_ok "the first of the largest, infinity, a norm" "$(tr '\n' ' ' <out)$(cat err)"
command=run
refused "a name that no input has" "no input is called 'y'" resized.onnx --input y=zeros.npy --output typed
refused "a file without a name" "--input takes NAME=FILE" resized.onnx --input zeros.npy --output typed
refused "printed answers beside a folder" "--top goes with printed answers" resized.onnx -i x=zeros.npy -o typed --top=3
zeros small.npy '(1, 3, 5)' 60
refused "an array of other axes" "input 'x' has 4 axes, what is given has 3" resized.onnx --input x=small.npy --output typed
command=show

# ---- functions and external data ----

npy four.npy '<f4' '(1, 4)' '\0\0\200\77\0\0\200\277\0\0\0\300\0\0\0\0' # 1, -1, -2, 0
models=$root/tests/fuzz/corpus/onnx
"$fovea" run "$models/functions.onnx" --input x=four.npy -o typed >out 2>err # twice 2 * leaky_relu(x), alpha 0.5
printf '\0\0\200\100\0\0\200\277\0\0\0\300\0\0\0\0' >wanted     # 4, -1, -2, 0
tail -c 16 typed/y.npy | cmp -s - wanted && ok "functions are inlined" || not_ok "functions are inlined" "$(cat out err)"
refused "a function that calls itself" "function 'Act' calls itself" "$models/recursive.onnx"
cp "$models/external.onnx" . && refused "data that are not there" 'cannot read "weights.bin"' external.onnx
cp four.npy weights.bin && "$fovea" show external.onnx >out 2>err && ok "data of another file" || not_ok "data of another file" "$(cat err)"
printf 123 >weights.bin && refused "data that are too short" "its external data go beyond the end of weights.bin" external.onnx
LC_ALL=C sed 's|weights.bin|../ghts.bin|' external.onnx >outside.onnx
refused "data outside of the folder" "its external data have to be in a file beside the model" outside.onnx

# ---- files that were read are no results ----

cp "$models/external.onnx" . && cp four.npy weights.bin && ln weights.bin linked.safetensors
cp external.onnx external.before
command=export && refused "a model over itself" "external.onnx is read for this model" external.onnx -o external.onnx
refused "a model over its data" "weights.bin is read for this model" external.onnx -o weights.bin
command=import && refused "weights over a model's data" "linked.safetensors is read for this model" external.onnx -o linked.fov
cmp -s external.onnx external.before && cmp -s weights.bin four.npy && [ ! -e linked.fov ] && ok "and all stay as they were" ||
    not_ok "and all stay as they were" "$(ls)"
"$fovea" compile external.onnx -t c -o code --depfile rule >out 2>err && head -n 1 rule | grep -q ': external.onnx weights.bin$' &&
    ok "a rule for make names them" || not_ok "a rule for make names them" "$(cat err rule)"
command=show

# ---- what is no model ----

whole=$(wc -c <lenet.onnx)
for bytes in 0 1 7 40 500 5000 $((whole / 2)) $((whole - 1)); do
    head -c $bytes lenet.onnx >cut.onnx
    "$fovea" show cut.onnx >out 2>err
    [ $? -eq 1 ] && [ ! -s out ] && [ "$(wc -l <err)" -eq 1 ] && grep -q '^fovea: error: cut.onnx: ' err &&
        ok "cut to $bytes bytes" || not_ok "cut to $bytes bytes" "$(head -n 1 err)"
done
"$fovea" show missing.onnx >out 2>err
[ $? -eq 1 ] && ok "a file that is not there" || not_ok "a file that is not there" "$(cat err)"
"$fovea" check "$root/tests/golden" >out 2>err
[ $? -eq 1 ] && grep -q '^fovea: error: there is no model.onnx in ' err && ok "a folder without cases" ||
    not_ok "a folder without cases" "$(cat out err | head -n 1)"

# ---- options for what models leave open ----

npy one.npy '<i8' '(1,)' '\1\0\0\0\0\0\0\0'
printf 'no array' >no.npy
refused "a size for what is not open" "the model leaves no dimension 'N' open" lenet.onnx --dim N=2
refused "a batch for what is not open" "nothing leaves its first axis open" lenet.onnx --batch 2
refused "a size that is none" "takes a whole number of at least 1, not '0'" lenet.onnx --dim N=0
refused "a size without a name" "takes NAME=SIZE, not '=2'" lenet.onnx --dim =2
refused "a constant for no input" "no input is called 'none'" lenet.onnx --const none=one.npy
refused "a constant of another shape" "has [0-9]* axes, what is given has 1" lenet.onnx --const image=one.npy
refused "a constant that is no array" "no.npy: this is no .npy file, or it is damaged" lenet.onnx --const image=no.npy
refused "such an option for a text" "is for ONNX files" "$root/examples/lenet5/lenet5.fov" --dim N=2

# ---- models of others ----

if [ ! -d "$material/onnx_tests" ]; then
    skip "models of others" "there is no FOVEA_MATERIAL"
    exit 0
fi

# cases NAME FOLDER LEAST: none is wrong, and so many pass.
cases() {
    "$fovea" check "$2" --target c >out 2>err
    status=$?
    passed=$(sed -n '$s/^\([0-9]*\) pass, [0-9]* refused, 0 wrong$/\1/p' out)
    [ $status -eq 0 ] && [ "${passed:-0}" -ge "$3" ] && ok "$1: $(tail -n 1 out)" ||
        not_ok "$1" "$(grep -m 2 'WRONG' out | tr '\n' ' ')$(tail -n 1 out)"
}
cases "trained nets" "$material/nets" 6
cases "cases of PyTorch" "$material/onnx_tests/pytorch-operator" 13
[ "${CASES-}" != all ] || cases "all cases" "$material/onnx_tests" 560

# pick WHAT CASE...: the cases of these names all pass.
pick() {
    what=$1
    shift
    rm -rf some && mkdir some
    for case in "$@"; do
        find "$material/onnx_tests" -name "test_$case" -exec ln -sfn '{}' some/ ';'
    done
    cases "$what" some $#
}
pick "integers, doubles, truth and powers" add_uint8 div_int8 sub_int8 mul_int8 max_float64 where_example pow_example \
    floor_example tile constant_pad maxpool_with_argmax_2d_precomputed_strides argmax_default_axis_random_select_last_index reflect_pad prelu_broadcast thresholdedrelu mvn
pick "volumes, and windows that become roots" convtranspose_3d convtranspose_output_shape lppool_2d_strides lppool_3d_default \
    Conv3d_dilated_strided Conv3d_groups MaxPool3d_stride_padding \
    averagepool_3d_dilations_large_count_include_pad_is_0_ceil_mode_is_True
pick "quantised numbers" quantizelinear_axis dequantizelinear_blocked qlinearconv qlinearmatmul_3D_int8_float32 matmulinteger \
    convinteger_with_padding
pick "sizes by scales and parts that a run is given" resize_downsample_scales_cubic_A_n0p5_exclude_outside resize_tf_crop_and_resize \
    resize_downsample_scales_cubic_antialias resize_upsample_scales_linear_align_corners resize_downsample_scales_nearest \
    resize_tf_crop_and_resize_extrapolation_value
pick "nets without inputs, and sums of nothing" constant Embedding reduce_sum_empty_set reduce_max_empty_set
resnet=$material/nets/resnet20_cifar10/model.onnx
"$fovea" show "$resnet" --dim N=3 | grep -q 'batch 3)$' && "$fovea" show "$resnet" --batch 2 | grep -q 'batch 2)$' &&
    ok "an open first axis has a size" || not_ok "an open first axis has a size"
refused "a name that is not the model's" "the model leaves no dimension 'M' open" "$resnet" --dim M=3
refused "a constant of floats" "is f32: integers and booleans alone can be constants" "$resnet" \
    --const input="$material/nets/resnet20_cifar10/test_data_set_0/input_0.pb"

# same_bytes WHAT ARRAY DESCR TENSOR BYTES: the array has that type, and ends as the tensor's raw data do.
same_bytes() {
    tail -c "$5" "$2" >got && tail -c "$5" "$4" >wanted && grep -aq "'descr': '$3'" "$2" && cmp -s got wanted && ok "$1" ||
        not_ok "$1" "$(head -n 1 err)"
}
node=$material/onnx_tests/node
set -- "$node/test_argmax_default_axis_example" "$node/test_add_uint8" "$node/test_max_float64"
"$fovea" run "$1/model.onnx" "$1/test_data_set_0/input_0.pb" --output typed >out 2>err
same_bytes "places are i64" typed/result.npy '<i8' "$1/test_data_set_0/output_0.pb" 16
"$fovea" run "$2/model.onnx" -i y="$2/test_data_set_0/input_1.pb" "$2/test_data_set_0/input_0.pb" -o typed >out 2>err
same_bytes "bytes are u8" typed/sum.npy '|u1' "$2/test_data_set_0/output_0.pb" 60
"$fovea" run "$3/model.onnx" "$3"/test_data_set_0/input_*.pb -o typed >out 2>err
"$fovea" run "$node/test_constant/model.onnx" -o typed >out 2>err
same_bytes "what takes no inputs runs" typed/values.npy '<f4' "$node/test_constant/test_data_set_0/output_0.pb" 100
same_bytes "doubles are f64" typed/result.npy '<f8' "$3/test_data_set_0/output_0.pb" 24

expand=$node/test_expand_dim_changed
npy shape.npy '<i8' '(3,)' '\2\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0\6\0\0\0\0\0\0\0'
for file in shape.npy "$expand/test_data_set_0/input_1.pb"; do
    "$fovea" show "$expand/model.onnx" --const new_shape="$file" >out 2>err && ok "a shape of $(basename $file)" ||
        not_ok "a shape of $(basename $file)" "$(head -n 1 err)"
done
npy wrong.npy '<i4' '(3,)' '\2\0\0\0\1\0\0\0\6\0\0\0'
refused "a constant of another type" "is i64, what is given is i32" "$expand/model.onnx" --const new_shape=wrong.npy
"$fovea" check "$material/onnx_tests/node/test_training_dropout" >out 2>err
grep -q "^test_training_dropout: refused: node '.*' (Dropout, opset [0-9]*): nets in training are not supported$" out &&
    ok "a refusal says the node, operator and opset" || not_ok "a refusal says the node, operator and opset" "$(head -n 1 out)"
for net in "$material"/light/*.onnx; do
    "$fovea" show "$net" >out 2>err && ok "$(basename "$net" .onnx) is read" || not_ok "$(basename "$net" .onnx) is read" "$(head -n 1 err)"
done
