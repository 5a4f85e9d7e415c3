. ../words.sh

compare() { # NAME OPTION...
    name=$1
    shift
    one=$(layer single parameters "$@")
    three=$(($(total parameters "$@") - one))
    figure "$name: three 3x3" $three
    figure "$name: one 7x7" "$one"
    figure "$name: ratio" "$(ratio "$one" $three)"
}

for width in 64 256 512; do
    compare "width $width" -D width=$width
done
compare "width 64, depthwise" -D depthwise=true
