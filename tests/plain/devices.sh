# devices.sh - `fovea devices` from outside: the list, one clear error for each mistake, what is kept and what is not, and
# that the compiler itself does without OpenCL.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
TMPDIR=$work/temporary XDG_CACHE_HOME=$work/cache POCL_CACHE_DIR=$work/pocl
export TMPDIR XDG_CACHE_HOME POCL_CACHE_DIR
unset FOVEA_DEVICE POCL_DEVICES
mkdir "$TMPDIR" "$POCL_CACHE_DIR"

# is NAME EXPECTED ACTUAL
is() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "'$3' instead of '$2'"; }
# refuses NAME PATTERN COMMAND...: exit status 1, nothing printed, one error, which has the pattern.
refuses() {
    name=$1 pattern=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    [ $status -eq 1 ] && [ ! -s "$work/out" ] && [ "$(grep -c 'error: ' "$work/err")" -eq 1 ] && grep -q -- "$pattern" "$work/err" &&
        ok "$name" || not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
}

if have ldd; then
    is "the compiler does not link OpenCL" 0 "$(ldd "$fovea" | grep -ci opencl)"
else
    skip "the compiler does not link OpenCL" "there is no ldd"
fi
refuses "a model" "'devices' takes no model, but 'net.fov' is given" "$fovea" devices net.fov
refuses "an option of others" "'devices' has no option '--target'" "$fovea" devices --target c
"$fovea" devices --help >"$work/out" 2>&1
is "--help" "Usage: fovea devices [OPTION]..." "$(head -n 1 "$work/out")"
printf '#!/bin/sh\necho "CL/cl.h: no such file" >&2\nexit 1\n' >"$work/without" && chmod +x "$work/without"
refuses "no headers" "without failed with exit status 1" env CC="$work/without" "$fovea" devices
grep -q 'hint: .*ocl-icd-opencl-dev' "$work/err" && ok "a hint says what to install" ||
    not_ok "a hint says what to install" "$(tail -n 1 "$work/err")"

printf '#define CL_TARGET_OPENCL_VERSION 120\n#include <CL/cl.h>\nint main(void) { return clFinish(0) == 0; }\n' >"$work/probe.c"
if ! $CC -o "$work/probe" "$work/probe.c" -lOpenCL >"$work/out" 2>&1; then
    skip "the list" "OpenCL's headers or libOpenCL are not there: ocl-icd-opencl-dev"
    exit 0
fi
refuses "no driver" "^fovea: error: clGetPlatformIDs found no platform: no driver of OpenCL is installed" \
    env OCL_ICD_VENDORS=/nonexistent "$fovea" devices
is "one line" 1 "$(grep -c . "$work/err")"
is "the program is kept" 1 "$(ls "$XDG_CACHE_HOME/fovea" | grep -c '^fovea_devices-')"
is "its sources are not" "" "$(ls "$TMPDIR")"
if ! "$fovea" devices >"$work/list" 2>"$work/err"; then
    skip "the list" "no OpenCL device is here ($(head -n 1 "$work/err"))"
    exit 0
fi
is "nothing is said besides the list" "" "$(cat "$work/err")"
is "the list has titles" "# name kind units memory driver platform" "$(head -n 1 "$work/list" | tr -s ' ' | sed 's/^ //')"
is "one device is chosen" 1 "$(grep -c '^\* *[0-9]* ' "$work/list")"
is "by its index" "$(cat "$work/list")" "$(FOVEA_DEVICE=$(sed -n 's/^\* *\([0-9]*\) .*/\1/p' "$work/list") "$fovea" devices)"
is "blanks around a choice" "$(cat "$work/list")" \
    "$(FOVEA_DEVICE=" $(sed -n 's/^\* *\([0-9]*\) .*/\1/p' "$work/list") " "$fovea" devices)"
is "devices are counted from 0" 0 "$(sed -n '2s/^[* ] *\([0-9]*\) .*/\1/p' "$work/list")"
refuses "another that is not there" "asks for, 'nowhere': an index" env FOVEA_DEVICE=nowhere "$fovea" devices
is "the list is part of the error" "$(sed 's/^\*/ /' "$work/list")" "$(sed 1d "$work/err")"
is "it is the same program" 1 "$(ls "$XDG_CACHE_HOME/fovea" | grep -c '^fovea_devices-')"
if [ -w /dev/full ]; then
    "$fovea" devices >/dev/full 2>"$work/err"
    is "a list that cannot be printed" "1 fovea: error: cannot print the list" "$? $(cat "$work/err")"
fi
is "nothing is left behind" "" "$(ls "$TMPDIR")"
