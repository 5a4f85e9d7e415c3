# bench.sh - `fovea bench` from outside: the shape of what it prints, that kernels, layers and bytes are those of
# `show --plan`, that sums are sums, options, and one clear error for each mistake. No test asks how long anything takes.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
zoo=$PWD/examples/zoo
XDG_CACHE_HOME=$work/cache TMPDIR=$work/temporary
export XDG_CACHE_HOME TMPDIR
mkdir "$TMPDIR"
cat >"$work/two.fov" <<'MODEL'
net two(left: u8[1, 6, 6], right: f32[2, 6, 6]) {
    output most = right -> softmax;
    return sum = left -> l: conv(2, 1x1) -> add(right);
}
MODEL

# bench NAME ARGUMENT...: it is timed; what it prints is in $work/out.
bench() {
    name=$1
    shift
    "$fovea" bench "$@" --runs 3 >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -eq 0 ] && ! grep -q 'error: ' "$work/err"; then
        ok "$name"
    else
        not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
    fi
}

# is NAME EXPECTED ACTUAL
is() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "'$3' instead of '$2'"; }

# ---- JSON ----

# kernels FILE: "name layer layer bytes" of each kernel, as `bench --json` has them.
kernels() {
    tr -d '\n\t' <"$1" | sed 's/.*"kernels":\[{//; s/}\].*//; s/}, {/\n/g' | sed 's/"name":"\([^"]*\)","layers":\[\([^]]*\)\],.*"bytes":\([0-9]*\)$/\1 [\2] \3/' | tr -d '"'
    echo
}
# steps FILE: the same of the steps of `show --json`.
steps() {
    tr -d '\n\t' <"$1" | sed 's/.*"steps":\[{//; s/}\].*//; s/}, {/\n/g' | sed 's/^"kernel":"\([^"]*\)","computes":"\([^"]*\)".*"bytes_read":\([0-9]*\),"weight_bytes_read":\([0-9]*\),"bytes_written":\([0-9]*\),.*/\1 [\2] \3 \4 \5/; s/ + /, /g' | awk '{ sum = $NF + $(NF - 1) + $(NF - 2); sub(/ [0-9]* [0-9]* [0-9]*$/, ""); printf "%s %d\n", $0, sum }'
}
# json NAME MODEL TARGET ARGUMENT...
json() {
    name="$1 for $3" model=$2 target=$3
    shift 3
    if [ "$target" != c ] && ! cpu_runs "$target"; then
        skip "$name" "this CPU cannot run it"
        return
    fi
    bench "$name" "$model" -t "$target" "$@" --json
    cp "$work/out" "$work/json"
    is "$name: the keys" "model target threads batch fma_peak_gflops total_ms first_ms peak_rss_bytes kernels" \
        "$(sed -n 's/^	"\([a-z_]*\)":.*/\1/p' "$work/json" | tr '\n' ' ' | sed 's/ $//')"
    is "$name: those of the total" "min median" "$(sed -n 's/^		"\([a-z_]*\)":.*/\1/p' "$work/json" | tr '\n' ' ' | sed 's/ $//')"
    is "$name: those of a kernel" "name layers ms gflops bytes" \
        "$(sed -n 's/^			"\([a-z_]*\)":.*/\1/p' "$work/json" | head -n 5 | tr '\n' ' ' | sed 's/ $//')"
    is "$name: the target" "	\"target\":	\"$target\"," "$(grep '"target"' "$work/json")"
    "$fovea" show "$model" -t "$target" "$@" --json >"$work/show"
    steps "$work/show" | tr -d ' ' >"$work/expected"
    kernels "$work/json" | tr -d ' ' >"$work/actual"
    if [ -s "$work/expected" ] && cmp -s "$work/expected" "$work/actual"; then
        ok "$name: kernels, layers and bytes are those of show --plan"
    else
        not_ok "$name: kernels, layers and bytes are those of show --plan" \
            "$(diff "$work/expected" "$work/actual" | sed -n 2,3p | tr '\n' ' ')"
    fi
    # ms times GFLOP/s are the multiply-adds, which stand in show --json; every number is one, and none is negative.
    macs=$(tr -d '\n\t' <"$work/show" | sed 's/.*"weight_bytes_read":[0-9]*,"macs":\([0-9]*\),"workspace.*/\1/')
    tr -d '\n\t' <"$work/json" | sed 's/},* *{*/\n/g' | awk -v macs="$macs" '
        match($0, /"ms":[0-9.]+,"gflops":[0-9.]+/) {
            split(substr($0, RSTART, RLENGTH), part, /[:,]/)
            flops += part[2] * part[4] * 1e6
            most += part[2] * 0.0005 * 1e6 + part[4] * 0.0000005 * 1e6
        }
        END { exit !(macs > 0 && flops - 2 * macs <= most + 1 && 2 * macs - flops <= most + 1) }' &&
        ok "$name: GFLOP/s are of the multiply-adds" || not_ok "$name: GFLOP/s are of the multiply-adds" "not of $macs"
}

json lenet "$zoo/lenet.fov" avx512 -w random:1
json "kernels in bands" tests/golden/bands.fov c -w random:1
json "two inputs, bytes among them" "$work/two.fov" avx2 -w random:1 --batch 3
grep -q '"batch":	3' "$work/json" && ok "the batch" || not_ok "the batch" "$(grep batch "$work/json")"
json "a parameter" "$zoo/lenet.fov" c -w random:7 -D original=true
# Bands are what the second of these nets is there for. And only what is timed has marks.
"$fovea" compile tests/golden/bands.fov -w random:1 -o "$work/bands" >/dev/null 2>&1
grep -q '_bands(' "$work/bands/bands.c" && ok "there are bands" || not_ok "there are bands" "no function has them"
grep -q 'fovea_bench' "$work"/bands/* && not_ok "code that is not timed has no marks" "$(grep -l fovea_bench "$work"/bands/*)" ||
    ok "code that is not timed has no marks"

# ---- the table and the chart ----

bench "a table" "$zoo/lenet.fov" -w random:1 -t c --svg "$work/net.svg"
grep -q '^a run .* of 3$' "$work/out" && ok "the runs asked for" || not_ok "the runs asked for" "$(grep '^a run' "$work/out")"
awk '/^layers / { at = index($0, "ms"); inside = 1; next }
    inside && !NF { inside = 0 }
    inside { text = substr($0, 1, at + 1); sub(/.* /, "", text); sum += text; rows++ }
    /^all kernels/ { all = $3 }
    END { exit !(rows == 8 && sum - all < 0.0006 && all - sum < 0.0006) }' "$work/out" &&
    ok "all kernels are their sum" || not_ok "all kernels are their sum" "$(grep '^all kernels' "$work/out")"
widest=$(LC_ALL=C tr -d '\200-\277' <"$work/out" | awk 'length > 100 { print length; exit }')
is "no line is wider than 100" "" "$widest"
for locale in C C.UTF-8; do
    LC_ALL=$locale "$fovea" bench "$zoo/lenet.fov" -w random:1 --runs 1 >"$work/out" 2>/dev/null
    LC_ALL=C grep -q '[^ -~]' "$work/out" && found=C.UTF-8 || found=C
    is "bars in locale $locale" $locale $found
done
if ! have xmllint; then
    skip "the chart is XML" "xmllint is not there"
elif xmllint --noout "$work/net.svg" 2>"$work/err"; then
    ok "the chart is XML"
else
    not_ok "the chart is XML" "$(head -n 1 "$work/err")"
fi
is "the chart has a bar for each kernel" 8 "$(grep -o '<title>[^<]* ms, moves [^<]*</title>' "$work/net.svg" | sort -u | grep -c .)"
bench "a text in a file" "$zoo/lenet.fov" -w random:1 -o "$work/report"
grep -q '^all kernels' "$work/report" && [ ! -s "$work/out" ] && ok "and nowhere else" || not_ok "and nowhere else" "it is not there"

for net in lenet unet; do
    bench "$net with two threads" "$zoo/$net.fov" -w random:1 --threads 2
    grep -q '^one thread computes all' "$work/out" && found=one || found=several
    is "how many threads compute $net" $([ $net = lenet ] && echo one || echo several) $found
done

# ---- the program is compiled once ----

printf '#!/bin/sh\necho call >>"%s"\nexec %s "$@"\n' "$work/calls" "$CC" >"$work/cc" && chmod +x "$work/cc"
: >"$work/calls"
CC=$work/cc "$fovea" bench "$zoo/lenet.fov" -w random:2 --runs 1 >/dev/null 2>&1
first=$(grep -c . "$work/calls")
CC=$work/cc "$fovea" bench "$zoo/lenet.fov" -w random:2 --runs 2 >/dev/null 2>&1
[ "$first" -gt 0 ] && ok "the program is compiled" || not_ok "the program is compiled" "the compiler was not called"
is "and not again" "$first" "$(grep -c . "$work/calls")"
is "nothing is left behind" "" "$(ls "$TMPDIR")"
for compiler in clang gcc; do
    have $compiler || { skip "the timing code with $compiler" "it is not there"; continue; }
    said=$($compiler -std=gnu99 -O2 -Wall -Wextra -Wpedantic -Werror -Iruntime -fsyntax-only runtime/bench/*.c 2>&1) &&
        ok "the timing code with $compiler" || not_ok "the timing code with $compiler" "$(echo "$said" | head -n 1)"
done

# ---- mistakes ----

# refuses NAME PATTERN ARGUMENT...: exit status 1, one error, nothing printed.
refuses() {
    name=$1 pattern=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err"
    status=$?
    if [ $status -eq 1 ] && [ ! -s "$work/out" ] && [ "$(grep -c 'error: ' "$work/err")" -eq 1 ] &&
        grep -q -- "$pattern" "$work/err"; then
        ok "$name"
    else
        not_ok "$name" "exit status $status: $(head -n 1 "$work/err")"
    fi
}
lenet=$work/lenet.fov
cp "$zoo/lenet.fov" "$zoo/lenet_digits.fov" "$work"
time="$fovea bench $lenet -w random:1"
for runs in 0 -1 many 1.5 99999999999999999999; do
    refuses "$runs runs" "--runs takes a whole number of at least 1, not '$runs'" $time --runs=$runs
done
refuses "0 threads" "--threads takes a whole number of at least 1, not '0'" $time --threads 0
refuses "more threads than there can be" "a run takes 1024 threads at most, not 1025" $time --threads 1025
refuses "an unknown target" "no target is called 'z80'; there are c," $time -t z80
refuses "a compiler that is not there" "the C compiler 'nothere' (from CC) is not there" env CC=nothere $time
refuses "no compiler" "there is no C compiler" env -u CC PATH= $time
printf '#!/bin/sh\nexit 3\n' >"$work/broken" && chmod +x "$work/broken"
refuses "a compiler that fails" "failed with exit status 3" env "CC=$work/broken" $time -D original=true
refuses "weights that are not there" 'cannot read "nothere.safetensors"' "$fovea" bench "$lenet" -w nothere.safetensors
echo damaged >"$work/bad.safetensors"
refuses "weights that are none" "bad.safetensors" "$fovea" bench "$lenet" -w "$work/bad.safetensors"
refuses "no weights" "weights" "$fovea" bench "$lenet"
refuses "a chart in no folder" "nowhere/x.svg" $time --runs 1 --svg "$work/nowhere/x.svg"
refuses "a chart over the model" "is read for this model" $time --svg "$lenet"
refuses "a report over the model" "is read for this model" $time -o "$lenet"
is "the model stays as it is" "$(cksum <"$zoo/lenet.fov")" "$(cksum <"$lenet")"
if ! have qemu-x86_64 || [ -n "$SAN" ]; then
    skip "a CPU without AVX-512" "qemu-x86_64 is not there, or does not run sanitizers"
else
    refuses "a CPU without AVX-512" "this machine cannot run target avx512" qemu-x86_64 -cpu Haswell $time -t avx512
fi
