# vim.sh - editors/vim in a real Vim without a screen: files are known by their name, the pieces of a text get their
# groups, gq formats, = indents.
. tests/plain/support/report.sh
if ! have vim; then
    skip "editors/vim" "vim is not installed"
    exit 0
fi
if [ -z "$(vim --version | grep '+syntax')" ]; then
    skip "editors/vim" "this vim has no syntax highlighting"
    exit 0
fi
root=$PWD
PATH=$root/$BUILD:$PATH
export PATH
cp -r editors/vim "$work/editor"
cd "$work" || exit 1

# in_vim COMMAND... -- FILE...: ex commands on the files.
in_vim() {
    timeout 120 vim -u NONE -i NONE -n -N -es --cmd "set runtimepath=$work/editor,\$VIMRUNTIME" \
        --cmd 'filetype plugin indent on' --cmd 'syntax on' "$@" </dev/null
}

# ---- groups of a text that has everything ----

cat >all.fov <<'MODEL'
# About "strings", TODO
import "blocks.fov";
const edge = [[1, -1], ["a": 9.5e-3]];
block basic(x, width, stride = 1) {
    y = x -> conv: conv(width, 3x3, stride=stride, pad=same) -> return.1: batchnorm -> relu
          -> layer{width + 1}b.{stride}: inception(true) -> channels;  # why
    if (stride != 1 && channels(x) == 2) y = y -> 0: conv_transpose(1, weight=edge) -> @conv.a;
    else y = max(x, unti(4));
    for (i in 0..3) y = y -> maxpool(global) -> resize(scale=2, mode=bilinear);
    on device(1) output aux = relu(y);
    train;
    return y -> expect(64x9x9) -> "a -> b";
}
net pair(image: u8[3, 8, 8](order=bgr)) { return image; }
MODEL
in_vim -S "$root/tests/plain/support/groups.vim" all.fov >vim.out 2>&1
missing=
while read -r piece; do
    grep -qxF "$piece" groups.txt || missing="$missing '$piece'"
done <<'PIECES'
Comment # About "strings",
Todo TODO
Comment # why
Include import
String "blocks.fov"
String "a -> b"
String "a"
Keyword const
Constant edge
Float 9.5e-3
Keyword block
Definition basic
Argument stride
Number 1
Label conv
StageLayer conv
Size 3x3
WordyArgument pad
Word same
Label return.1
StageLayer batchnorm
StageLayer relu
Label layer
Brace {
Label b.
Stage inception
Boolean true
StageFunction channels
Conditional if
Operator &&
Function channels
Label 0
StageLayer conv_transpose
Argument weight
SharedLabel conv.a
Conditional else
Function max
Call unti
Repeat for
Repeat in
Operator ..
Global global
Word bilinear
Statement on
Statement output
Output aux
Layer relu
Reserved train
Statement return
Size 64x9x9
Keyword net
Definition pair
Type u8
Word bgr
PIECES
[ -z "$missing" ] && ok "pieces of a text get their groups" ||
    not_ok "pieces of a text get their groups" "$missing are not among $(tr '\n' '|' <groups.txt) $(cat vim.out)"

# ---- every model of the repository ----

# Outside of groups there are names and brackets; nothing is reserved; a label or layer follows each arrow.
set -- "$root"/examples/*/*.fov "$root"/tests/golden/*.fov
in_vim -S "$root/tests/plain/support/groups.vim" "$@" >vim.out 2>&1
wrong=$(awk '
    $1 == "none" { rest = substr($0, 6); gsub(/[A-Za-z_][A-Za-z_0-9]*|[][(){},;:. \t]/, "", rest); if (rest != "") print }
    $1 == "WRONG-FILETYPE" || $1 == "Reserved" { print }
    before == "Arrow" && $1 !~ /^(Label|Stage|StageLayer|StageFunction|Brace|Again|Comment)$/ { print "-> " $0 }
    { before = $1 }' groups.txt | sort | uniq -c | head -n 5)
arrows=$(grep -c '^Arrow ' groups.txt)
if [ -z "$wrong" ] && [ "$arrows" -gt 100 ]; then
    ok "pieces of $# models get their groups"
else
    not_ok "pieces of $# models get their groups" "$arrows arrows; $wrong $(cat vim.out)"
fi

# ---- settings ----

printf 'net n(x:f32[1,8,8]){\n# one\ny=x->relu;\nreturn y;}\n' >gq.fov
fovea fmt gq.fov >wanted.fov
in_vim -c 'normal! gggqG' -c 'wq' gq.fov >vim.out 2>&1
cmp -s gq.fov wanted.fov && ok "gq is fovea fmt" || not_ok "gq is fovea fmt" "$(cat gq.fov vim.out)"

printf 'net n(x: f32[1, 8, 8]) {\n    return y = x -> relo;\n}\n' >make.fov
cat >list.vim <<'SCRIPT'
make!
call writefile(map(filter(getqflist(), 'v:val.valid'), 'v:val.lnum . ":" . v:val.col . " " . v:val.text'), 'list.txt')
quitall!
SCRIPT
in_vim -S list.vim make.fov >vim.out 2>&1
[ "$(cat list.txt 2>&1)" = "2:21 no layer is called 'relo'" ] && ok "make gives a list of errors" ||
    not_ok "make gives a list of errors" "$(cat list.txt vim.out)"

# Without indentation, = finds that of fovea fmt again.
cat >wanted.fov <<'MODEL'
# Indented by hand
block unit(x, width) {
    y = x -> a: conv(width, 3x3)
          -> relu;  # one more { here
    if (width > 3) {
        # the wide one
        y = y -> relu;
        for (i in 0..3)
            y = y -> tanh;
        y = concat(y,
                   x);
    } else {
        y = -y;
    }

    return y;
}
const k = [[1, -1],
           [2, -2]];
net n(x: f32[1, 8, 8]) {
    return x -> unit(8);
}
MODEL
sed 's/^ *//' wanted.fov >indent.fov
in_vim -c 'normal! gg=G' -c 'wq' indent.fov >vim.out 2>&1
cmp -s indent.fov wanted.fov && ok "= indents" || not_ok "= indents" "$(diff wanted.fov indent.fov) $(cat vim.out)"
