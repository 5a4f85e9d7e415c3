# spills.sh - the blocked AVX2 convolution keeps its sums in registers: no vector goes to the stack in its tiles.
. tests/plain/support/report.sh
have objdump || { skip "spills" "objdump is not installed"; exit 0; }
case $SAN in
'') ;;
*) skip "spills" "sanitizers change the code"; exit 0 ;;
esac

"$BUILD/fovea" compile examples/lenet5/lenet5.fov --target avx2 -o "$work/net" 2>"$work/out" || {
    not_ok "spills" "$(head -1 "$work/out")"
    exit 0
}
for cc in clang gcc; do
    have $cc || { skip "spills with $cc" "$cc is not installed"; continue; }
    $cc -O3 -Iruntime -c "$work/net/lenet5.c" -o "$work/$cc.o"
    # Per function of the second convolution: how many multiply-adds, how many vectors to or from the stack.
    objdump -d --no-show-raw-insn "$work/$cc.o" | awk '
        /^[0-9a-f]+ </ { inside = /lenet5_conv2/ }
        inside && /vfmadd.*ymm/ { sums++ }
        inside && /ymm/ && /\(%r[sb]p\)/ { spills++ }
        END { print sums + 0, spills + 0 }' >"$work/counts"
    read -r sums spills <"$work/counts"
    if [ "$sums" -lt 10 ]; then
        not_ok "spills with $cc" "only $sums multiply-adds found"
    elif [ "$spills" -gt 0 ]; then
        not_ok "spills with $cc" "$spills vectors on the stack"
    else
        ok "spills with $cc"
    fi
done
