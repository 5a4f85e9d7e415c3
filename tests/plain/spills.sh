# spills.sh - blocked convolutions keep their sums in registers: no vector goes to the stack in their tiles.
. tests/plain/support/report.sh
have objdump || { skip "spills" "objdump is not installed"; exit 0; }
case $SAN in
'') ;;
*) skip "spills" "sanitizers change the code"; exit 0 ;;
esac

# spills TARGET REGISTER: of LeNet's second convolution.
spills() {
    "$BUILD/fovea" compile examples/lenet5/lenet5.fov --target $1 -o "$work/net" 2>"$work/out" || {
        not_ok "spills for $1" "$(head -1 "$work/out")"
        return
    }
    for cc in clang gcc; do
        have $cc || { skip "spills for $1 with $cc" "$cc is not installed"; continue; }
        $cc -O3 -Iruntime -c "$work/net/lenet5.c" -o "$work/$cc.o"
        # Of its functions: how many multiply-adds, how many vectors to or from the stack.
        objdump -d --no-show-raw-insn "$work/$cc.o" | awk -v register=$2 '
            /^[0-9a-f]+ </ { inside = /lenet5_conv2/ }
            inside && /vfmadd/ && $0 ~ register { sums++ }
            inside && $0 ~ register && /\(%r[sb]p\)/ { spills++ }
            END { print sums + 0, spills + 0 }' >"$work/counts"
        read -r sums spills <"$work/counts"
        if [ "$sums" -lt 10 ]; then
            not_ok "spills for $1 with $cc" "only $sums multiply-adds found"
        elif [ "$spills" -gt 0 ]; then
            not_ok "spills for $1 with $cc" "$spills vectors on the stack"
        else
            ok "spills for $1 with $cc"
        fi
    done
}
spills avx2 ymm
spills avx512 zmm
