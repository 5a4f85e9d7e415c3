. ../words.sh

channels() { table output -- "$@" | tail -n 1 | sed 's/x.*//'; }

# Without biases.
weights() { table weights -- "$@" | awk '{ sum += $1 } END { print sum }'; }

report() { # NAME NAIVE REDUCED
    figure "$1: naive" "$2"
    figure "$1: reduced" "$3"
    case $1 in *channels) ;; *) figure "$1: ratio" "$(ratio "$2" "$3")" ;; esac
}

report "3a, channels" "$(channels -D is_naive=true)" "$(channels)"
report "3a, weights" "$(weights -D is_naive=true)" "$(weights)"
report "3a, multiply-adds" "$(total macs -D is_naive=true)" "$(total macs)"

naive=0 reduced=0
for name in 3a 3b 4a 4b 4c 4d 4e 5a 5b; do
    naive=$((naive + $(total macs -D name="\"$name\"" -D is_naive=true)))
    reduced=$((reduced + $(total macs -D name="\"$name\"")))
done
report "nine, multiply-adds" $naive $reduced

MODEL=stacked.fov
report "stack, channels" "$(channels -D is_naive=true)" "$(channels)"
report "stack, weights" "$(weights -D is_naive=true)" "$(weights)"
report "stack, multiply-adds" "$(total macs -D is_naive=true)" "$(total macs)"
