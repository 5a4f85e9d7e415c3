# cli.sh - the command line from outside: exit status, which stream speaks, one clear error for each mistake.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
model=$work/lenet5.fov
cat >"$model" <<'MODEL'
net lenet5(image: f32[1, 28, 28]) {
    x = image -> conv1: conv(6, 5x5, pad=2) -> relu -> maxpool(2x2)
              -> conv2: conv(16, 5x5)       -> relu -> maxpool(2x2)
              -> flatten
              -> fc1: fc(120) -> relu -> fc2: fc(84) -> relu;
    return logits = x -> fc3: fc(10);
}
MODEL
commands='compile build run show check weights graph bench rf fmt opt'

# fails NAME PATTERN ARGUMENT...: exit status 1, nothing on standard output, exactly one error, which has PATTERN.
fails() {
    name=$1 pattern=$2
    shift 2
    "$fovea" "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -ne 1 ]; then
        not_ok "$name" "exit status $status instead of 1"
    elif [ -s "$work/out" ]; then
        not_ok "$name" "standard output has: $(head -n 1 "$work/out")"
    elif [ "$(grep -c 'error: ' "$work/err")" -ne 1 ]; then
        not_ok "$name" "$(grep -c 'error: ' "$work/err") errors instead of one: $(head -n 1 "$work/err")"
    elif ! grep -qi -- "$pattern" "$work/err"; then
        not_ok "$name" "no '$pattern' in: $(head -n 1 "$work/err")"
    else
        ok "$name"
    fi
}

# works NAME PATTERN ARGUMENT...: exit status 0, PATTERN on standard output, nothing that looks like an error.
works() {
    name=$1 pattern=$2
    shift 2
    "$fovea" "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -ne 0 ]; then
        not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
    elif ! grep -q -- "$pattern" "$work/out"; then
        not_ok "$name" "no '$pattern' on standard output"
    elif grep -q 'error: ' "$work/err"; then
        not_ok "$name" "$(head -n 1 "$work/err")"
    else
        ok "$name"
    fi
}

known() { "$fovea" --help 2>/dev/null | grep -q "^ *\(fovea \)\?$1\b"; }

works "--help" 'compile' --help
works "--version" '[0-9]' --version
fails "unknown command" "comple" comple "$model"
fails "unknown option" "colour" --colour
for command in $commands; do
    known $command || continue
    works "$command --help" "$command" $command --help
    fails "$command without arguments" "" $command
    case $command in rf) layer=conv1 ;; *) layer= ;; esac
    fails "$command of a missing file" "nothere.fov" $command "$work/nothere.fov" $layer -o "$work/x"
    fails "$command with a bad option" "no-such-option" $command "$model" $layer --no-such-option
done
fails "compile for an unknown target" "z80" compile "$model" --target z80 -o "$work/x" --weights random:1
fails "compile into a folder below a file" "$model" compile "$model" -o "$model/below" --weights random:1
fails "compile without weights" "weights" compile "$model" -o "$work/x"
fails "compile with missing weights" "nothere" compile "$model" -o "$work/x" --weights "$work/nothere.safetensors"
fails "compile with a bad -D" "deep" compile "$model" -o "$work/x" --weights random:1 -D deep=3
fails "compile of a folder" "$work" compile "$work" -o "$work/x" --weights random:1
if [ "$(id -u)" -ne 0 ]; then
    mkdir -p "$work/locked" && chmod a-w "$work/locked"
    fails "compile into a folder that cannot be written" "locked" compile "$model" -o "$work/locked" --weights random:1
else
    skip "compile into a folder that cannot be written" "root may write anywhere"
fi

# The diagnostic names the file as it was written, and the place in it.
printf 'net n(image: f32[1, 8, 8]) {\n    return y = image -> maxpol(2x2);\n}\n' >"$work/wrong.fov"
fails "a wrong model has a place" "wrong.fov:2:25: error: .*maxpol" show "$work/wrong.fov"

works "show" "conv1" show "$model"
works "show has the parameters" "61,\?706" show "$model"
works "show --plan" "bytes moved" show "$model" --plan
works "show --memory" "^</svg>" show "$model" --memory
fails "a picture and a table" "--memory draws a picture; it cannot be given with" show "$model" --memory --plan

# The same bytes, wherever the compiler is called from and wherever it writes.
"$fovea" compile "$model" -o "$work/first" --target c --weights random:1 >/dev/null 2>&1
mkdir -p "$work/elsewhere/deep"
(cd "$work/elsewhere/deep" && "$fovea" compile ../../lenet5.fov -o ../second --target c --weights random:1 >/dev/null 2>&1)
if [ ! -f "$work/first/lenet5.c" ]; then
    not_ok "same bytes from any folder" "nothing was written"
elif diff -r "$work/first" "$work/elsewhere/second" >"$work/diff"; then
    ok "same bytes from any folder"
else
    not_ok "same bytes from any folder" "$(head -n 1 "$work/diff")"
fi
if grep -rqI -e "$work" -e "$PWD" "$work/first"; then
    not_ok "no path of this machine in what is written" "$(grep -rlI -e "$work" -e "$PWD" "$work/first" | head -n 1)"
else
    ok "no path of this machine in what is written"
fi

# A closed or full standard output is an error, not a success.
if [ -w /dev/full ]; then
    "$fovea" show "$model" >/dev/full 2>"$work/err"
    if [ $? -eq 1 ]; then ok "a full disk is noticed"; else not_ok "a full disk is noticed" "exit status is not 1"; fi
fi

# A result never replaces what the model was read from, under no name.
mkdir "$work/apart" && ln -s ../lenet5.fov "$work/apart/link.fov" &&
    "$fovea" compile "$model" -w random:1 --save-weights "$work/apart/w.safetensors" -o "$work/apart/first" >/dev/null 2>&1
cksum "$model" "$work/apart/w.safetensors" >"$work/sums"
read_too='is read for this model'
fails "show over the model" "$read_too" show "$model" -o "$model"
fails "build over the model's link" "$read_too" build "$model" -w random:1 -o "$work/apart/link.fov"
fails "a rule for make over the model" "$read_too" compile "$model" -w random:1 -o "$work/apart/out" --depfile "$model"
fails "weights over the model" "$read_too" compile "$model" -w random:1 -o "$work/apart/out" --save-weights "$model"
fails "a program over the weights" "$read_too" build "$model" -w "$work/apart/w.safetensors" -o "$work/apart/w.safetensors"
if cksum "$model" "$work/apart/w.safetensors" | cmp -s - "$work/sums"; then
    ok "what is read stays as it is"
else
    not_ok "what is read stays as it is" "it has changed"
fi
