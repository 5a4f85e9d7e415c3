. ../words.sh

count() { # OPTION...: sets three and one
    one=$(layer single macs "$@")
    three=$(($(total macs "$@") - one))
}

compare() { # NAME OPTION...
    name=$1
    shift
    count "$@"
    figure "$name: three 3x3" $three
    figure "$name: one 7x7" "$one"
}

for size in 7 12 13; do
    compare "${size}x$size, no padding" -D size=$size
done
for size in 7 224; do
    compare "${size}x$size, padded" -D size=$size -D padded=true
done

smallest=
for size in 7 8 9 10 11 12 13 14 15 16 17 18; do
    count -D size=$size
    echo "$size $three" >>"$OUT/three"
    echo "$size $one" >>"$OUT/one"
    [ -n "$smallest" ] || [ $three -ge "$one" ] || smallest=$size
done
figure "smallest size at which the stack costs less, no padding" "$smallest"

echo '@plot height and width of the picture | multiply-adds, times C²'
echo 'Without padding: the curves cross between 12 and 13'
echo 'Two rising curves; that of three 3x3 layers lies above until 12, and below from 13 on'
echo 'series three 3×3' && cat "$OUT/three"
echo 'series one 7×7' && cat "$OUT/one"
echo @end
