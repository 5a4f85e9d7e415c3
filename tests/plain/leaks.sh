# leaks.sh - the compiler under AddressSanitizer with leak detection, on every model that is here, right and wrong, and
# whatever reads a file, on the inputs of the fuzz targets.
. tests/plain/support/report.sh
[ "$(uname -s)" = Linux ] || { skip "leaks" "LeakSanitizer needs Linux"; exit 0; }
sanitised=$BUILD
case $SAN in
*address*) ;;
*)
    sanitised=build-san-address-undefined
    # Without the outer make's job server, which is closed here.
    if ! env -u MAKEFLAGS -u MAKELEVEL make -s CC=clang SAN=address,undefined CFLAGS='-O1 -g' all replays >"$work/log" 2>&1; then
        not_ok "a compiler with sanitizers is built" "$(tail -n 1 "$work/log")"
        exit 0
    fi
    ;;
esac
fovea=$PWD/$sanitised/fovea
export ASAN_OPTIONS=detect_leaks=1:exitcode=99 UBSAN_OPTIONS=exitcode=99

# clean NAME ARGUMENT...: whatever the answer is, no sanitizer speaks and it ends with 0 or 1.
clean() {
    name=$1
    shift
    "$fovea" "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    if [ $status -le 1 ] && ! grep -q 'Sanitizer\|runtime error' "$work/err"; then
        ok "$name"
    else
        not_ok "$name" "status $status: $(grep -m 1 'Sanitizer\|runtime error' "$work/err")"
    fi
}

# of MODEL TARGET...: shown, and compiled for each target.
of() {
    model=$1
    shift
    clean "show $model" show "$model"
    for target in "$@"; do
        clean "compile $model for $target" compile "$model" --target $target --weights random:1 -o "$work/dir"
    done
}

# Target auto writes what avx2 and avx512 do. Models take turns with targets; CASES=all: each for all of them.
set -- c auto opencl
for model in tests/golden/*.fov; do
    if [ "${CASES-}" = all ]; then of "$model" "$@"; else of "$model" "$1"; fi
    set -- "$2" "$3" "$1"
done
# Large nets, whose time goes into numbers for their weights.
for model in examples/*/*.fov; do
    of "$model" auto
done

lenet=examples/lenet5/lenet5.fov
clean "weights of a model" weights $lenet --target avx2 -o "$work/lenet5.weights"
clean "weights replaced" weights $lenet --weights examples/lenet5/lenet5_mnist.safetensors -o "$work/lenet5.weights"
clean "weights of another net" weights examples/lenet5/digits.fov -o "$work/lenet5.weights"
clean "weights checked" weights $lenet --check "$work/lenet5.weights"
clean "weights that are no weights" weights $lenet --check $lenet
for bytes in 0 7 40 64 70000 200000; do
    head -c $bytes "$work/lenet5.weights" >"$work/cut.weights"
    clean "weights cut to $bytes bytes" weights "$work/cut.weights"
done

for target in tests/fuzz/*.c; do
    target=$(basename "$target" .c)
    if "$sanitised/tests/fuzz/$target.replay" "tests/fuzz/corpus/$target" >"$work/out" 2>"$work/err"; then
        ok "inputs of $target"
    else
        not_ok "inputs of $target" "$(grep -m 1 '^not ok' "$work/out") $(grep -am 1 'Sanitizer\|runtime error\|promise' "$work/err")"
    fi
done

cd tests/errors || exit 1
for model in *.fov; do
    name=${model%.fov}
    arguments=
    [ -f "$name.args" ] && arguments=$(cat "$name.args")
    # The words of .args are quoted as the shell quotes.
    eval "clean 'wrong model $name' compile $model -o '$work/dir' $arguments"
done
