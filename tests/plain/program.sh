# program.sh - nets as programs: build, run and check from outside, with right answers, wrong files and a wrong kernel.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
lenet=$PWD/examples/lenet5
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
readme=$PWD/README.md
cd "$work" || exit 1

# expect NAME WANTED COMMAND...: exit status 0 and exactly that text on standard output.
expect() {
    name=$1 wanted=$2
    shift 2
    if ! "$@" >out 2>err; then
        not_ok "$name" "$(head -n 1 err)"
    elif [ "$(cat out)" = "$wanted" ]; then
        ok "$name"
    else
        not_ok "$name" "got: $(head -n 3 out)"
    fi
}

# refuse NAME PATTERN COMMAND...: exit status 1, nothing on standard output, one line with PATTERN on standard error.
refuse() {
    name=$1 pattern=$2
    shift 2
    "$@" >out 2>err
    status=$?
    if [ $status -ne 1 ]; then
        not_ok "$name" "exit status $status"
    elif [ -s out ] || [ "$(wc -l <err)" -ne 1 ] || ! grep -q -- "$pattern" err; then
        not_ok "$name" "said: $(head -n 2 out err)"
    else
        ok "$name"
    fi
}

# holds NAME TEST...: the test is true.
holds() {
    name=$1
    shift
    if "$@"; then ok "$name"; else not_ok "$name" "not so: $*"; fi
}

expect "build" "" "$fovea" build "$lenet/lenet5.fov" -o lenet5
expect "build takes weights from elsewhere" "" "$fovea" build "$lenet/lenet5.fov" -o other --embed none --target c
holds "weights stand beside the program" test -f lenet5.weights
expect "self-test" "selftest: ok" ./lenet5 --selftest

# The pictures are called after what they show; the net is right about 18 of the 20.
./lenet5 --top 1 "$lenet"/pictures/*.png >answers
right=$(sed 's,.*/[0-9]*-,,; s/  *[^ ]*$//' answers | tr 'A-Z ' 'a-z-' | sed 's,/top,,' |
    awk -F'.png:-' '$1 == $2 { right++ } END { print right + 0 }')
expect "pictures" "18 of 20" echo "$right of $(grep -c . answers)"
./other --weights lenet5.weights --top 1 "$lenet"/pictures/*.png >answers.other
holds "weights from a file give the same" cmp -s answers answers.other
"$fovea" build "$lenet/lenet5.fov" -o arrays --embed array >/dev/null && ./arrays --top 1 "$lenet"/pictures/*.png >answers.array
holds "weights as an array give the same" cmp -s answers answers.array
"$fovea" build "$lenet/lenet5.fov" -o eight --batch 8 >/dev/null && ./eight --top 1 "$lenet"/pictures/*.png >answers.eight
holds "batches that are not full give the same" cmp -s answers answers.eight

if [ -f /usr/share/datasets/fashion-mnist/t10k-images-idx3-ubyte.gz ]; then
    data=/usr/share/datasets/fashion-mnist/t10k
    ./lenet5 "$data-images-idx3-ubyte.gz" --labels "$data-labels-idx1-ubyte.gz" >table
    expect "accuracy" "accuracy: 91.41 % (9141 of 10000)" head -n 1 table
else
    skip "accuracy" "Fashion-MNIST is not there"
fi

# What is written is read again: the net's own input gives the same output.
first=$lenet/pictures/01-ankle-boot.png
./lenet5 "$first" --output results --keep-input >/dev/null && mv results/logits.npy logits.npy
./lenet5 results/input.image.npy --output results >/dev/null
holds ".npy out and in" cmp -s logits.npy results/logits.npy
size=$(wc -c <logits.npy)
holds ".npy has ten floats behind its header" test "$((size % 64))" -eq 40

# Mistakes leave nothing behind.
head -c 200 "$first" >short.png
printf 'hello' >text.png
refuse "a broken picture" "short.png is a broken PNG" ./lenet5 short.png
refuse "no picture" "text.png is not a PNG, JPEG, .npy or IDX file" ./lenet5 text.png
refuse "no file" "nothere.png" ./lenet5 nothere.png
refuse "no input" "no input" ./lenet5
refuse "an unknown option" "'--colour'" ./lenet5 --colour
refuse "a bad number" "--top" ./lenet5 --top none "$first"
refuse "weights of something else" "text.png" ./other --weights text.png "$first"
./lenet5 "$first" short.png --output partial >/dev/null 2>&1
holds "nothing half written" test -z "$(ls partial)"
refuse "a program in a folder that is not there" "nowhere" "$fovea" build "$lenet/lenet5.fov" -o nowhere/lenet5
refuse "no C compiler" "no-such-cc" env CC=no-such-cc "$fovea" build "$lenet/lenet5.fov" -o x

# Two first runs at once, then one from the cache.
"$fovea" run "$lenet/lenet5.fov" "$first" --top 1 >one & "$fovea" run "$lenet/lenet5.fov" "$first" --top 1 >two
wait
holds "two runs at once" cmp -s one two
holds "one program in the cache" test "$(ls cache/fovea | wc -l)" -eq 1
ls -i cache/fovea >cached
expect "a run from the cache" "$(cat one)" "$fovea" run "$lenet/lenet5.fov" "$first" --top 1
ls -i cache/fovea | holds "it builds nothing" cmp -s - cached

# A compiler that spoils one layer: check must find it, and name it.
cat >spoil <<SPOIL
#!/bin/sh
[ -f lenet5.c ] && sed -i '/float lenet5_conv2_finish/,/^}/s/return /return 1.01f * /' lenet5.c
exec $CC "\$@"
SPOIL
chmod +x spoil
if "$fovea" check "$lenet/lenet5.fov" "$first" >out 2>err && [ "$(grep -c ', ok (tolerance' out)" -ge 1 ]; then
    ok "check"
else
    not_ok "check" "$(cat out err | head -n 2)"
fi
if CC=./spoil "$fovea" check "$lenet/lenet5.fov" --target c >out 2>err; then
    not_ok "check finds a wrong layer" "it is content: $(cat out)"
elif grep -q WRONG out && grep -q "lenet5.fov:6:.*'conv2'" err; then
    ok "check finds a wrong layer"
else
    not_ok "check finds a wrong layer" "$(cat out err | head -n 3)"
fi

# The front page shows the example as it is.
missing=$(grep . "$lenet/lenet5.fov" | while IFS= read -r line; do grep -qxF -- "$line" "$readme" || echo "$line"; done)
holds "README.md has the example's lines" test -z "$missing"
