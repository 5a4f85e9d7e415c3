#!/bin/sh
# pictures.sh [BUILD] - makes the pictures of README and docs from what the commands print: docs/pictures/answers.svg,
# recording.svg and graph-*.svg. `pictures.sh BUILD answers` writes the first to standard output; a test compares it.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build} only=${2-}
fovea=$build/fovea

# The twenty pictures of the demo, each with the answer under it; wrong answers in red.
answers() {
    columns=10 cell=92 side=72
    printf '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d 232" width="%d" height="232" ' \
        $((columns * cell)) $((columns * cell))
    printf 'font-family="system-ui, sans-serif" font-size="12" text-anchor="middle">\n'
    printf '<title>Twenty pictures of clothes and what LeNet-5 calls them</title>\n'
    printf '<style>text{fill:#24292f}.wrong{fill:#cf222e}image{image-rendering:pixelated}'
    printf '@media(prefers-color-scheme:dark){text{fill:#e6edf3}.wrong{fill:#ff7b72}}</style>\n'
    at=0
    "$fovea" run examples/lenet5/lenet5.fov --top 1 examples/lenet5/pictures/*.png | while IFS= read -r line; do
        picture=${line%%: *}
        answer=$(printf '%s\n' "${line#*: }" | sed 's/ *[^ ]*$//')
        truth=$(basename "$picture" .png | sed 's/^[0-9]*-//')
        said=$(printf '%s\n' "$answer" | tr 'A-Z ' 'a-z-' | sed 's,/top,,')
        class= && [ "$said" = "$truth" ] || class=' class="wrong"'
        x=$((at % columns * cell)) y=$((at / columns * 116))
        printf '<image x="%d" y="%d" width="%d" height="%d" href="data:image/png;base64,%s"/>' \
            $((x + (cell - side) / 2)) $((y + 8)) $side $side "$(base64 -w 0 "$picture")"
        printf '<text x="%d" y="%d"%s>%s</text>\n' $((x + cell / 2)) $((y + 98)) "$class" "$answer"
        at=$((at + 1))
    done
    echo '</svg>'
}

# One step of the recording: the command as it is typed, then what it prints.
step() {
    printf '$ %s\n' "$*"
    PATH=$(cd "$build" && pwd):$PATH sh -c "$*" 2>&1 | expand
    echo
}

recording() {
    work=$(mktemp -d)
    cp -r examples/lenet5 "$work"
    sed '5s/maxpool/maxpol/' examples/lenet5/lenet5.fov >"$work/lenet5/typo.fov"
    build=$(cd "$build" && pwd)
    (
        cd "$work/lenet5"
        step fovea run lenet5.fov pictures/05-shirt.png
        step fovea show lenet5.fov
        step fovea check lenet5.fov
        step "fovea show typo.fov   # what a mistake looks like"
        step "fovea compile lenet5.fov -o net && wc -c net/*"
        step "fovea run lenet5.fov pictures/05-shirt.png --time 10000 --target avx2 | tail -n 1"
    )
    rm -rf "$work"
}

if [ "$only" = answers ]; then
    answers
    exit
fi
mkdir -p docs/pictures
answers >docs/pictures/answers.svg
recording | awk -f scripts/recording.awk >docs/pictures/recording.svg

# Drawings: one module of GoogLeNet, and a residual net of 110 layers.
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp examples/zoo/*.fov "$work"
cat >"$work/module.fov" <<'FOV'
import "googlenet.fov";
net module(maps: f32[192, 28, 28]) {
    return joined = maps -> inception3a: inception(stages[3]["a"]);
}
FOV
"$fovea" graph "$work/module.fov" -o docs/pictures/graph-inception.svg
"$fovea" graph examples/zoo/cifar_resnet.fov -D depth=110 -o docs/pictures/graph-resnet110.svg
