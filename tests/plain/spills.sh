# spills.sh - convolutions in blocks and fully connected layers keep their sums in registers: no vector goes to the
# stack in their loops.
. tests/plain/support/report.sh
have objdump || { skip "spills" "objdump is not installed"; exit 0; }
case $SAN in
'') ;;
*) skip "spills" "sanitizers change the code"; exit 0 ;;
esac

# spills TARGET REGISTER KERNEL [OPTION...]: of one of LeNet's.
spills() {
    what="spills of $3 for $1${4+ with $4 $5}"
    target=$1 register=$2 kernel=$3
    shift 3
    "$BUILD/fovea" compile examples/lenet5/lenet5.fov "$@" --target $target -o "$work/net" 2>"$work/out" || {
        not_ok "$what" "$(head -1 "$work/out")"
        return
    }
    for cc in clang gcc; do
        have $cc || { skip "$what by $cc" "$cc is not installed"; continue; }
        $cc -O3 $apart -Iruntime -c "$work/net/lenet5.c" -o "$work/$cc.o"
        # Of its functions: how many multiply-adds, how many vectors to or from the stack before the last of these.
        objdump -d --no-show-raw-insn "$work/$cc.o" | awk -v register=$register -v kernel="lenet5_$kernel" '
            /^[0-9a-f]+ </ { inside = $0 ~ kernel; moves = 0 }
            inside && $0 ~ register && /\(%r[sb]p/ { moves++ }
            inside && /vfmadd/ && $0 ~ register { sums++; spills += moves; moves = 0 }
            END { print sums + 0, spills + 0 }' >"$work/counts"
        read -r sums spills <"$work/counts"
        if [ "$sums" -lt 8 ]; then
            not_ok "$what by $cc" "only $sums multiply-adds found"
        elif [ "$spills" -gt 0 ]; then
            not_ok "$what by $cc" "$spills vectors on the stack"
        else
            ok "$what by $cc"
        fi
    done
}
apart=
spills avx2 ymm conv2
spills avx512 zmm conv2
# Compilers put the sums of fully connected layers into the loops over them; what these keep for each other is no spill.
apart='-fno-inline-functions -fno-inline-functions-called-once -Wno-ignored-optimization-argument'
for batch in 1 6; do
    spills avx2 ymm fc1 --batch $batch
    spills avx512 zmm fc1 --batch $batch
done
