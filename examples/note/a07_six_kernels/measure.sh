. ../words.sh

figure "output" "$(layer conv output)"
figure "activations" "$(($(layer conv activation_bytes) / 4))"
figure "weights" "$(total parameters -D bias=false)"
figure "weights and biases" "$(total parameters)"
figure "multiply-adds" "$(total macs)"

photograph=../../edges/cameraman_gray.png
"$FOVEA" run model.fov "$photograph" -D size=100 --weights random:7 --output "$OUT" >"$OUT/answer"
for map in 0 1 2 3 4 5; do
    [ $map -ne 3 ] || echo @row
    picture "$OUT/cameraman_gray-maps-$map.png" "Channel $map" "The photograph as kernel $map sees it"
done
