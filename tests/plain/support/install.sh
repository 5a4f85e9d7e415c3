# install.sh - for tests that need an installed Fovea: `make install` as users call it, of what is built already.
# After report.sh.

# make_plain ARGUMENT...: make for this build, as if no other make had started the tests.
make_plain() {
    env -u MAKEFLAGS -u MAKELEVEL -u MFLAGS make --no-print-directory BUILD="$BUILD" CC="$CC" SAN="$SAN" "$@"
}

# installed NAME ARGUMENT...: make install; ends the test when that fails. What it says is in $work/out.
installed() {
    name=$1
    shift
    if ! make_plain install "$@" >"$work/out" 2>&1; then
        not_ok "$name" "$(tail -n 1 "$work/out")"
        exit 0
    fi
}
