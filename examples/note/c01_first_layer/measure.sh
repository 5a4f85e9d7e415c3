. ../words.sh

figure parameters "$(total parameters)"
for from in '227 pixels:' '224 pixels:-D size=224' '224 pixels, pad=2:-D size=224 -D pad=2'; do
    name=${from%%:*} options=${from#*:}
    figure "$name: map" "$(layer conv1 output $options)"
    figure "$name: multiply-adds" "$(layer conv1 macs $options)"
done
"$FOVEA" show model.fov -D size=224 -D full=true >"$OUT/shown" 2>&1 ||
    transcript "$OUT/shown" "fovea show model.fov -D size=224 -D full=true"
