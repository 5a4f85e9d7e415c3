. ../words.sh

photograph=../../edges/cameraman_gray.png
"$FOVEA" run photograph.fov "$photograph" --output "$OUT" >"$OUT/answer"
picture "$OUT/cameraman_gray-photograph.png" "A photograph" "A man behind a camera on a tripod"
picture "$OUT/cameraman_gray-response.png" "Response of [1 −1]" "The same on grey, sides of the man and the tripod white or black"
