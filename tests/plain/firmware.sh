# firmware.sh - examples/firmware on an emulated Cortex-M7: the answers of this machine, from flash, in little memory.
. tests/plain/support/report.sh
for program in arm-none-eabi-gcc qemu-system-arm make; do
    have $program || { skip "firmware" "$program is not installed (make deps-emulators)"; exit 0; }
done
echo '#include <string.h>' | arm-none-eabi-gcc --specs=nano.specs -E - >/dev/null 2>&1 || {
    skip "firmware" "libnewlib-arm-none-eabi is not installed (make deps-emulators)"
    exit 0
}
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$PWD/$BUILD/fovea ;;
esac
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME
firmware="env -u MAKEFLAGS -u MAKELEVEL make -s -C examples/firmware OUT=$work FOVEA=$fovea"
elf=$work/firmware.elf

# board: the program on the board, for at most a minute; its words in $work/said, its exit status.
board() {
    timeout 60 qemu-system-arm -M mps2-an500 -nographic -semihosting-config enable=on,target=native -kernel "$elf" \
        >"$work/said" 2>&1 </dev/null
}

# ends NAME STATUS PATTERN: so does the program on the board.
ends() {
    board
    status=$?
    if [ $status -eq "$2" ] && grep -q -- "$3" "$work/said"; then
        ok "$1"
    else
        not_ok "$1" "status $status instead of $2: $(head -n 1 "$work/said")"
    fi
}

if ! $firmware >"$work/sizes" 2>&1; then
    not_ok "firmware is built" "$(grep -m 1 -i error "$work/sizes")"
    exit 0
fi
ok "firmware is built"

# The same answers and values as on this machine.
"$fovea" run examples/lenet5/lenet5.fov --raw examples/lenet5/pictures/*.png >"$work/wanted"
ends "it checks itself and ends well" 0 '^stack used'
difference=$(awk -f tests/plain/support/logits.awk "$work/wanted" "$work/said")
[ "$difference" = same ] && ok "twenty answers" || not_ok "twenty answers" "$difference"

# Weights in flash, at a multiple of 64; nothing in RAM but the workspace and the stack.
place=$(arm-none-eabi-nm "$elf" | awk '$3 == "lenet5_weights" { print $1 }')
case $place in
0*[048c]0) ok "weights are in flash" ;;
*) not_ok "weights are in flash" "they are at '$place'" ;;
esac
data=$(awk '$1 == ".data" { print $2 }' "$work/sizes") bss=$(awk '$1 == ".bss" { print $2 }' "$work/sizes")
scratch=$(awk '$2 == "LENET5_WORKSPACE_BYTES" { print $3 + 64 }' "$work/lenet5.h")
[ "$data $bss" = "0 $scratch" ] && ok "RAM is the workspace" || not_ok "RAM is the workspace" "$data data, $bss bss"
stack=$(sed -n 's/^stack used, bytes: //p' "$work/said")
[ "${stack:-9999}" -lt 2048 ] && ok "little stack" || not_ok "little stack" "$stack bytes"
asked=$(arm-none-eabi-nm "$elf" | awk '{ print $NF }' | grep -E '^_?_?(malloc|sbrk|write|exit|printf)(_r)?$')
[ -z "$asked" ] && ok "no allocation, no files" || not_ok "no allocation, no files" "$asked"

# What is wrong with the weights ends with its status, as on a PC: damaged, for another net, at an odd place.
printf '\252' | dd of="$work/lenet5.weights" bs=1 seek=70000 conv=notrunc 2>/dev/null
rm "$work/lenet5_weights.o" && $firmware >"$work/log" 2>&1
ends "damaged weights" 8 "their checksum is wrong"
"$fovea" compile examples/lenet5/digits.fov -o "$work/two" && cp "$work/two/digits.weights" "$work/lenet5.weights"
rm "$work/lenet5_weights.o" && $firmware >"$work/log" 2>&1
ends "weights of another net" 3 "those of another model"
"$fovea" compile examples/lenet5/lenet5.fov -o "$work/one" && cp "$work/one/lenet5.weights" "$work"
sed 's/^SYMBOL:/    .skip 4\nSYMBOL:/' "$work/one/lenet5_weights.S" >"$work/lenet5_weights.S" && $firmware >"$work/log" 2>&1
ends "weights at an odd place" 7 "do not begin at a multiple of 64"
