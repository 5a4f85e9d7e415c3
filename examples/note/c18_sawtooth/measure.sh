. ../words.sh

relus() { table op -- "$@" | grep -c '^relu$'; }

for depth in 1 2 3 4 5 6 7 8; do
    deep=$(relus -D depth=$depth -D shallow=false)
    figure "depth $depth: ReLUs" "$deep"
    figure "depth $depth: ReLUs of one layer" $(($(relus -D depth=$depth) - deep))
done
