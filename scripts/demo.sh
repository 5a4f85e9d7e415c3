#!/bin/sh
# demo.sh - LeNet-5 as a program of its own: twenty pictures of clothes, then edges of a photograph.
set -eu
cd "$(dirname "$0")/.."
fovea=${BUILD:-build}/fovea
work=${BUILD:-build}/demo
mkdir -p "$work"

echo "fovea build examples/lenet5/lenet5.fov -o $work/lenet5"
"$fovea" build examples/lenet5/lenet5.fov -o "$work/lenet5"
echo

# A picture's name says what it shows: 07-shirt.png. The program answers "PICTURE: LABEL VALUE".
"$work/lenet5" --top 1 examples/lenet5/pictures/*.png >"$work/answers"
right=0 total=0
while IFS= read -r line; do
    picture=${line%%: *}
    answer=$(printf '%s\n' "${line#*: }" | sed 's/ *[^ ]*$//')
    truth=$(basename "$picture" .png | sed 's/^[0-9]*-//')
    said=$(printf '%s\n' "$answer" | tr 'A-Z ' 'a-z-' | sed 's,/top,,')
    total=$((total + 1))
    if [ "$said" = "$truth" ]; then
        verdict=right right=$((right + 1))
    else
        verdict="wrong, it is: $truth"
    fi
    printf '  %-20s %-12s %s\n' "$(basename "$picture")" "$answer" "$verdict"
done <"$work/answers"
echo "$right of $total right"
echo

echo "fovea run examples/edges/edges.fov examples/edges/cameraman_gray.png --output $work/edges"
"$fovea" run examples/edges/edges.fov examples/edges/cameraman_gray.png --output "$work/edges" >"$work/answers"
sed -n 's/^ *wrote \(.*\.png\)$/  \1/p' "$work/answers"
