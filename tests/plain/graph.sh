# graph.sh - drawings: valid pictures in every format without a word from dot, the same text each time, repeats once; and
# one clear error, with nothing written, where a picture cannot be made.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
zoo=$PWD/examples/zoo
golden=$PWD/tests/golden
mkdir "$work/temporary" "$work/bin" "$work/kept"
TMPDIR=$work/temporary
export TMPDIR
cd "$work" || exit 1

# check NAME COMMAND...: it succeeds.
check() {
    name=$1
    shift
    if "$@" >out 2>err; then ok "$name"; else not_ok "$name" "$(cat out err | head -n 1)"; fi
}

# refuses NAME PATTERN ARGUMENT...: one error with PATTERN; nothing is made, changed or left behind.
refuses() {
    name=$1 pattern=$2
    shift 2
    echo before >kept/old.svg
    "$fovea" graph "$@" >out 2>err
    status=$?
    if [ $status -ne 1 ] || [ -s out ]; then
        not_ok "$name" "exit status $status, standard output: $(head -n 1 out)"
    elif [ "$(grep -c 'error: ' err)" -ne 1 ] || ! grep -q -- "$pattern" err; then
        not_ok "$name" "said: $(head -n 2 err)"
    elif [ "$(ls kept temporary)" != "$(printf 'kept:\nold.svg\n\ntemporary:')" ] || [ "$(cat kept/old.svg)" != before ]; then
        not_ok "$name" "left: $(ls kept temporary | tr '\n' ' ')"
    else
        ok "$name"
    fi
}

# ---- text ----

"$fovea" graph "$golden/folded.fov" >printed.dot
check "the text is that of the golden file" cmp printed.dot "$golden/folded.dot"
(cd / && "$fovea" graph "$golden/folded.fov" -o "$work/written.dot")
check "it is the same in a file, from any folder" cmp printed.dot written.dot

# boxes FILE: how many there are; a line that begins with a name and has a fill.
boxes() { grep -c '^"[^"]*" \[fillcolor' "$1"; }
"$fovea" graph "$zoo/resnet.fov" -D depth=152 >folded.dot
"$fovea" graph "$zoo/resnet.fov" -D depth=152 --unfold >unfolded.dot
for count in 2 7 35; do
    check "ResNet-152 has a block $count times" grep -q "<B>× $count<" folded.dot
done
# 2 + 4 * (4 + 1 + 4) + 2 and input and output; 50 blocks of 4, 4 of which with a shortcut.
[ "$(boxes folded.dot)" -eq 42 ] && ok "ResNet-152 is 42 boxes" || not_ok "ResNet-152 is 42 boxes" "$(boxes folded.dot)"
[ "$(boxes unfolded.dot)" -eq 210 ] && ok "and 210 unfolded" || not_ok "and 210 unfolded" "$(boxes unfolded.dot)"
"$fovea" graph "$zoo/googlenet.fov" >googlenet.dot
frames=$(grep -c '^subgraph "cluster block' googlenet.dot)
[ "$frames" -eq 9 ] && ok "GoogLeNet has nine modules" || not_ok "GoogLeNet has nine modules" "$frames"
grep -q '<B>× [0-9]' googlenet.dot && not_ok "none of them twice" "" || ok "none of them twice"

# ---- what goes wrong without a program that draws ----

cat >long.fov <<'FOV'
net long(image: f32[3, 8, 8], n = 3000) { x = image; for (i in 0..n) x = x -> maxpool(1x1); return x; }
FOV
lenet=$golden/lenet.fov
refuses "a picture of another kind" "kept/new.jpg.*\.svg, \.pdf, \.png" "$lenet" -o kept/new.jpg
refuses "a picture without an ending" "'kept/new'" "$lenet" -o kept/new
refuses "a picture with too many boxes" "3002 boxes" long.fov -o kept/new.svg
check "its text" "$fovea" graph long.fov -o long.dot
cp "$lenet" lenet.dot
refuses "a drawing over its model" "is read for this model" lenet.dot -o lenet.dot
refuses "text in a folder that is not there" "cannot write" "$lenet" -o nothere/new.dot
(
    PATH=$work/bin
    export PATH
    "$fovea" graph "$lenet" -o kept/new.svg
) >out 2>err
[ $? -eq 1 ] && grep -q 'error: there is no dot' err && /bin/grep -q 'hint: .*apt install graphviz' err &&
    [ ! -e kept/new.svg ] && ok "without graphviz it says what to install" ||
    not_ok "without graphviz it says what to install" "$(head -n 2 err)"
(
    PATH=$work/bin
    export PATH
    "$fovea" graph "$lenet" -o alone.dot
) >out 2>err
check "text needs no graphviz" cmp alone.dot "$golden/lenet.dot"

# A dot that fails, that dies, and that makes nothing.
fake() { printf '#!/bin/sh\n%s\n' "$1" >bin/dot && chmod +x bin/dot; }
usual=$PATH PATH=$work/bin:$PATH
fake 'echo half >net.svg; echo "no memory for this" >&2; exit 3'
refuses "a dot that fails" "dot failed with exit status 3" "$lenet" -o kept/old.svg
grep -q 'no memory for this' err && ok "what it said is shown" || not_ok "what it said is shown" "$(head -n 2 err)"
fake 'echo half >net.svg; kill -9 $$'
refuses "a dot that dies" "dot was ended by signal 9" "$lenet" -o kept/old.svg
fake ':'
refuses "a dot that makes nothing" "dot made no picture" "$lenet" -o kept/old.svg
PATH=$usual
rm bin/dot

# ---- pictures ----

if ! have dot; then
    skip "pictures" "there is no dot"
    exit 0
fi
refuses "a picture in a folder that is not there" "cannot write" "$lenet" -o nothere/new.svg

# All that dot says is an error here: what it does not understand it leaves out with a warning.
for model in "$zoo"/*.fov "$golden"/*.fov; do
    name=$(basename "$model" .fov)
    "$fovea" graph "$model" >net.dot 2>err || continue # some have blocks only
    if ! timeout 60 dot -Tsvg net.dot >net.svg 2>err || [ -s err ]; then
        not_ok "dot takes $name" "$(head -n 1 err)"
    elif have xmllint && ! xmllint --noout net.svg 2>err; then
        not_ok "dot takes $name" "$(head -n 1 err)"
    else
        ok "dot takes $name"
    fi
done

start=$(date +%s)
check "ResNet-152 with every block" "$fovea" graph "$zoo/resnet.fov" -D depth=152 --unfold -o unfolded.svg
took=$(($(date +%s) - start))
[ $took -le 20 ] && ok "takes seconds" || not_ok "takes seconds" "$took s"
for format in svg:'<?xml' pdf:'%PDF' png:'PNG'; do
    file=lenet.${format%%:*}
    "$fovea" graph "$lenet" -o "$file" >out 2>err
    head -c 8 "$file" | grep -aq "${format#*:}" && ok "lenet.${format%%:*}" || not_ok "$file" "$(head -n 1 err)"
done
ls temporary | grep -q . && not_ok "nothing is left behind" "$(ls temporary)" || ok "nothing is left behind"
