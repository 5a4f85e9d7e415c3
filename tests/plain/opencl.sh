# opencl.sh - the OpenCL side of the runtime (runtime/opencl), with a net that was written by hand: devices and how one is
# chosen, answers, times, the cache of built programs, one clear error for each mistake, and every single call made to
# fail once.
. tests/plain/support/report.sh
here=tests/plain/support/opencl
POCL_CACHE_DIR=$work/pocl FOVEA_CACHE=$work/cache HOME=$work/home
export POCL_CACHE_DIR FOVEA_CACHE HOME
unset FOVEA_DEVICE XDG_CACHE_HOME POCL_DEVICES
mkdir "$POCL_CACHE_DIR" "$HOME"
flags="-std=c99 -O1 -g -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wvla -Werror -Iruntime"

# is NAME EXPECTED ACTUAL
is() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "'$3' instead of '$2'"; }
# compiles NAME COMMAND...: it says nothing.
compiles() {
    name=$1
    shift
    "$@" >"$work/out" 2>&1 && [ ! -s "$work/out" ] && ok "$name" || not_ok "$name" "$(grep -m 1 'error\|warning' "$work/out")"
}

# ---- it compiles ----

for compiler in g++ clang++; do
    have $compiler || { skip "the header with $compiler" "it is not there"; continue; }
    echo '#include "opencl/fovea_opencl.h"' >"$work/header.cpp"
    compiles "the header with $compiler, without OpenCL's" $compiler -std=c++98 -Wall -Wextra -Wpedantic -Werror -Iruntime \
        -fsyntax-only "$work/header.cpp"
done
printf '#define CL_TARGET_OPENCL_VERSION 120\n#include <CL/cl.h>\nint main(void) { return clFinish(0) == 0; }\n' >"$work/probe.c"
if ! $CC -o "$work/probe" "$work/probe.c" -lOpenCL >"$work/out" 2>&1; then
    skip "opencl" "OpenCL's headers or libOpenCL are not there: ocl-icd-opencl-dev"
    exit 0
fi
for compiler in gcc clang; do
    have $compiler || { skip "the runtime with $compiler" "it is not there"; continue; }
    for file in runtime/opencl/*.c; do
        compiles "${file##*/} with $compiler" $compiler $flags -Wstrict-prototypes -Wmissing-prototypes -Wwrite-strings \
            -c -o "$work/$compiler-${file##*/}.o" "$file"
    done
done
compiles "the runtime without files" $CC $flags -DFOVEA_NO_FILES -fsyntax-only runtime/opencl/fovea_cl_cache.c

# program NAME SOURCE... -- OPTION...: builds $work/NAME of them, of pair.c and of the runtime.
program() {
    name=$1 sources=
    shift
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        sources="$sources $here/$1.c"
        shift
    done
    [ $# -gt 0 ] && shift
    if ! $CC $flags -o "$work/$name" $sources $here/pair.c runtime/opencl/*.c runtime/fovea.c "$@" -lOpenCL -lpthread \
        >"$work/out" 2>&1; then
        not_ok "$name is built" "$(grep -m 1 'error' "$work/out")"
        exit 0
    fi
}
program checks checks
checks=$work/checks

# ---- devices ----

# refuses NAME PATTERN COMMAND...: exit status 1, nothing printed, and an error that begins so.
refuses() {
    name=$1 pattern=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 1 ] && [ ! -s "$work/out" ] && head -n 1 "$work/err" | grep -q -- "$pattern" && ok "$name" ||
        not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
}
none='^clGetPlatformIDs found no platform: no driver of OpenCL is installed'
refuses "no driver: the list" "$none" env OCL_ICD_VENDORS=/nonexistent "$checks" devices
refuses "no driver: a model" "$none" env OCL_ICD_VENDORS=/nonexistent "$checks" answers
is "no driver: one line" 1 "$(grep -c . "$work/err")"
if ! "$checks" devices >"$work/list" 2>"$work/err"; then
    skip "opencl" "no OpenCL device is here ($(head -n 1 "$work/err"))"
    exit 0
fi
is "one device of the list is chosen" 1 "$(grep -c '^\* *[0-9]* ' "$work/list")"
on_pocl=
grep -q '^\* .* Portable Computing Language$' "$work/list" && on_pocl=1
refuses "a device that is not there" "^no device is the one that FOVEA_DEVICE asks for, 'nowhere'" \
    env FOVEA_DEVICE=nowhere "$checks" answers
is "the error lists what there is" "$(sed 's/^\*/ /' "$work/list")" "$(sed -n '2,$p' "$work/err")"
refuses "an index that is too large" "'77'" env FOVEA_DEVICE=77 "$checks" devices

# ---- answers, times, mistakes ----

"$checks" all >"$work/out" 2>"$work/err"
is "checks: exit status" 0 $?
cat "$work/out"
program checks-sanitised checks -- -fsanitize=address,undefined -fno-sanitize-recover=all
# Drivers of GPUs take addresses that are the sanitizer's, and leak.
ASAN_OPTIONS=detect_leaks=${on_pocl:-0}:protect_shadow_gap=0 "$work/checks-sanitised" all >"$work/out" 2>"$work/err"
status=$?
[ $status -eq 0 ] && ! grep -q '^not ok' "$work/out" && ok "all of them under sanitizers, without leaks" ||
    not_ok "all of them under sanitizers, without leaks" "status $status: $(grep -am 1 'Sanitizer\|runtime error' "$work/err")"

# ---- a source that is refused ----

"$checks" wrong >"$work/out" 2>"$work/err"
is "a source that is refused: exit status" 1 $?
is "and no model" "13 no model" "$(cat "$work/out")"
grep -q '^pair: kernel pair_bad, line 4: .*nothing_of_that_name.*: clBuildProgram failed: CL_BUILD_PROGRAM_FAILURE (-11)$' \
    "$work/err" && ok "the error has the kernel and the line" || not_ok "the error has the kernel and the line" "$(cat "$work/err")"
sed 1,2d "$work/err" | grep -q 'nothing_of_that_name' && ok "and the log" || not_ok "and the log" "$(cat "$work/err")"

# ---- the cache ----

# says NAME EXPECTED [VARIABLE=VALUE...]: what `checks answers` prints.
says() {
    name=$1 expected=$2
    shift 2
    is "$name" "$expected" "$(env "$@" timeout 60 "$checks" answers 2>"$work/err")"
}
rm -rf "$FOVEA_CACHE"
says "the first process builds the program" "right built"
says "the second one finds it" "right cached"
is "there is one file, for its owner alone" "1 -rw-------" \
    "$(ls "$FOVEA_CACHE" | grep -c .) $(ls -l "$FOVEA_CACHE"/pair-*.clbin | cut -c 1-10)"
is "in a folder of its own, too" "drwx------" "$(ls -ld "$FOVEA_CACHE" | cut -c 1-10)"
file=$(echo "$FOVEA_CACHE"/pair-*.clbin)
cp "$file" "$work/sound"
bytes=$(wc -c <"$file")
if [ "$on_pocl" ]; then # which has another driver for the same CPU
    says "another device builds its own" "right built" POCL_DEVICES=basic
    mv $(ls "$FOVEA_CACHE"/pair-*.clbin | grep -vF "$file") "$work/other"
fi

# rebuilt NAME: what is in the file now is not taken; then a sound one is there.
rebuilt() {
    says "$1: the program is built again" "right built"
    says "$1: and found" "right cached"
    rm -f "$file"
    cp "$work/sound" "$file"
}
for length in 0 7 39 40 41 $((bytes / 2)) $((bytes - 1)); do
    head -c "$length" "$work/sound" >"$file"
    rebuilt "a file cut to $length bytes"
done
{ cat "$work/sound"; echo; } >"$file"
rebuilt "a file that is longer"
for at in 0 9 17 25 29 33 37 40 $((bytes / 2)) $((bytes - 1)); do
    byte=$(od -An -tu1 -j "$at" -N 1 "$work/sound")
    { head -c "$at" "$work/sound"; printf "\\$(printf %03o $((byte ^ 1)))"; tail -c +$((at + 2)) "$work/sound"; } >"$file"
    is "byte $at differs, and no other" 1 "$(cmp -l "$work/sound" "$file" | grep -c .)"
    rebuilt "byte $at is another"
done
if [ "$on_pocl" ]; then
    cp "$work/other" "$file"
    rebuilt "a program of another device"
fi
head -c "$bytes" /dev/urandom >"$file"
rebuilt "noise"
rm "$file"
mkfifo "$file"
rebuilt "a pipe"
rm "$file"
mkdir "$file"
says "a folder in its place" "right built"
rmdir "$file"
is "nothing is left" 0 "$(ls -A "$FOVEA_CACHE" | grep -c .)"

cp "$work/sound" "$file"
chmod 777 "$FOVEA_CACHE"
says "a folder that others can write to is not used" "right built"
chmod 700 "$FOVEA_CACHE"
says "and is again when they cannot" "right cached"
if [ "$(id -u)" -eq 0 ]; then
    chown 12345 "$file"
    rebuilt "a file of somebody else"
    chown 0 "$file"
    chown 12345 "$FOVEA_CACHE"
    says "a folder of somebody else is not used" "right built"
    chown 0 "$FOVEA_CACHE"
else
    skip "files of somebody else" "only root can make them"
fi
: >"$work/file"
says "a folder that cannot be made" "right built" FOVEA_CACHE="$work/file/cache"
says "one that cannot be written" "right built" FOVEA_CACHE=/proc/self
if [ "$on_pocl" ]; then
    for time in first second; do
        says "PoCL's programs are left to its own cache: the $time time" "right built" FOVEA_CACHE= XDG_CACHE_HOME="$work/xdg"
    done
    is "nothing is there" "no" "$([ -e "$work/xdg/fovea" ] && echo yes || echo no)"
fi
rm "$file"
for i in 1 2 3; do "$checks" answers >"$work/out$i" 2>"$work/err$i" & done
wait
is "three processes at once" "right right right " "$(cut -d ' ' -f 1 "$work/out1" "$work/out2" "$work/out3" | tr '\n' ' ')"
says "and what they left" "right cached"
is "is one file" 1 "$(ls -A "$FOVEA_CACHE" | grep -c .)"

# ---- every call fails once ----

wraps=$(sed -n '/^const Wrapped wrapped/,$s/^    {"\([A-Za-z]*\)".*/-Wl,--wrap=\1/p' $here/wraps.c)
program faults faults towers wraps -- $wraps
called=$(nm -u "$work"/*-fovea_cl_*.o | sed -n 's/^ *U \(cl[A-Z]\)/\1/p' | sort -u)
[ "$(echo "$called" | grep -c .)" -gt 20 ] && ok "calls of OpenCL are found" || not_ok "calls of OpenCL are found" "$called"
unknown=$(for call in $called; do echo "$wraps" | grep -qx -- "-Wl,--wrap=$call" || echo "$call"; done)
is "each of them can be made to fail" "" "$unknown"
POCL_MAX_PTHREAD_COUNT=4 "$work/faults" "$work/faulty" >"$work/out" 2>"$work/err"
is "failures: exit status" 0 $?
cat "$work/out"

# ---- another implementation ----

if ! have oclgrind; then
    skip "the same with oclgrind's device" "it is not there"
    exit 0
fi
# grinds NAME EXPECTED [VARIABLE=VALUE...]: what `checks answers` prints there.
grinds() {
    name=$1 expected=$2
    shift 2
    is "$name" "$expected" "$(env "$@" oclgrind --data-races --log "$work/log" "$checks" answers 2>"$work/err")"
}
rm -rf "$HOME/.cache"
grinds "the same with oclgrind's device" "right built" FOVEA_CACHE="$work/grind"
is "which finds nothing wrong" 0 "$(grep -c . "$work/log")"
grinds "and its program is found" "right cached" FOVEA_CACHE="$work/grind"
grinds "no home" "right built" FOVEA_CACHE= HOME=
grinds "FOVEA_CACHE is empty: ~/.cache" "right built" FOVEA_CACHE=
is "the file is there" 1 "$(ls "$HOME/.cache/fovea" | grep -c '^pair-.*\.clbin$')"
grinds "XDG_CACHE_HOME" "right built" FOVEA_CACHE= XDG_CACHE_HOME="$work/xdg"
is "the file is there, too" 1 "$(ls "$work/xdg/fovea" | grep -c '^pair-.*\.clbin$')"

# ---- both at once, one of which says that it is a GPU ----

pocl=/etc/OpenCL/vendors/pocl.icd grind=/usr/lib/oclgrind/liboclgrind-rt-icd.so
if [ ! -f "$pocl" ] || [ ! -f "$grind" ]; then
    skip "two platforms" "PoCL and oclgrind's library are not where Debian puts them"
    exit 0
fi
for order in "a b" "b a"; do
    mkdir "$work/$order"
    cp "$pocl" "$work/$order/${order% *}.icd"
    echo "$grind" >"$work/$order/${order#* }.icd"
    # As the loader found them, without an order of its own.
    OCL_ICD_PLATFORM_SORT=none OCL_ICD_VENDORS="$work/$order" POCL_DEVICES='pthread basic' "$checks" devices >"$work/$order.txt" 2>&1
done
is "two platforms: three devices" 4 "$(grep -c . "$work/a b.txt")"
is "two platforms: one order" "$(cat "$work/a b.txt")" "$(cat "$work/b a.txt")"
is "two platforms: in that of their names" "Oclgrind Language Language" "$(sed 1d "$work/a b.txt" | sed 's/.* //' | tr '\n' ' ' | sed 's/ $//')"
OCL_ICD_VENDORS="$work/a b"
export OCL_ICD_VENDORS
is "the first GPU is taken" "*  0  Oclgrind" "$(grep '^\*' "$work/a b.txt" | cut -d ' ' -f 1-5)"
for device in cpu CPU gpu 0 1 oclgrind PTHREAD; do
    FOVEA_DEVICE=$device "$checks" devices >"$work/out" 2>&1
    echo "$device: $(sed -n 's/^\* *\([0-9]\) .*/\1/p' "$work/out")"
done >"$work/chosen"
is "others by kind, index, and part of a name" "cpu: 1, CPU: 1, gpu: 0, 0: 0, 1: 1, oclgrind: 0, PTHREAD: 1, " \
    "$(tr '\n' ',' <"$work/chosen" | sed 's/,/, /g')"
is "on the one" "right" "$(FOVEA_DEVICE=gpu "$checks" answers 2>"$work/err" | cut -d ' ' -f 1)"
is "and on the other" "right" "$(FOVEA_DEVICE=cpu "$checks" answers 2>"$work/err" | cut -d ' ' -f 1)"
