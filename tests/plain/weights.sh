# weights.sh - `fovea weights`: other numbers for a program that stays as it is, and no others than those that fit it.
. tests/plain/support/report.sh
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$PWD/$BUILD/fovea ;;
esac
lenet=$PWD/examples/lenet5
golden=$PWD/tests/golden
digits=$lenet/lenet5_mnist.safetensors
cd "$work" || exit 1

# holds NAME COMMAND...: it succeeds.
holds() {
    name=$1
    shift
    if "$@" >out 2>err; then ok "$name"; else not_ok "$name" "$(head -n 1 err) ($*)"; fi
}

# refuse NAME PATTERN COMMAND...: exit status 1, nothing on standard output, one error with PATTERN.
refuse() {
    name=$1 pattern=$2
    shift 2
    "$@" >out 2>err
    status=$?
    if [ $status -eq 1 ] && [ ! -s out ] && [ "$(grep -vc '^hint: ' err)" -eq 1 ] && grep -q -- "$pattern" err; then
        ok "$name"
    else
        not_ok "$name" "exit status $status: $(cat out err | head -n 1)"
    fi
}

# The bytes are those that the compiler writes for these numbers; the target is that of the file which is replaced.
# Panels of 32 outputs, and of 8: the portable target fills more of the last one.
for target in c avx2; do
    case $target in
    c) bytes=271040 fc1=204800 ;;
    avx2) bytes=254400 fc1=192000 ;;
    esac
    "$fovea" compile "$lenet/lenet5.fov" --target $target -o first-$target &&
        "$fovea" compile "$lenet/lenet5.fov" --target $target -w "$digits" -o second-$target || exit 1
    cp first-$target/lenet5.weights swapped
    holds "weights are written, $target" "$fovea" weights "$lenet/lenet5.fov" -w "$digits" -o swapped
    holds "as the compiler writes them, $target" cmp swapped second-$target/lenet5.weights
    holds "and back, $target" "$fovea" weights "$lenet/lenet5.fov" -o swapped
    holds "the first ones again, $target" cmp swapped first-$target/lenet5.weights
    "$fovea" weights swapped >said && "$fovea" weights "$lenet/lenet5.fov" --check swapped >>said
    holds "what it is, $target" grep -qx "swapped: sound, $bytes bytes" said
    holds "whose it is, $target" grep -qx "fits lenet5, target $target" said
    holds "what is in it, $target" grep -q " $fc1 bytes: fc1_weight : f32.120, \(400\|16, 5, 5\).@" said
    for other in first second; do # code does not depend on the numbers
        cp $other-$target/lenet5.c $other-$target.c
    done
    holds "the code is the same, $target" cmp first-$target.c second-$target.c
    rm swapped
done
holds "a new file for the target that is named" "$fovea" weights "$lenet/lenet5.fov" -t avx2 -w "$digits" -o new
holds "has the same bytes" cmp new second-avx2/lenet5.weights

# One program, never built again: its answers follow the weights.
"$fovea" build "$lenet/lenet5.fov" --embed none -o program 2>out || exit 1
"$fovea" build "$lenet/lenet5.fov" -w "$digits" -o wanted || exit 1
cp program before
./program --weights lenet5.weights --raw "$lenet"/pictures/*.png >clothes
./wanted --raw "$lenet"/pictures/*.png >digits
"$fovea" weights "$lenet/lenet5.fov" -w "$digits" -o lenet5.weights >out 2>&1
./program --weights lenet5.weights --raw "$lenet"/pictures/*.png >answers
holds "answers are those of the new weights" cmp answers digits
if cmp -s answers clothes; then not_ok "answers change" "they are the same"; else ok "answers change"; fi
holds "the self-test goes with them" ./program --weights lenet5.weights --selftest
holds "the program is as it was" cmp program before

# What does not fit is refused, and what was there stays.
cp lenet5.weights kept
"$fovea" compile "$golden/lenet.fov" -w random:1 -o other >out 2>&1
refuse "a program refuses another net's" "another model" ./program --weights other/lenet.weights "$lenet/pictures/01-ankle-boot.png"
refuse "the net of the replaced file" "does not fit lenet:" "$fovea" weights "$golden/lenet.fov" -w random:1 -o lenet5.weights
refuse "the batch of the replaced file" "does not fit lenet5:" "$fovea" weights "$lenet/lenet5.fov" --batch 2 -o lenet5.weights
refuse "the target of the replaced file" "is for target c, not for avx2" "$fovea" weights "$lenet/lenet5.fov" -t avx2 -o lenet5.weights
refuse "the net of the checked file" "does not fit lenet5:" "$fovea" weights "$lenet/lenet5.fov" --check other/lenet.weights
refuse "the checked file before the new one" "does not fit lenet5:" "$fovea" weights "$lenet/lenet5.fov" --check other/lenet.weights -o never
refuse "two files for two targets" "for target c, \"new\" for avx2" "$fovea" weights "$lenet/lenet5.fov" --check new -o lenet5.weights
"$fovea" compile "$golden/lenet.fov" -w random:1 --save-weights small.safetensors -o other >out 2>&1
"$fovea" weights "$lenet/lenet5.fov" -w small.safetensors -o lenet5.weights >out 2>said
holds "shapes that are not the net's" grep -q 'conv1.weight is .* in the file, the net needs 6x1x5x5' said
refuse "a file of something else" "no weights file: it is not replaced" "$fovea" weights "$lenet/lenet5.fov" -o first-c/lenet5.c
holds "nothing was replaced" cmp lenet5.weights kept
holds "nothing was written" test ! -e never

# Damage is found, said, and repaired.
flip() { # FILE OFFSET: another byte there
    printf '\252' | dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}
for place in 0 8 20 40 70000; do
    cp kept damaged.weights && flip damaged.weights $place
    refuse "byte $place is damaged" "is no sound weights file" "$fovea" weights damaged.weights
    refuse "a program finds it too, byte $place" 'no complete weights blob\|checksum is wrong' ./program --weights damaged.weights --selftest
done
head -c 70000 kept >short.weights
refuse "a file cut short" "it has 70000 of its 271040 bytes" "$fovea" weights short.weights
: >empty.weights
refuse "an empty file" "it has 0 bytes" "$fovea" weights empty.weights
for file in damaged short empty; do
    "$fovea" weights "$lenet/lenet5.fov" -w "$digits" -o $file.weights >out 2>&1
    holds "a $file file is repaired" cmp $file.weights kept
done

# A disk that is full in the middle: the old file stays, and nothing beside it.
said=$(trap '' XFSZ; ulimit -f 100; "$fovea" weights "$lenet/lenet5.fov" -o lenet5.weights 2>&1)
case $said in
*'cannot write "lenet5.weights": File too large'*) ok "a disk that is full" ;;
*) not_ok "a disk that is full" "$said" ;;
esac
holds "keeps the old weights" cmp lenet5.weights kept
holds "and nothing half written" test -z "$(find . -name '*.tmp*')"
