# zoo_photo.sh - nets of the zoo at full size on a photograph, for the widest target that this CPU has, with random weights:
# what `fovea check` finds is at most 1e-4 of the largest output. ZOO_PHOTO=all takes every net (a quarter of an hour).
. tests/plain/support/report.sh
photo=${FOVEA_MATERIAL-}/photos/fruits.jpg
if [ ! -r "$photo" ]; then
    skip "nets on a photograph" "there is none in FOVEA_MATERIAL"
    exit 0
fi
target=c
for wider in avx2 avx512; do ! cpu_runs $wider || target=$wider; done
nets=${ZOO_PHOTO:-squeezenet mobilenetv2 cifar-resnet20}
[ "$nets" != all ] || nets=$(sed 's/ .*//' examples/zoo/zoo.list)
for net in $nets; do
    model=$(sed -n "s/^$net //p" examples/zoo/zoo.list)
    "$BUILD/fovea" check $model "$photo" -w random:1 --target $target >"$work/said" 2>&1
    difference=$(sed -n "s/^$target: max difference \([-0-9.e+]*\) .* ok .*/\1/p" "$work/said")
    if [ -n "$difference" ] && awk "BEGIN { exit !($difference > 0 && $difference <= 1e-4) }"; then
        ok "$net for $target is off by $difference"
    else
        not_ok "$net for $target" "$(head -n 1 "$work/said")"
    fi
done
