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
echo 'net logs(image: f32[1, 8, 8]) { return y = image -> c: conv(4, 3x3) -> relu -> log; }' >logs.fov
expect "self-test of results that are infinite" "selftest: ok" "$fovea" run logs.fov -w random:1 --selftest

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
refuse "no picture" "text.png is not a PNG, JPEG, PNM, .npy or IDX file, nor the 3136 bytes of input 'image'$" ./lenet5 text.png
refuse "no file" "nothere.png" ./lenet5 nothere.png
refuse "no input" "no input" ./lenet5
refuse "an unknown option" "'--colour'" ./lenet5 --colour
refuse "a bad number" "--top" ./lenet5 --top none "$first"
refuse "weights of something else" "text.png" ./other --weights text.png "$first"
./lenet5 "$first" short.png --output partial >/dev/null 2>&1
holds "nothing half written" test -z "$(ls partial)"
refuse "a program in a folder that is not there" "nowhere" "$fovea" build "$lenet/lenet5.fov" -o nowhere/lenet5
refuse "no C compiler" "no-such-cc" env CC=no-such-cc "$fovea" build "$lenet/lenet5.fov" -o x
refuse "no C compiler for check" "no-such-cc" env CC=no-such-cc "$fovea" check "$lenet/lenet5.fov"
refuse "a C compiler that makes nothing" "'true' made no program" env CC=true "$fovea" build "$lenet/lenet5.fov" -o x
refuse "a C compiler that makes nothing for check" "'true' made no program" env CC=true "$fovea" check "$lenet/lenet5.fov"
if [ -w /dev/full ]; then
    "$fovea" check "$lenet/lenet5.fov" --target c 2>err >/dev/full
    grep -q 'directory' err
    holds "check into a full disk has no wrong reason" test $? -eq 1
fi
said=$(trap '' XFSZ; ulimit -f 0; ./lenet5 "$first" --output large 2>&1)
case $said in
*"cannot write large/logits.npy: File too large"*) ok "a disk that is full has name and reason" ;;
*) not_ok "a disk that is full has name and reason" "$said" ;;
esac
./lenet5 "$first" --output deep/er//folder/ >/dev/null
holds "folders are made" test -f deep/er/folder/logits.npy

# 70 black pictures, and labels of which the one with number 3 is none of this net's.
{ printf '\000\000\010\003\000\000\000\106\000\000\000\034\000\000\000\034'; head -c $((70 * 28 * 28)) /dev/zero; } >black.idx
{ printf '\000\000\010\001\000\000\000\106'; head -c 70 /dev/zero; } >zeros.idx
printf '\000\000\010\001\000\000\000\004\000\000\000\310' >four.idx
refuse "--index chooses the label too" "holds label 200" ./lenet5 black.idx --index 3 --labels four.idx
refuse "--index beyond the labels" "has 4 labels, counted from 0" ./lenet5 black.idx --index 4 --labels four.idx
refuse "fewer pictures than labels" "has 70 labels, there is 1 picture$" ./lenet5 "$first" --labels zeros.idx
if ./lenet5 black.idx --index 2 --labels four.idx | grep -q 'accuracy: .* of 1)'; then
    ok "accuracy of one picture"
else
    not_ok "accuracy of one picture" "no accuracy of 1"
fi
if have script; then
    bars=$(script -qec './lenet5 black.idx --labels zeros.idx' /dev/null | tr '\r' '\n' | grep -c '^\[#* *\]  91 %$')
    holds "a bar on a terminal" test "$bars" -eq 1
else
    skip "a bar on a terminal" "script is not installed"
fi

# Without libraries: the same answers from PGM and raw bytes, other kinds refused by name.
expect "build without libraries" "" "$fovea" build "$lenet/lenet5.fov" --no-libraries -o alone
needed=$(readelf -d alone | grep -cE 'NEEDED.*(png|jpeg|libz)')
expect "it links with none" 0 echo "$needed"
tail -c 784 black.idx >black.raw
{ printf 'P5\n28 28\n255\n'; cat black.raw; } >black.pgm
{ printf 'P6\n28 28\n255\n'; head -c 2352 /dev/zero; } >black.ppm
head -c 3136 /dev/zero >black.f32
./lenet5 black.idx --index 0 | tail -n +2 >answers.black
for file in pgm ppm f32; do
    ./alone black.$file | tail -n +2 >answers.alone
    holds "a .$file gives the answer of an IDX file" cmp -s answers.black answers.alone
done
refuse "784 bytes are not 784 floats" "nor the 3136 bytes of input 'image'" ./alone black.raw
refuse "a PNG without libpng" "is a PNG, and this program is built without libpng" ./alone "$first"
printf '\377\330\377\340 and so on' >some.jpg
refuse "a JPEG without libjpeg" "some.jpg is a JPEG, and this program is built without libjpeg" ./alone some.jpg
gzip -c black.idx >black.idx.gz
refuse "a .gz without zlib" "is compressed, and this program is built without zlib" ./alone black.idx.gz
./lenet5 black.idx.gz --index 0 | tail -n +2 >answers.alone
holds "a .gz with zlib" cmp -s answers.black answers.alone
printf 'net two(image: u8[3, 2, 4]) {\n    return y = image -> relu;\n}\n' >two.fov
printf '%024d' 0 >frame.raw
expect "a frame of a camera, and a picture out of it" "frame.raw
  3x2x4, values 0.1882 to 0.1882, mean 0.1882
  wrote frame-y.ppm" "$fovea" run two.fov --no-libraries frame.raw
expect "it is grey 48" "$(printf 'P6\n4 2\n255\n%024d' 0)" cat frame-y.ppm
rm -r cache
# The sources of a program, for a machine without Fovea.
"$fovea" compile two.fov --batch 3 --main -o sources 2>err
if (cd sources && $CC -Wall -Wextra -Werror -O1 -I. -DFOVEA_NO_PNG -DFOVEA_NO_JPEG -DFOVEA_NO_ZLIB *.c *.S program/*.c -lm -o two) 2>err; then
    expect "sources of a program" "$("$fovea" run two.fov frame.raw --raw --npy --no-libraries)" \
        sources/two frame.raw --raw --npy
else
    not_ok "sources of a program" "$(head -n 1 err)"
fi
rm -r cache

# Not a number: counted, and without the sign that this one has.
printf 'net n(image: f32[1, 2, 2]) {\n    return y = image -> relu;\n}\n' >n.fov
printf 'net three(a: f32[4], b: f32[4], c: f32[4]) {\n    return y = a + b + c;\n}\n' >three.fov
{
    printf '\223NUMPY\001\000v\000%-117s\n' "{'descr': '<f4', 'fortran_order': False, 'shape': (1, 2, 2), }"
    printf '\000\000\300\377\000\000\200\077\000\000\000\100\000\000\100\100'
} >nan.npy
expect "not a number in a map" "nan.npy
  1x2x2, values 1 to 3, mean 2, 1 of 4 values are not numbers
  wrote nan-y.png" "$fovea" run n.fov nan.npy
expect "not a number among all values" "nan.npy
nan 1
2 3
wrote nans/y.npy" "$fovea" run n.fov nan.npy --raw --npy --output nans
refuse "a file for three inputs" "give --input NAME=FILE for each: a, b, c" "$fovea" run three.fov nan.npy
rm -r cache

# Interrupted: no temporary file, no compiler and no half program is left.
cat >slow <<'SLOW'
#!/bin/sh
echo $$ >>"$TMPDIR/../started"
sleep 60
SLOW
chmod +x slow
mkdir interrupted
# A process that is dead but not yet waited for by whoever took it over is not running any more.
running() { [ -r "/proc/$1/status" ] && ! grep -q '^State:.*Z' "/proc/$1/status" 2>/dev/null; }
# Those of the processes that run still, after a moment for the kernel to end them.
survivors() {
    for moment in 1 2 3 4 5 6 7 8 9 10; do
        alive=
        for process in "$@"; do if running "$process"; then alive="$alive $process"; fi; done
        if [ -z "$alive" ]; then return; fi
        sleep 0.1
    done
    echo "$alive"
}
interrupt() { # SIGNAL STATUS ARGUMENT...
    name="$3 interrupted by SIG$1" signal=$1 wanted=$2
    shift 2
    echo kept >kept
    : >started
    TMPDIR=$work/interrupted CC=./slow timeout --preserve-status -s "$signal" 2 "$fovea" "$@" >out 2>err
    status=$?
    left=$(survivors $(cat started); find interrupted/* cache/* 2>/dev/null)
    if [ $status -ne "$wanted" ]; then
        not_ok "$name" "exit status $status"
    elif [ ! -s started ] || [ -n "$left" ] || [ "$(cat kept)" != kept ]; then
        not_ok "$name" "left: $left"
    else
        ok "$name"
    fi
}
interrupt HUP 129 build "$lenet/lenet5.fov" -o kept
interrupt INT 130 run "$lenet/lenet5.fov" "$first"
interrupt TERM 143 check "$lenet/lenet5.fov"

# Two first runs at once, then one from the cache.
"$fovea" run "$lenet/lenet5.fov" "$first" --top 1 >one & "$fovea" run "$lenet/lenet5.fov" "$first" --top 1 >two
wait
holds "two runs at once" cmp -s one two
holds "one program in the cache" test "$(ls cache/fovea | wc -l)" -eq 1
ls -i cache/fovea >cached
expect "a run from the cache" "$(cat one)" "$fovea" run "$lenet/lenet5.fov" "$first" --top 1
ls -i cache/fovea | holds "it builds nothing" cmp -s - cached
for size in 0 5000; do
    for program in cache/fovea/*; do head -c $size "$program" >damaged && cat damaged >"$program"; done
    expect "a program cut to $size bytes is built again" "$(cat one)" "$fovea" run "$lenet/lenet5.fov" "$first" --top 1
done
mkdir fallback
for place in /proc/none "$work/one"; do
    expect "a cache that cannot be in ${place##*/}" "$(cat one)" env TMPDIR="$work/fallback" XDG_CACHE_HOME="$place" \
        "$fovea" run "$lenet/lenet5.fov" "$first" --top 1
done
holds "one program in the other cache" test "$(ls fallback/fovea-*/* | wc -l)" -eq 1

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
if grep -qx 'opencl: not checked, ask for it with --target opencl' out; then ok "check says what it leaves out"; else
    not_ok "check says what it leaves out" "$(tail -n 1 out)"; fi
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
