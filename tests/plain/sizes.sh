# sizes.sh - nets that are too large are refused at the place in the model that makes them so, and leave no folder behind.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
cd "$work" || exit 1

# refused NAME PLACE PATTERN MODEL: compile says why, with a caret, at LINE:COLUMN; nothing is there afterwards.
refused() {
    printf '%s\n' "$4" >n.fov
    "$fovea" compile n.fov --weights random:1 -o out/deep >said 2>err
    status=$?
    if [ $status -ne 1 ] || ! grep -q "^n.fov:$2: error: .*$3" err || [ "$(grep -c '| *^' err)" -ne 1 ]; then
        not_ok "$1" "status $status: $(head -n 3 err)"
    elif [ -e out/deep ]; then
        not_ok "$1" "left: $(ls -R out)"
    else
        ok "$1"
    fi
    rm -rf out
}

refused "an input that is too large" 1:7 "x takes 7500000000 elements" \
    'net n(x: f32[3, 50000, 50000]) { return y = x -> relu; }'
refused "a layer that is too large" 2:27 "wide takes 2304000000 elements as it is stored" \
    'net n(x: f32[1, 24000, 24000]) {
    return y = x -> wide: conv(4, 1x1) -> maxpool(3x3, stride=3, pad=1);
}'
refused "layers that are too large together" 2:14 "3600000000 elements together" \
    'net n(x: f32[3, 20000, 20000]) {
    y = x -> avgpool(3x3, stride=1, pad=1);
    z = x -> maxpool(3x3, stride=1, pad=1);
    w = x -> softmax;
    return y + z + w;
}'
case $SAN in
*address*) skip "weights that no machine holds" "AddressSanitizer ends the program" ;;
*) refused "weights that no machine holds" 1:62 "no memory for the 750000000000 numbers of f.weight" \
    'net n(x: f32[3, 5000, 5000]) { return y = x -> flatten -> f: fc(10000); }' ;;
esac
