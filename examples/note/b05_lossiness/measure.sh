. ../words.sh

photograph=../../edges/cameraman_gray.png
for stride in 1 2 4 8; do
    values=$(($(layer pool activation_bytes -D stride=$stride) / 4))
    "$FOVEA" run model.fov "$photograph" -D stride=$stride --output "$OUT" >"$OUT/answer"
    mv "$OUT/cameraman_gray-picture.png" "$OUT/stride$stride.png"
    figure "stride $stride: values kept" $values
    figure "stride $stride: of 16,384" "$(share $values 16384 1)"
    figure "stride $stride: PSNR" "$(awk '/^  error$/ { getline; printf "%.1f dB", -10 * log($1) / log(10) }' "$OUT/answer")"
    picture "$OUT/stride$stride.png" "Stride $stride: $values values" "A man behind a camera, coarser with each stride"
done
