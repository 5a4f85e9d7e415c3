# opencl_models.sh - target opencl from outside: its part of the runtime with both compilers, the commands on a device, what is
# said when there is none, and emitted kernels in a simulator that sees reads and writes beside buffers, of what nobody
# wrote, and of what another work-group has.
. tests/plain/support/report.sh
root=$(pwd)
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$root/$BUILD/fovea ;;
esac
lenet=$root/examples/lenet5 golden=$root/tests/golden runtime=$root/runtime
shirt=$lenet/pictures/05-shirt.png
# What is built for devices and by them goes here, and the user's folders stay as they are.
unset FOVEA_CACHE
export POCL_CACHE_DIR="$work/kernels" XDG_CACHE_HOME="$work/cache"
cd "$work" || exit 1

# holds NAME COMMAND...: it succeeds.
holds() {
    name=$1
    shift
    if "$@" >out 2>err; then ok "$name"; else not_ok "$name" "$(cat err out | head -n 3 | tr '\n' ' ')"; fi
}
# fails NAME PATTERN COMMAND...: exit status 1, and its messages have one line with the pattern, which begins with error.
fails() {
    name=$1 pattern=$2
    shift 2
    "$@" >out 2>err
    status=$?
    if [ $status -eq 1 ] && [ "$(grep -c "error: .*$pattern" err)" -eq 1 ]; then
        ok "$name"
    else
        not_ok "$name" "status $status: $(head -n 3 err | tr '\n' ' ')"
    fi
}

# ---- texts ----

if ! echo '#include <CL/cl.h>' | $CC -E -x c - >out 2>&1; then
    skip "target opencl" "the headers of OpenCL are not installed (ocl-icd-opencl-dev)"
    exit 0
fi
for compiler in gcc clang; do
    if ! have $compiler; then
        skip "the runtime with $compiler" "it is not installed"
        continue
    fi
    holds "the runtime with $compiler" $compiler -std=c99 -O1 -Wall -Wextra -Wpedantic -Wconversion -Wshadow \
        -Wstrict-prototypes -Wvla -Werror -I"$runtime" -fsyntax-only "$runtime"/opencl/*.c
done
printf '#include "opencl/fovea_opencl.h"\n#include "opencl/fovea_opencl.h"\n' >twice.cc
holds "its header in C++" ${CXX:-c++} -std=c++11 -Wall -Wextra -Wpedantic -Werror -I"$runtime" -fsyntax-only twice.cc

# ---- kinds of devices ----

fails "--device of another target" "--device is for target opencl, which is not given" \
    "$fovea" compile "$lenet/lenet5.fov" -o for_c --target c --device gpu
fails "a kind that there is not" "--device takes cpu or gpu, not 'fpga'" \
    "$fovea" compile "$lenet/lenet5.fov" -o for_fpga --target opencl --device fpga
for device in cpu gpu; do
    "$fovea" compile "$lenet/lenet5.fov" -o for_$device --target opencl --device $device >out 2>&1
    if grep -q "^    \.$device = " for_$device/lenet5.c && [ "$(grep -c '^    \.[cg]pu = ' for_$device/lenet5.c)" -eq 1 ]; then
        ok "kernels for a $device alone"
    else
        not_ok "kernels for a $device alone" "$(head -n 1 out)"
    fi
done
if cmp for_cpu/lenet5.weights for_gpu/lenet5.weights >out 2>&1; then ok "one blob for all devices"; else
    not_ok "one blob for all devices" "$(cat out)"; fi

# ---- no device ----

fails "no driver for run" "no driver of OpenCL" \
    env OCL_ICD_VENDORS=/nonexistent "$fovea" run "$lenet/lenet5.fov" "$shirt" --target opencl
fails "no driver for check" "no driver of OpenCL" \
    env OCL_ICD_VENDORS=/nonexistent "$fovea" check "$lenet/lenet5.fov" --target opencl
fails "no driver for bench" "no driver of OpenCL" \
    env OCL_ICD_VENDORS=/nonexistent "$fovea" bench "$lenet/lenet5.fov" --target opencl

# ---- a device ----

"$fovea" build "$lenet/lenet5.fov" --target opencl -o lenet5 >out 2>err || { not_ok "a program" "$(head -n 1 err)"; exit 0; }
export FOVEA_DEVICE="${FOVEA_DEVICE:-cpu}"
if ! ./lenet5 --selftest >out 2>err && grep -q 'FOVEA_DEVICE asks for\|no driver of OpenCL\|no device' err; then
    skip "the commands on a device" "there is no OpenCL device"
else
    holds "a program's self-test" ./lenet5 --selftest
    for threads in 1 2 5; do
        holds "run with $threads threads" "$fovea" run "$lenet/lenet5.fov" --target opencl --raw --threads $threads "$shirt"
        mv out said-$threads
    done
    if cmp said-1 said-2 >out 2>&1 && cmp said-1 said-5 >out 2>&1; then ok "any number of threads"; else
        not_ok "any number of threads" "$(cat out)"; fi
    "$fovea" run "$lenet/lenet5.fov" --target opencl --top=1 "$lenet"/pictures/*.png >device.txt 2>err
    "$fovea" run "$lenet/lenet5.fov" --target c --top=1 "$lenet"/pictures/*.png >plain.txt 2>err
    if [ -s device.txt ] && [ "$(sed 's/ *[-0-9.e]*$//' device.txt)" = "$(sed 's/ *[-0-9.e]*$//' plain.txt)" ]; then
        ok "the answers of target c"
    else
        not_ok "the answers of target c" "$(diff device.txt plain.txt | head -n 2 | tr '\n' ' ')"
    fi
    if "$fovea" check "$lenet/lenet5.fov" "$shirt" --target opencl >out 2>err && grep -q '^opencl: .*, ok (tolerance' out; then
        ok "check"; else not_ok "check" "$(cat out err | head -n 1)"; fi
    if "$fovea" bench "$lenet/lenet5.fov" --target opencl >out 2>err && grep -q '^conv1 + relu  *[0-9]' out; then
        ok "bench"; else not_ok "bench" "$(cat err | head -n 1)"; fi
    # make check-opencl: nets of the zoo at full size, as far as the reference computes them in seconds.
    nets=
    [ "${CASES-}" != all ] ||
        nets='alexnet googlenet squeezenet resnet18 resnet50 mobilenetv1 mobilenetv2 densenet121 shufflenet unet'
    for net in $nets; do
        model=$(sed -n "s/^$net //p" "$root/examples/zoo/zoo.list")
        if (cd "$root" && "$fovea" check $model -w random:1 --target opencl) >out 2>err; then
            ok "$(sed -n "s/^opencl: /$net at full size: /p" out)"
        else
            not_ok "$net at full size" "$(cat out err | head -n 1)"
        fi
    done
    fails "a device that is not there" "no device is the one that FOVEA_DEVICE asks for, 'no such'" \
        env FOVEA_DEVICE='no such' ./lenet5 --selftest
    if grep -q '^   #  name ' err; then ok "the devices that are"; else
        not_ok "the devices that are" "$(head -n 2 err | tr '\n' ' ')"; fi
    LC_ALL=C sed 's/typedef uchar uint8_t/typedef uchat uint8_t/' lenet5 >refused
    chmod +x refused
    fails "kernels that a device's compiler refuses" "typedef uchat uint8_t.*clBuildProgram failed" ./refused --selftest
fi
unset FOVEA_DEVICE

# ---- the weights ----

"$fovea" compile "$lenet/lenet5.fov" --target avx512 -o wide >out 2>&1 && "$fovea" compile "$lenet/lenet5.fov" --target opencl -o narrow >out 2>&1
if cmp wide/lenet5.weights narrow/lenet5.weights >out 2>&1; then ok "the weights of avx512"; else
    not_ok "the weights of avx512" "$(head -n 1 out)"; fi

# ---- a simulator ----

if ! have oclgrind; then
    skip "kernels in a simulator" "oclgrind is not installed"
    exit 0
fi
# simulated PROGRAM BYTES: a run with several work-groups on an input of so many bytes; what it says, and the simulator, goes
# to out. Of optimised code the simulator does not know all instructions.
simulated() {
    rm -rf "$XDG_CACHE_HOME"
    : >log
    head -c "$2" /dev/zero | tr '\0' '?' >input.raw
    oclgrind --data-races --uniform-writes --uninitialized --check-api --compute-units 4 --max-errors 10 --log log \
        --build-options -cl-opt-disable "./$1" --raw --threads 4 input.raw >out 2>&1
    status=$?
    cat log >>out
    return $status
}
# Winograd's algorithm, channels one by one and in blocks, normalisation, resizes, pools over everything.
cat >mixed.fov <<'END'
net mixed(x: f32[3, 13, 13]) {
    y = x -> a: conv(32, 3x3, stride=2) -> relu -> lrn(3, alpha=0.1) -> w: conv(32, 3x3, pad=1)
          -> d: conv(32, 3x3, groups=32, stride=2, pad=1) -> sigmoid;
    return answer = concat(y -> resize(2x2, mode=bilinear) -> maxpool(2), y -> avgpool(global)) -> flatten
                 -> f: fc(10) -> softmax;
}
END
cp "$golden/device.fov" "$golden/lenet.fov" "$golden/tiles.fov" .
# As for which devices; CASES=all: for both, each. The last one stays for what follows.
for case in lenet5:3136:cpu lenet:576:gpu mixed:2028:cpu tiles:2700:gpu device:207936:cpu; do
    net=${case%%:*} bytes=${case#*:} devices=${case##*:} model=$net.fov
    bytes=${bytes%:*}
    [ "${CASES-}" = all ] && devices='gpu cpu'
    [ $net = lenet5 ] && model=$lenet/lenet5.fov
    for device in $devices; do # the simulator takes itself for a GPU
        "$fovea" build "$model" -w random:1 --target opencl --device $device -o $net >out 2>&1 ||
            { not_ok "$net in a simulator, as for a $device" "$(head -n 1 out)"; continue; }
        if simulated $net $bytes && [ ! -s log ]; then
            ok "$net in a simulator, as for a $device"
        else
            not_ok "$net in a simulator, as for a $device" "$(grep -v '^ *$' out | head -n 4 | tr '\n' ' ')"
        fi
    done
done

# Faults that it has to see. spoiled NAME PATTERN SED: the same program, with as many other bytes in the text of its kernels.
spoiled() {
    LC_ALL=C sed "$3" device >wrong
    chmod +x wrong
    cmp -s device wrong && { not_ok "$1 is seen" "the program is as it was"; return; }
    simulated wrong 207936
    if grep -q "$2" log; then ok "$1 is seen"; else not_ok "$1 is seen" "$(head -n 2 out | tr '\n' ' ')"; fi
}
spoiled "a write beside a buffer" "Invalid write" 's/d\[a \* 1\] = expf/d[a + 1] = expf/'
spoiled "a race of two work-groups" "data race" 's/together, me + 1, all)/together, me + 2, all)/'
spoiled "what nobody wrote" "Uninitialized" 's/-INFINITY, sum = 0.0f;/-INFINITY, sum       ;/'
