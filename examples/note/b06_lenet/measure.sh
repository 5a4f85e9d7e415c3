. ../words.sh

MODEL=../../lenet5/lenet5.fov
figure "parameters: today" "$(total parameters)"
figure "multiply-adds: today" "$(total macs)"
MODEL=../../zoo/lenet.fov
figure "parameters: 1998" "$(total parameters -D original=true)"
figure "multiply-adds: 1998" "$(total macs -D original=true)"

# It prints "PICTURE: LABEL VALUE".
for digit in two four five seven; do
    answer=$("$FOVEA" run ../../lenet5/digits.fov ../../embed/pictures/$digit.pgm --top 1)
    figure "answer to $digit.pgm" "$(echo "$answer" | sed 's/.*: //;s/ .*//')"
    printf '@map plain\n%s.pgm\nThe digit %s, drawn by hand\n' $digit $digit
    od -An -v -tu1 -j13 -w28 ../../embed/pictures/$digit.pgm # 28 rows of 28 bytes
    echo @end
done
