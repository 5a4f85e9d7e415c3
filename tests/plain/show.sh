# show.sh - `fovea show` and `fovea rf` from outside: no line is too wide, table and JSON say the same, deep nets fit a page,
# and one clear error for each wrong question.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
zoo=$PWD/examples/zoo
hostile=$work/hostile.fov
cat >"$hostile" <<'MODEL'
block a_block_with_a_rather_long_name(x) {
    x = x -> a_layer_with_a_rather_long_label: conv(2048, 3x3, stride=[2, 1], pad=[1, 3]);
    return x -> another_layer_with_a_long_label: conv(4000, [9, 11], stride=2);
}
net hostile(image: f32[3, 9000, 8000]) {
    return y = image -> some_block_somewhere: a_block_with_a_rather_long_name -> inner: a_block_with_a_rather_long_name;
}
MODEL

# narrow NAME ARGUMENT...: no line has more than 100 characters.
narrow() {
    name=$1
    shift
    if ! "$fovea" show "$@" >"$work/out" 2>"$work/err"; then
        not_ok "$name" "$(head -n 1 "$work/err")"
    elif widest=$(awk 'length > 100 { print length ": " $0; exit 1 }' "$work/out"); then
        ok "$name"
    else
        not_ok "$name" "$widest"
    fi
}

for model in "$hostile" "$zoo/resnet.fov" "$zoo/densenet.fov" "$zoo/unet.fov" "$zoo/googlenet.fov" "$zoo/vgg.fov"; do
    for option in "" --share --as-dense "--share --as-dense" --unfold "--unfold --share"; do
        narrow "${model##*/} $option is at most 100 wide" "$model" $option
    done
done

# number KEY: of the first JSON key of that name.
number() { sed -n "s/^	\"$1\":	\([0-9]*\),*$/\1/p" "$work/json" | head -n 1; }
# total NAME: from below the table.
total() { sed -n "s/^$1  *\([0-9,]*\)$/\1/p" "$work/out" | tr -d ,; }

for net in alexnet resnet unet lenet; do
    "$fovea" show "$zoo/$net.fov" >"$work/out" 2>"$work/err" && "$fovea" show "$zoo/$net.fov" --json >"$work/json"
    for pair in parameters:parameters macs:MACs weighted_depth:'weighted depth' receptive_field:'receptive field' \
        weights_bytes:'weights, bytes' workspace_bytes:'workspace, bytes'; do
        key=${pair%%:*} name=${pair#*:}
        if [ -n "$(number "$key")" ] && [ "$(number "$key")" = "$(total "$name")" ]; then
            ok "$net: $key in JSON and below the table"
        else
            not_ok "$net: $key in JSON and below the table" "$(number "$key") and $(total "$name")"
        fi
    done
done

# has NAME PATTERN ARGUMENT...: what is printed has the pattern.
has() {
    name=$1 pattern=$2
    shift 2
    "$fovea" "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -eq 0 ] && grep -q -- "$pattern" "$work/out"; then
        ok "$name"
    else
        not_ok "$name" "exit status $status, no '$pattern': $(head -n 1 "$work/err")"
    fi
}

# refuses NAME PATTERN ARGUMENT...: one error, nothing printed.
refuses() {
    name=$1 pattern=$2
    shift 2
    "$fovea" "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -eq 1 ] && [ ! -s "$work/out" ] && [ "$(grep -c 'error: ' "$work/err")" -eq 1 ] &&
        grep -q -- "$pattern" "$work/err"; then
        ok "$name"
    else
        not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
    fi
}

lenet=$work/lenet.fov
cp "$zoo/lenet.fov" "$zoo/lenet_digits.fov" "$work"
has "a run of equal blocks" "^layer3.1 .. 5  *bottleneck x5 " show "$zoo/resnet.fov"
has "unfolded" "^layer3.5.conv2  *conv " show "$zoo/resnet.fov" --unfold
has "fc6 of AlexNet" "^fc6  *fc .* 37,752,832  61.93 " show "$zoo/alexnet.fov" --share
has "fully connected layers of AlexNet" "^fc  *3  58,631,144  96.17 " show "$zoo/alexnet.fov" --share
towers=$zoo/alexnet_two_devices.fov
has "what AlexNet's towers send each other" "^device 0  *device 1  *4  *30,336  *121,344$" show "$towers"
has "and back" "^device 1  *device 0  *4  *30,336  *121,344$" show "$towers"
has "both ways" "^between devices  *242,688 bytes$" show "$towers"
has "in JSON" '"numbers":	30336' show "$towers" --json
has "VGG-16's last pool" "^field  *212x212 pixels" rf "$zoo/vgg.fov" maxpool#5
has "a block is its last layer" "relu, 256x56x56$" rf "$zoo/resnet.fov" layer1.0
has "GoogLeNet's last module" "^field  *715x715 " rf "$zoo/googlenet.fov" inception5b
has "every pixel" "verified: 196 of 784 pixels change it, the 196 predicted" rf "$lenet" conv2 --every-pixel
has "a place in a corner" "sees  *rows 0..11, columns 0..11" rf "$lenet" conv2 --at 0,0
has "rf as JSON" '"pixels_inside":	196' rf "$lenet" conv2 --json
"$fovea" rf "$lenet" conv2 -o "$work/field" && grep -q '^verified' "$work/field" && ok "rf -o" || not_ok "rf -o" "no text"
refuses "an unknown layer" "no layer of net 'lenet' is called 'conv9'" rf "$lenet" conv9
grep -q "hint: did you mean 'conv" "$work/err" && ok "and its hint" || not_ok "and its hint" "$(tail -n 1 "$work/err")"
refuses "a layer of another kind" "is called 'loop'" rf "$lenet" loop
grep -q "hint: .*--unfold.*maxpool#2" "$work/err" && ok "and how to name one" || not_ok "and how to name one" "no hint"
refuses "more layers than there are" "there is no 'maxpool#9': net 'lenet' has 2 layers 'maxpool'" rf "$lenet" maxpool#9
refuses "an operation that is none" "is called 'maxpol#1'" rf "$lenet" maxpol#1
refuses "a place that is none" "has no place 10,0" rf "$lenet" conv2 --at 10,0
refuses "a place without a column" "takes Y,X" rf "$lenet" conv2 --at 3
refuses "a flattened picture" "lenet.fov:[0-9]*:[0-9]*: error: the values of 'flatten#1' are a list" rf "$lenet" flatten#1
refuses "no layer" "one layer is asked for" rf "$lenet"
refuses "two layers" "one layer is asked for" rf "$lenet" conv1 conv2
refuses "rf over the model" "is read for this model" rf "$lenet" conv1 -o "$lenet"
