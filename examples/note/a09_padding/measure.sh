. ../words.sh

for size in 1 2 3 5 7; do
    name="kernel ${size}x$size"
    figure "$name: no padding" "$(layer conv output -D size=$size | sed 's/^1x//')"
    [ $size = 2 ] || figure "$name: (k - 1) / 2" "$(layer conv output -D size=$size -D zeros=$(((size - 1) / 2)) | sed 's/^1x//')"
    figure "$name: same" "$(layer conv output -D size=$size -D same=true | sed 's/^1x//')"
done
for pad in 2 0; do
    verdict=compiles
    "$FOVEA" show promise.fov -D pad=$pad >"$OUT/shown" 2>&1 || verdict=refused
    figure "promise.fov, pad=$pad" $verdict
done
transcript "$OUT/shown" "fovea show promise.fov -D pad=0"
