# weights_as.sh - --weights-as: half the bytes of fully connected layers, on every target, with the same answers.
. tests/plain/support/report.sh
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$PWD/$BUILD/fovea ;;
esac
lenet=$PWD/examples/lenet5
export POCL_CACHE_DIR="$work/kernels" XDG_CACHE_HOME="$work/programs" # what devices build
cd "$work" || exit 1

# holds NAME COMMAND...: it succeeds.
holds() {
    name=$1
    shift
    if "$@" >out 2>err; then ok "$name"; else not_ok "$name" "$(cat out err | grep . | head -n 1) ($*)"; fi
}

# refuse NAME PATTERN COMMAND...: exit status 1, and an error with PATTERN.
refuse() {
    name=$1 pattern=$2
    shift 2
    "$@" >out 2>err
    if [ $? -eq 1 ] && [ ! -s out ] && grep -q -- "$pattern" err; then
        ok "$name"
    else
        not_ok "$name" "$(cat out err | head -n 1)"
    fi
}

# LeNet-5's fully connected layers, 400 x 120, 120 x 84 and 84 x 10, in whole panels of 16.
for as in f16 bf16; do
    for target in c avx2 avx512 auto opencl; do
        "$fovea" compile "$lenet/lenet5.fov" --target $target --weights-as $as -o $as-$target --print-plan >plan || exit 1
        "$fovea" compile "$lenet/lenet5.fov" --target $target -o f32-$target || exit 1
        saved=$(($(wc -c <f32-$target/lenet5.weights) - $(wc -c <$as-$target/lenet5.weights)))
        holds "$as saves half of them, $target: $saved bytes" [ $saved -ge $((2 * (400 * 120 + 120 * 84 + 84 * 10))) ]
        holds "the plan says $as, $target" grep -q "bytes: fc1_weight : $as.120, \(400\|16, 5, 5\).@panels" plan
        holds "the biases stay f32, $target" grep -q "bytes: fc1_bias : f32.120.@panels" plan
        holds "convolutions too, $target" grep -q "bytes: conv2_weight : f32.16, 6, 5, 5.@panels" plan
        holds "the code is for $as, $target" grep -q 'const uint16_t .restrict weight' $as-$target/lenet5.c
        [ $target = c ] || holds "vectors of it, $target" grep -q "v_fma(s, v_load_$as(w), a0);" $as-$target/lenet5.c
    done
    holds "what is computed is what is meant, $as" "$fovea" check "$lenet/lenet5.fov" --weights-as $as "$lenet"/pictures/*.png
    cp f32-c/lenet5.weights swapped
    refuse "weights of another kind do not fit, $as" 'is of another net, or of this one with other options' \
        "$fovea" weights "$lenet/lenet5.fov" --weights-as $as -o swapped
    cp $as-c/lenet5.weights swapped
    holds "other numbers, $as" "$fovea" weights "$lenet/lenet5.fov" --weights-as $as \
        -w "$lenet/lenet5_mnist.safetensors" -o swapped
done
"$fovea" run "$lenet/lenet5.fov" "$lenet"/pictures/*.png --top=1 | sed 's/ *[-0-9.e]*$//' >answers
for as in f16 bf16; do
    "$fovea" run "$lenet/lenet5.fov" --weights-as $as "$lenet"/pictures/*.png --top=1 | sed 's/ *[-0-9.e]*$//' >said
    holds "the same answers, $as" cmp answers said
    holds "the self-test knows the weights, $as" "$fovea" run "$lenet/lenet5.fov" --weights-as $as --selftest
done

# Many panels and the last ones, weights that are fetched ahead, few outputs, examples in parts.
cat >wide.fov <<'END'
net wide(x: f32[300]) {
    return y = x -> a: fc(1003) -> relu -> b: fc(84) -> tanh -> c: rbf(10) -> softmax;
}
END
for as in f16 bf16; do
    holds "wide layers, $as" "$fovea" check wide.fov -w random:1 --weights-as $as
done
holds "several examples" "$fovea" check wide.fov -w random:1 --weights-as f16 --batch 8

# Small, large, negative and not-a-number weights, one an output, in each target's words; two of them are ties.
cat >corners.fov <<'END'
net corners(x: f32[1]) {
    return y = x -> fc(weight=[[0.1], [-0.1], [65504], [-65504], [0.00006097555], [0.000030517578125], [0.00000005960464],
                               [0.00000008940697], [0.0000000298], [0], [-0.000001], [1.00048828125], [1.00146484375]]);
}
END
for as in f16 bf16; do
    holds "numbers of every size, $as" "$fovea" check corners.fov --weights-as $as
done
printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 1), }" >one.npy
printf '\000\000\200?' >>one.npy
for target in c avx2 avx512 auto opencl; do
    "$fovea" run corners.fov --target $target --weights-as f16 --raw one.npy >said-$target 2>err ||
        { skip "numbers of 16 bits, $target" "$(head -n 1 err)"; continue; }
    # Nearest, ties to even, below the smallest exponent too.
    expected='0.0999756 -0.0999756 65504 -65504 6.09756e-05 3.05176e-05 5.96046e-08 1.19209e-07 0 0 -1.01328e-06 1 1.00195'
    holds "numbers of 16 bits, $target" [ "$(grep -oE -- '-?[0-9.]+(e-[0-9]+)?' said-$target | tail -13 | xargs printf '%.6g ')" = "$expected " ]
done
cat >large.fov <<'END'
net large(x: f32[2]) {
    return y = x -> fc1: fc(weight=[[1, 65505], [2, 3]], bias=false);
}
END
refuse "what f16 cannot hold" 'holds 65505, which f16 cannot: its largest number is 65504' \
    "$fovea" compile large.fov --weights-as f16 -o large
holds "and what bf16 can" "$fovea" compile large.fov --weights-as bf16 -o large
refuse "other kinds" "weights are stored as f32, f16 or bf16, not as 'u8'" "$fovea" compile large.fov --weights-as u8 -o large

# The answers on ten thousand pictures, where these are: three at most may differ.
images=${FOVEA_MATERIAL-}/datasets/mnist/t10k-images-idx3-ubyte.gz
if [ -f "$images" ]; then
    "$fovea" run "$lenet/digits.fov" --top=1 "$images" >whole.txt 2>err
    for as in f16 bf16; do
        "$fovea" run "$lenet/digits.fov" --top=1 --weights-as $as "$images" >half.txt 2>err
        sed 's/ *[-0-9.e]*$//' whole.txt >a
        changed=$(sed 's/ *[-0-9.e]*$//' half.txt | paste -d '|' a - | awk -F '|' '$1 != $2' | wc -l)
        [ "$(wc -l <whole.txt)" -ge 10000 ] && [ $as = bf16 -o "$changed" -le 3 ] && [ "$changed" -le 20 ]
        holds "$changed of 10000 answers differ with $as" [ $? -eq 0 ]
    done
else
    skip "answers on ten thousand pictures" "there is no FOVEA_MATERIAL"
fi
