# opencl_devices.sh - nets of several devices (runtime/opencl), with a net for two that was written by hand and others
# made at random: parts of a device, several devices, one with several queues; answers, order, times, the cache of built
# programs. PoCL makes a device of as many units as POCL_MAX_PTHREAD_COUNT says, and several of them.
. tests/plain/support/report.sh
here=tests/plain/support/opencl
POCL_CACHE_DIR=$work/pocl FOVEA_CACHE=$work/cache HOME=$work/home
export POCL_CACHE_DIR FOVEA_CACHE HOME
unset FOVEA_DEVICE XDG_CACHE_HOME POCL_DEVICES POCL_MAX_PTHREAD_COUNT
mkdir "$POCL_CACHE_DIR" "$HOME"
flags="-std=c99 -O1 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Werror -Iruntime"

# is NAME EXPECTED ACTUAL
is() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "'$3' instead of '$2'"; }
# program NAME SOURCE... -- OPTION...: builds $work/NAME of them and of the runtime.
program() {
    name=$1 sources=
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        sources="$sources $here/$1.c"
        shift
    done
    shift
    if ! $CC $flags -o "$work/$name" $sources runtime/opencl/*.c runtime/fovea.c "$@" -lOpenCL >"$work/out" 2>&1; then
        not_ok "$name is built" "$(grep -m 1 'error' "$work/out")"
        exit 0
    fi
}
if ! echo '#include <CL/cl.h>' | $CC -E -x c - >"$work/out" 2>&1; then
    skip "several devices" "the headers of OpenCL are not installed (ocl-icd-opencl-dev)"
    exit 0
fi
program several several towers pair --
several=$work/several
if ! "$several" answers >"$work/out" 2>"$work/err"; then
    skip "several devices" "no OpenCL device is here ($(head -n 1 "$work/err"))"
    exit 0
fi

# ---- on whatever there is ----

is "two devices" "right built" "$(cut -d , -f 1 "$work/out")"
"$several" all >"$work/out" 2>"$work/err"
is "all: exit status" 0 $?
cat "$work/out"

# says NAME EXPECTED [VARIABLE=VALUE...]: what `several answers` prints.
says() {
    name=$1 expected=$2
    shift 2
    is "$name" "$expected" "$(env "$@" timeout 120 "$several" answers 2>"$work/err")"
}
pocl=/etc/OpenCL/vendors/pocl.icd grind=/usr/lib/oclgrind/liboclgrind-rt-icd.so
if have oclgrind; then
    is "a device that cannot be divided, oclgrind's" "right built, units 1 1, 1 devices" \
        "$(oclgrind --data-races --check-api --log "$work/log" "$several" answers 2>"$work/err")"
    is "which finds nothing wrong" 0 "$(grep -c . "$work/log")"
else
    skip "the same with oclgrind's device" "it is not there"
fi
if ! FOVEA_DEVICE=pthread POCL_DEVICES=pthread "$several" answers >"$work/out" 2>"$work/err"; then
    skip "parts of PoCL's devices" "there is no PoCL: $(head -n 1 "$work/err")"
    exit 0
fi

# ---- parts, devices, queues ----

rm -rf "$FOVEA_CACHE"
FOVEA_DEVICE=pthread POCL_DEVICES=pthread POCL_MAX_PTHREAD_COUNT=4
export FOVEA_DEVICE POCL_DEVICES POCL_MAX_PTHREAD_COUNT
says "a device in two parts" "right built, units 2 2, 2 devices"
says "of five units" "right built, units 3 2, 2 devices" POCL_MAX_PTHREAD_COUNT=5
says "by its index" "right cached, units 2 2, 2 devices" FOVEA_DEVICE=0
says "one unit cannot be divided" "right built, units 1 1, 1 devices" POCL_MAX_PTHREAD_COUNT=1
says "one device twice is not divided" "right cached, units 4 4, 1 devices" FOVEA_DEVICE=0,0
says "one that never can be" "right built, units 1 1, 1 devices" POCL_DEVICES=basic FOVEA_DEVICE=cpu
two='POCL_DEVICES=pthread pthread'
says "two devices of one platform" "right built, units 4 4, 2 devices" "$two"
says "by their kind" "right cached, units 4 4, 2 devices" "$two" FOVEA_DEVICE=cpu
says "without a choice" "right cached, units 4 4, 2 devices" "$two" FOVEA_DEVICE=
says "by their indices" "right cached, units 4 4, 2 devices" "$two" FOVEA_DEVICE=1,0
says "by two kinds" "right cached, units 4 4, 2 devices" "$two" FOVEA_DEVICE=cpu,CPU
says "one of the two by its index is divided" "right cached, units 2 2, 2 devices" "$two" FOVEA_DEVICE=1
is "several of them: all of it" "" "$(env "$two" timeout 300 "$several" all 2>&1 | grep -v '^ok ')"
is "a device with two queues: all of it" "" "$(FOVEA_DEVICE=0,0,0 timeout 300 "$several" all 2>&1 | grep -v '^ok ')"

# refuses NAME PATTERN [VARIABLE=VALUE...]: exit status 1, nothing printed, one line, which begins so.
refuses() {
    name=$1 pattern=$2
    shift 2
    env "$@" "$several" answers >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 1 ] && [ ! -s "$work/out" ] && head -n 1 "$work/err" | grep -q -- "$pattern" && ok "$name" ||
        not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
}
refuses "a second device that is not there" "^no device .* FOVEA_DEVICE asks for, 'gpu': " FOVEA_DEVICE=0,gpu
refuses "one that is named twice" "^no device .* 'cpu', besides those before it: " FOVEA_DEVICE=cpu,cpu
if [ -f "$pocl" ] && [ -f "$grind" ]; then
    mkdir "$work/vendors"
    cp "$pocl" "$work/vendors"
    echo "$grind" >"$work/vendors/oclgrind.icd"
    refuses "devices of two platforms" "^towers: .* and .* are of two platforms, .* and .*, and share no memory$" \
        OCL_ICD_VENDORS="$work/vendors" FOVEA_DEVICE=0,1
    is "said in one line" 1 "$(grep -c . "$work/err")"
else
    skip "devices of two platforms" "PoCL and oclgrind's library are not where Debian puts them"
fi

# ---- the cache ----

rm -rf "$FOVEA_CACHE"
is "a program for one device" "built" "$("$several" one)"
says "is none for two parts of it" "right built, units 2 2, 2 devices"
says "those have their own" "right cached, units 2 2, 2 devices"
is "and the one device, too" "cached" "$("$several" one)"
is "there are two files" 2 "$(ls "$FOVEA_CACHE" | grep -c .)"
file=$(ls -S "$FOVEA_CACHE"/towers-* | head -n 1)
cp "$file" "$work/sound"
bytes=$(wc -c <"$file")
for length in 40 47 48 56 57 $((bytes / 2)) $((bytes - 1)); do
    head -c "$length" "$work/sound" >"$file"
    says "a file cut to $length bytes: the program is built again" "right built, units 2 2, 2 devices"
done
is "and kept" "$(cksum <"$work/sound")" "$(cksum <"$file")"

# ---- order, memory ----

wraps=$(sed -n '/^const Wrapped wrapped/,$s/^    {"\([A-Za-z]*\)".*/-Wl,--wrap=\1/p' $here/wraps.c)
program seen several towers pair wraps -- -DWRAPPED $wraps
timeout 300 "$work/seen" seen >"$work/out" 2>"$work/err"
is "seen: exit status" 0 $?
cat "$work/out"
env "$two" "$work/seen" kinds >"$work/out" 2>"$work/err"
is "kinds: exit status" 0 $?
cat "$work/out"
program several-sanitised several towers pair -- -fsanitize=address,undefined -fno-sanitize-recover=all
timeout 300 "$work/several-sanitised" all >"$work/out" 2>"$work/err"
status=$?
[ $status -eq 0 ] && ! grep -q '^not ok' "$work/out" && ok "all of them under sanitizers, without leaks" ||
    not_ok "all of them under sanitizers, without leaks" \
        "status $status: $(grep -am 1 'Sanitizer\|runtime error' "$work/err")"
