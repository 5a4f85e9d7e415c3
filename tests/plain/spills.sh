# spills.sh - convolutions in blocks and fully connected layers keep their sums in registers: no vector goes to the
# stack in their loops, nor in the products of Winograd's algorithm.
. tests/plain/support/report.sh
have objdump || { skip "spills" "objdump is not installed"; exit 0; }
case $SAN in
'') ;;
*) skip "spills" "sanitizers change the code"; exit 0 ;;
esac

# spills WHAT TARGET REGISTER MODEL FUNCTIONS [OPTION...]: of the functions whose names match.
spills() {
    what="spills of $1 for $2${6+ with $6 $7}"
    target=$2 register=$3 model=$4 functions=$5
    shift 5
    "$BUILD/fovea" compile "$model" "$@" --target $target --weights random:1 --name net -o "$work/net" 2>"$work/out" || {
        not_ok "$what" "$(head -1 "$work/out")"
        return
    }
    for cc in clang gcc; do
        have $cc || { skip "$what by $cc" "$cc is not installed"; continue; }
        $cc -O3 $apart -Iruntime -c "$work/net/net.c" -o "$work/$cc.o"
        # Of its functions: how many multiply-adds, how many vectors to or from the stack before the last of these.
        objdump -d --no-show-raw-insn "$work/$cc.o" | awk -v register=$register -v functions="$functions" '
            /^[0-9a-f]+ </ { inside = $0 ~ functions; moves = 0 }
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
lenet=examples/lenet5/lenet5.fov
# Tiles of 4 x 4 and 2 x 2, with one and two vectors of maps.
cat >"$work/tiles.fov" <<END
net tiles(x: f32[64, 28, 28]) {
    return y = x -> wide: conv(64, 3x3, pad=1) -> odd: conv(48, 3x3, pad=1) -> five: conv(64, 5x5, pad=2)
        -> maxpool(2x2) -> small: conv(256, 3x3, pad=1);
}
END
apart=
spills conv2 avx2 ymm $lenet net_conv2
spills conv2 avx512 zmm $lenet net_conv2
spills products avx2 ymm "$work/tiles.fov" _tiles
spills products avx512 zmm "$work/tiles.fov" _tiles
# With narrower vectors than those that the weights are for.
spills conv2 auto ymm $lenet net_conv2_avx2
spills products auto ymm "$work/tiles.fov" _avx2_tiles
# Compilers put the sums of fully connected layers into the loops over them; what these keep for each other is no spill.
apart='-fno-inline-functions -fno-inline-functions-called-once -Wno-ignored-optimization-argument'
for batch in 1 6; do
    spills fc1 avx2 ymm $lenet net_fc1 --batch $batch
    spills fc1 avx512 zmm $lenet net_fc1 --batch $batch
    spills fc1 auto ymm $lenet net_fc1_avx2 --batch $batch
done
