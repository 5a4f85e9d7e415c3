. ../words.sh

# `fovea rf` counts from sizes and strides alone, then tries every pixel.
for stride in 1 2 3 4; do
    "$FOVEA" rf model.fov stride$stride.2 --at 0,0 >"$OUT/rf"
    figure "stride $stride: pixels, by rf" "$(awk '$1 == "pixels" { print $2; exit }' "$OUT/rf")"
    figure "stride $stride: ways, by rf" "$(awk '$1 == "paths" { print $2 + 0; exit }' "$OUT/rf")"
done
"$FOVEA" rf model.fov stride1.2 >"$OUT/rf"
transcript "$OUT/rf" "fovea rf model.fov stride1.2"
