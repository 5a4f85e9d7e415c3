# quiet.sh - emitted code asks for nothing while it works: no memory, no system call, no function but mathematics.
. tests/plain/support/report.sh
flags="-std=c99 -O1 -Wall -Wextra -Werror -I$work"

# What emitted code and the runtime without files may leave to be linked; the stack protector is the C compiler's.
mathematics='(exp|exp2|expm1|log|log1p|log2|a?(sin|cos|tan)h?|erf|erfc|pow|sqrt|rint|floor|ceil|trunc|fabs|fmax|fmin|fma|fmod)f'
memory='mem(cpy|set|move|cmp)'
allowed="^($memory|$mathematics|fovea_[a-z0-9_]+|_GLOBAL_OFFSET_TABLE_|__stack_chk_fail)\$"

# links NAME OBJECT: it asks for nothing else, and has no variables.
links() {
    asked=$(nm -u "$2" | awk '{ print $NF }' | grep -Ev "$allowed")
    [ -z "$asked" ] && ok "$1 needs mathematics at most" || not_ok "$1 needs mathematics at most" "it calls $(echo $asked)"
    # Constants that hold addresses are in .data.rel.ro, written by the loader alone.
    globals=$(nm -f sysv "$2" | awk -F '[ |]+' '$NF ~ /^(\.t?(data|bss)|\*COM\*)/ && $NF !~ /^\.data\.rel\.ro/ { print $1 }')
    [ -z "$globals" ] && ok "$1 has no variables" || not_ok "$1 has no variables" "$(echo $globals)"
}

# That the looks themselves see: printing and a variable are found.
echo 'int printf(const char *, ...); int calls; void shout(void) { calls += printf("x%d", calls); }' >"$work/shout.c"
$CC $flags -c -o "$work/shout.o" "$work/shout.c"
seen=$(links it "$work/shout.o" | grep -c '^not ok it \(needs mathematics at most: it calls printf\|has no variables: calls\)$')
[ "$seen" -eq 2 ] && ok "printing and variables are seen" || not_ok "printing and variables are seen" "$(links it "$work/shout.o")"

$CC $flags -DFOVEA_NO_FILES -Iruntime -c -o "$work/fovea.o" runtime/fovea.c && links "the runtime" "$work/fovea.o"

# The program of support/quiet.c says "begin" and no more. It needs glibc and Linux.
echo 'const char *gnu_get_libc_version(void); int main(void) { return !gnu_get_libc_version(); }' >"$work/glibc.c"
if [ "$(uname -s)" = Linux ] && $CC -o "$work/glibc" "$work/glibc.c" 2>/dev/null; then counted=1; else counted=0; fi

# use [FAULT]: that program on the net in $work; $status and $work/out are what became of it.
use() {
    # In a shell of its own, which tells nobody else of a signal.
    sh -c 'ulimit -c 0; "$@"; exit $?' sh "$work/quiet" "$work/probe.weights" "$@" >"$work/out" 2>"$work/err"
    status=$?
}

# net NAME MODEL TARGET ARGUMENT...
net() {
    name="$1 for $3" model=$2 target=$3
    shift 3
    if ! { "$BUILD/fovea" compile "$model" --name probe --target "$target" "$@" -o "$work" &&
        $CC $flags -c -o "$work/probe.o" "$work/probe.c"; } >"$work/out" 2>&1; then
        not_ok "$name is compiled" "$(head -n 1 "$work/out")"
        return
    fi
    links "$name" "$work/probe.o"
    if [ $counted -eq 0 ]; then
        skip "$name allocates nothing" "allocations are counted on Linux with glibc"
    elif ! cpu_runs "$target"; then
        skip "$name allocates nothing" "this CPU cannot run target $target"
    elif ! $CC $flags -o "$work/quiet" tests/plain/support/quiet.c "$work/probe.o" "$work/fovea.c" -lm >"$work/out" 2>&1; then
        not_ok "$name allocates nothing" "$(grep -m 1 error "$work/out")"
    else
        use
        case $status-$(tail -n 1 "$work/out") in
        0-begin) ok "$name allocates nothing" ;;
        '0-no seccomp') ok "$name allocates nothing" && skip "$name calls no system" "there is no seccomp here" ;;
        137-*) not_ok "$name calls no system" "a system call was made" ;;
        *) not_ok "$name allocates nothing" "status $status: $(tail -n 1 "$work/out")" ;;
        esac
    fi
}

for target in avx2 avx512; do
    net lenet5 examples/lenet5/lenet5.fov $target
done
for target in c auto; do # which has the kernels of those two
    net lenet5 examples/lenet5/lenet5.fov $target
    for model in tests/golden/*.fov; do
        net "$(basename "$model" .fov)" "$model" $target --weights random:1
    done
done

# The same program with a fault: an allocation is counted, a system call is the end.
if [ -x "$work/quiet" ]; then
    use malloc
    [ $status -eq 1 ] && grep -q '^2 calls, the first of malloc$' "$work/out" && ok "an allocation is seen" ||
        not_ok "an allocation is seen" "status $status"
    use brk
    if grep -q seccomp "$work/out"; then
        skip "a system call is seen" "there is no seccomp here"
    else
        [ $status -eq 137 ] && ok "a system call is seen" || not_ok "a system call is seen" "status $status"
    fi
fi
