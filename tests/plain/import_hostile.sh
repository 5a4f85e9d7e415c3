# import_hostile.sh - damaged ONNX files: each is refused with clean messages, or is a model still; in seconds, within
# bounds of memory. Every net of FOVEA_MATERIAL and some of its cases are damaged in ten ways; CASES=all: more of each.
. tests/plain/support/import.sh
$CC ${SAN:+-fsanitize=$SAN} -O1 -I"$built" -o mutate "$root/tests/plain/support/mutate.c" "$built/onnx.pb-c.o" -lprotobuf-c 2>said || {
    not_ok "a program that damages files" "$(head -n 1 said)"
    exit
}
"$fovea" export "$root/examples/lenet5/lenet5.fov" -o lenet.onnx || exit 1
kilobytes=2500000
case $SAN in *address*) kilobytes=unlimited ;; esac # it reserves all there is

kinds="cut flip sizes values missing twice weights types external opset"
seeds="1 2"
some=40 # of the cases, one in so many
[ "${CASES-}" = all ] && seeds=$(seq 1 40) some=4

# What 'fovea show' said of damaged.onnx, and its exit status; "" where that is as it should be.
complaint() {
    status=$1
    if [ "$status" -gt 1 ]; then
        echo "exit status $status"
    elif grep -q 'internal error\|runtime error\|Sanitizer' err; then
        grep -m 1 'internal error\|runtime error\|Sanitizer' err
    elif [ "$status" -eq 1 ] && ! grep -q '^fovea: error: ' err; then
        echo "no error is said"
    elif grep -v '^fovea: error: \|^fovea: warning: \|^hint: \|^note: \|^\.\.\. and ' err | grep -q .; then
        grep -v '^fovea: error: ' err | head -n 1
    elif [ "$(ls)" != "$before" ]; then
        echo "files are left: $(ls | tr '\n' ' ')"
    fi
}

# damaged NAME MODEL: all kinds of damage, each with all seeds.
damaged() {
    tried=0
    for kind in $kinds; do
        for seed in $seeds; do
            ./mutate $kind $seed "$2" damaged.onnx || { not_ok "$1" "it is not read by the test"; return; }
            (ulimit -v $kilobytes && exec timeout 20 "$fovea" show damaged.onnx) >out 2>err
            said=$(complaint $?)
            [ -z "$said" ] || { not_ok "$1" "$kind, seed $seed: $said"; return; }
            tried=$((tried + 1))
        done
    done
    [ $tried -gt 0 ] && ok "$1"
}
: >damaged.onnx
: >out
: >err
before=$(ls)
damaged LeNet-5 lenet.onnx
[ -d "$material/nets" ] || {
    skip "nets of others" "FOVEA_MATERIAL is not there"
    exit
}
for model in "$material"/nets/*/model.onnx "$material"/light/*.onnx; do
    name=${model#"$material"/}
    damaged "${name%/model.onnx}" "$model"
done
number=0
for model in "$material"/onnx_tests/*/*/model.onnx; do
    [ $((number += 1)) -gt 0 ] && [ $((number % some)) -eq 0 ] || continue
    name=${model%/model.onnx}
    damaged "${name##*/}" "$model"
done
