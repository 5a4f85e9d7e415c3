# tune.sh - `fovea tune` and --tune from outside: the file that is written, that its choices are those of the compiled
# net, that lines of other nets stay, and one clear error for each mistake. No test asks how long anything takes.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
TMPDIR=$work/temporary XDG_CACHE_HOME=$work/cache
export TMPDIR XDG_CACHE_HOME
mkdir "$TMPDIR"
cd "$work" || exit 1
cat >two.fov <<'MODEL'
net two(x: f32[16, 10, 12]) {
    return y = x -> a: conv(32, 3x3, pad=1) -> relu -> b: conv(24, 1x1) -> c: conv(40, 3x3, stride=2) -> relu;
}
MODEL
cat >other.fov <<'MODEL'
net other(x: f32[16, 10, 12]) { return y = x -> a: conv(32, 3x3, pad=1) -> relu -> b: conv(64, 5x5) -> relu -> c: conv(16, 1x1); }
MODEL

# is NAME EXPECTED ACTUAL
is() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "'$3' instead of '$2'"; }

# refuses NAME PATTERN ARGUMENT...: exit status 1, one error, nothing printed.
refuses() {
    name=$1 pattern=$2
    shift 2
    "$@" >out 2>err
    status=$?
    if [ $status -eq 1 ] && [ ! -s out ] && [ "$(grep -c 'error: ' err)" -eq 1 ] && grep -q -- "$pattern" err; then
        ok "$name"
    else
        not_ok "$name" "exit status $status: $(grep -m 1 'error: ' err)"
    fi
}

# ---- a file that stands here ----

shape='avx2 input 16x10x12 maps 32 kernel 3x3 stride 1x1 pad 1x1x1x1 dilation 1x1 groups 1 batch 1 blocks'
cat >by_hand.tune <<FILE
fovea tune 1
# by hand
$shape: direct maps 16 pixels 6 rows 5 # 1 ms
FILE
usual=$("$fovea" show two.fov -t avx2 --plan | grep '^as measured')
is "without a file, nothing is as measured" "" "$usual"
is "show --plan says what is" "as measured: a" "$("$fovea" show two.fov -t avx2 --plan --tune by_hand.tune | grep '^as measured')"
"$fovea" compile two.fov -w random:1 -t avx2 --tune by_hand.tune --print-plan --depfile rule -o net >out 2>err
grep -q '^kernel a: conv + relu; rows by 5, maps by 16, .*16 maps x 6 pixels in registers.*; as measured$' out &&
    ok "--print-plan says how" || not_ok "--print-plan says how" "$(grep '^kernel a' out)"
grep -q 'by_hand.tune' rule && ok "the rule for make names the file" || not_ok "the rule for make names the file" "$(cat rule)"
"$fovea" show two.fov -t avx2 --tune by_hand.tune --explain | grep -q 'it was measured to be faster directly' &&
    ok "--explain says why" || not_ok "--explain says why" "it does not"
is "the file is for avx2 alone" "" "$("$fovea" show two.fov -t avx512 --plan --tune by_hand.tune | grep '^as measured')"
# Weights are stored in other panels.
"$fovea" weights two.fov -w random:2 -t avx2 --tune by_hand.tune --check net/two.weights >out 2>err &&
    ok "other weights fit with the file" || not_ok "other weights fit with the file" "$(head -n 1 err)"
refuses "and do not without" "does not fit two" "$fovea" weights two.fov -w random:2 -t avx2 --check net/two.weights
sed 's/^# by hand/cpu Some CPU/' by_hand.tune >elsewhere.tune
"$fovea" show two.fov -t avx2 --plan --tune elsewhere.tune >out 2>err
grep -q '^elsewhere.tune:2:5: warning: measured on another CPU: this one is ' err && grep -q '^as measured: a' out &&
    ok "what another CPU measured is taken, with a warning" ||
    not_ok "what another CPU measured is taken, with a warning" "$(head -n 1 err)"

# ---- mistakes in files ----

# wrong NAME PATTERN LINE...: a file of these lines.
wrong() {
    name=$1 pattern=$2
    shift 2
    printf '%s\n' "$@" >wrong.tune
    refuses "$name" "$pattern" "$fovea" compile two.fov -w random:1 -t avx2 --tune wrong.tune -o none
}
wrong "another kind of file" "^wrong.tune:1:1: error: this is no file that 'fovea tune' wrote" "net two()"
wrong "a shape that is none" "^wrong.tune:2:12: error: expected three numbers" "fovea tune 1" "avx2 input 3x4 maps 5"
wrong "a choice that does not fit" "^wrong.tune:3:101: error: this convolution cannot be computed so: cut rows" \
    "fovea tune 1" "" "$shape: direct maps 16 pixels 6 rows 3"
wrong "a choice that is none" "^wrong.tune:2:101: error: expected 'winograd' or 'direct', not 'quickly'" "fovea tune 1" \
    "$shape: quickly"
wrong "two choices" "^wrong.tune:3:101: error: a second choice" "fovea tune 1" "$shape: winograd 2" "$shape: winograd 4"
grep -q '^wrong.tune:2:101: note: the first one' err && ok "where the first one is" || not_ok "where the first one is" "$(cat err)"
head -c 3000 /dev/urandom >noise.tune
refuses "noise" "^noise.tune:1:[0-9]*: error: " "$fovea" show two.fov --tune noise.tune
refuses "a file that is not there" 'cannot open "nothere.tune"' "$fovea" show two.fov --tune nothere.tune
refuses "a folder" 'cannot read "net"' "$fovea" show two.fov --tune net
refuses "the file as a result" "is read for this model" "$fovea" show two.fov --tune by_hand.tune -o by_hand.tune
[ ! -e none ] && ok "nothing was written" || not_ok "nothing was written" "$(ls none)"

# ---- the command ----

refuses "a target without choices" "target c has no choices" "$fovea" tune two.fov -t c
echo 'net none(x: f32[4]) { return y = x -> a: fc(3); }' >none.fov
for compiler in clang gcc; do
    have $compiler || { skip "the timing code with $compiler" "it is not there"; continue; }
    said=$($compiler -std=gnu99 -O2 -Wall -Wextra -Wpedantic -Werror -I"$OLDPWD/runtime" -fsyntax-only "$OLDPWD"/runtime/tune/*.c 2>&1) &&
        ok "the timing code with $compiler" || not_ok "the timing code with $compiler" "$(echo "$said" | head -n 1)"
done
if ! cpu_runs avx2; then
    skip "fovea tune" "this CPU cannot run avx2"
    exit 0
fi
refuses "a net without convolutions" "none has no convolution of which ways could be tried" "$fovea" tune none.fov -t avx2
"$fovea" tune two.fov -t avx2 --runs 1 >out 2>err
is "it is measured" 0 $?
is "the table has a row for each shape" 3 "$(grep -cE '^[abc] +1 ' out)"
is "the first lines" "fovea tune 1 cpu" "$(head -n 2 two.tune | tr '\n' ' ' | cut -c 1-16)"
is "a line for each shape" 3 "$(grep -c '^avx2 input .*: \(winograd\|direct\) .* # .* ms' two.tune)"
sed 1,2d two.tune | LC_ALL=C sort -c -V 2>err && ok "in order" || not_ok "in order" "$(cat err)"
is "all of them are used" "as measured: a, b, c" "$("$fovea" show two.fov -t avx2 --plan --tune two.tune | grep '^as measured')"
"$fovea" check two.fov -w random:1 -t avx2 --tune two.tune >out 2>err && grep -q ', ok ' out &&
    ok "and compute the same" || not_ok "and compute the same" "$(cat out err | head -n 1)"
is "nothing is left behind" "" "$(ls "$TMPDIR")"
# Lines of other nets stay, also those of other targets; shapes in both are measured again.
sed 's/^avx2/avx512/; s/ maps [0-9]* kernel 1x1.*//; /^avx512 [^:]*$/d' two.tune | sed -n '/^avx512.*winograd/p' >more
cat more >>two.tune
before=$(grep -c '^avx' two.tune)
"$fovea" tune other.fov -t avx2 --runs 1 -o two.tune --ways >out 2>err
is "another net" 0 $?
is "adds its lines to those that are there" $((before + 2)) "$(grep -c '^avx' two.tune)"
grep -q '^    [0-9.]* ms: winograd 2$' out && ok "--ways prints what was tried" || not_ok "--ways prints what was tried" "$(head -n 3 out)"
"$fovea" tune other.fov -t avx2 --runs 1 -o two.tune --fresh >out 2>err
is "--fresh keeps none" 3 "$(grep -c '^avx' two.tune)"
cp elsewhere.tune kept.tune
refuses "lines of another CPU" "^kept.tune:2:5: error: measured on another CPU" "$fovea" tune two.fov -t avx2 -o kept.tune
refuses "a broken file" "^noise.tune:1:[0-9]*: error: this is no file" "$fovea" tune two.fov -t avx2 -o noise.tune
refuses "the model as a result" "is read for this model" "$fovea" tune two.fov -t avx2 -o two.fov
printf '#!/bin/sh\nexit 3\n' >broken && chmod +x broken
CC=$work/broken refuses "a compiler that fails" "failed with exit status 3" "$fovea" tune two.fov -t avx2 -o kept2.tune
cmp -s elsewhere.tune kept.tune && [ ! -e kept2.tune ] && ok "these files stay as they are" ||
    not_ok "these files stay as they are" "they do not"
refuses "no folder for the file" "nowhere/two.tune" "$fovea" tune two.fov -t avx2 --runs 1 -o nowhere/two.tune
is "nothing is left behind after mistakes" "" "$(ls "$TMPDIR")"
