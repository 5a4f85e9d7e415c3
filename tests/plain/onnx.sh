# onnx.sh - `fovea export`: the same bytes each time, nothing where something is wrong, no second copy of the weights in
# memory; and, where Python has onnx and onnxruntime, the answers of ONNX Runtime. FOVEA_PYTHON names that Python; else
# it is the one of `make bench-peers`. FOVEA_ONNX_ZOO=all takes every net of the zoo.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
zoo=$PWD/examples/zoo

# ---- files ----

cp examples/zoo/lenet.fov examples/zoo/lenet_digits.fov "$work"
mkdir "$work/kept"
"$fovea" export "$work/lenet.fov" -w random:1 -o "$work/one.onnx" &&
    (cd "$work" && "$fovea" export lenet.fov -w random:1 -o two.onnx) && cmp -s "$work/one.onnx" "$work/two.onnx" &&
    ok "the same bytes from any folder" || not_ok "the same bytes from any folder" "$(ls -l "$work")"
"$fovea" export "$work/lenet.fov" -w random:1 -o /dev/stdout | cmp -s - "$work/one.onnx" &&
    ok "into a pipe" || not_ok "into a pipe" "other bytes"

# refuses NAME PATTERN ARGUMENT...: one error with PATTERN; what was there stays.
refuses() {
    name=$1 pattern=$2
    shift 2
    echo before >"$work/kept/old.onnx"
    "$fovea" export "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -ne 1 ] || [ -s "$work/out" ] || [ "$(grep -c 'error: ' "$work/err")" -ne 1 ]; then
        not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
    elif ! grep -q -- "$pattern" "$work/err"; then
        not_ok "$name" "said: $(head -n 2 "$work/err")"
    elif [ "$(ls "$work/kept")" != old.onnx ] || [ "$(cat "$work/kept/old.onnx")" != before ]; then
        not_ok "$name" "left: $(ls "$work/kept" | tr '\n' ' ')"
    else
        ok "$name"
    fi
}
old=$work/kept/old.onnx
echo 'net dilated(x: f32[3, 8, 8]) {
    return y = x -> avgpool(2x2, stride=1, dilation=2);
}' >"$work/dilated.fov"
refuses "no place" 'no place for the result' "$work/lenet.fov" -w random:1
refuses "no weights" 'weights' "$work/lenet.fov" -o "$old"
refuses "what ONNX lacks" 'dilated.fov:2:21: error: ONNX has no dilation' "$work/dilated.fov" -o "$old"
echo 'net large(x: f32[20000]) {
    return y = x -> a: fc(28000);
}' >"$work/large.fov"
refuses "more than a file can hold" 'would have 2240112000 bytes' "$work/large.fov" -w random:1 -o "$old"
refuses "a place that is not there" 'cannot' "$work/lenet.fov" -w random:1 -o "$work/none/x.onnx"
refuses "the model itself" 'is read for this model' "$work/lenet.fov" -w random:1 -o "$work/lenet.fov"
if [ -w /dev/full ]; then
    refuses "a full disk" 'cannot write' "$work/lenet.fov" -w random:1 -o /dev/full
else
    skip "a full disk" "there is no /dev/full"
fi

# ---- memory: the weights once, and the file streams out of them ----

case $SAN in
'')
    . tests/plain/support/within.sh
    within "AlexNet's 244 MB are written" 290 120 "$fovea" export "$zoo/alexnet.fov" -w random:1 -o "$work/alexnet.onnx"
    rm -f "$work/alexnet.onnx"
    ;;
*) skip "memory of a large net" "sanitizers take more" ;;
esac

# ---- other readers ----

python=${FOVEA_PYTHON:-build/peers/bin/python}
if ! "$python" -c 'import numpy, onnx, onnxruntime' >/dev/null 2>&1; then
    skip "ONNX Runtime" "no Python with onnx and onnxruntime (make bench-peers makes one; FOVEA_PYTHON names one)"
    exit 0
fi
script=tests/plain/support/read_onnx.py
mkdir "$work/cases"
FOVEA_ONNX_CASES=$work/cases "$BUILD/tests/ops.test" --filter 'export/*' >"$work/out" 2>&1 &&
    "$python" $script cases "$work/cases" >"$work/said" 2>&1 && ok "operations: $(tail -n 1 "$work/said")" ||
    not_ok "operations" "$(cat "$work/out" "$work/said" | tail -n 5 | tr '\n' ' ')"

# agrees NAME FILE OPTION...: the checker takes it, and ONNX Runtime answers as emitted code does.
agrees() {
    name=$1
    shift
    rm -rf "$work/net" && mkdir "$work/net"
    "$fovea" export "$@" -w random:1 -o "$work/net/n.onnx" >"$work/said" 2>&1 &&
        "$python" $script input "$work/net/n.onnx" "$work/net/in.npy" >>"$work/said" 2>&1 &&
        XDG_CACHE_HOME=$work/cache "$fovea" run "$@" "$work/net/in.npy" -w random:1 --npy -o "$work/net" \
            >>"$work/said" 2>&1 &&
        "$python" $script net "$work/net/n.onnx" "$work/net/in.npy" "$work/net" >"$work/said" 2>&1 &&
        ok "$name: $(tail -n 1 "$work/said")" || not_ok "$name" "$(tail -n 3 "$work/said" | tr '\n' ' ')"
    rm -rf "$work/cache"
}
some='lenet5 lenet1998 cifar-resnet20 squeezenet mobilenetv2 shufflenet'
while read -r name file options; do
    case " ${FOVEA_ONNX_ZOO:-$some} " in
    *" all "* | *" $name "*) agrees "$name" "$file" $options </dev/null ;;
    esac
done <examples/zoo/zoo.list
