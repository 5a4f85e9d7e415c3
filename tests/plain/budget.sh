# budget.sh - --max-workspace and --max-weights: a net that takes more is refused in exact words, and nothing is written.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
root=$PWD
cd "$work" || exit 1

cat >n.fov <<'END'
net n(x: f32[3, 16, 16]) {
    x = x -> conv1: conv(8, 3x3) -> relu -> maxpool(2x2);
    return logits = x -> flatten -> fc: fc(100);
}
END

# The workspace holds conv1's 8x14x14 floats and the pool's 8x7x7: 6,272 and 1,568 bytes, and is
# a multiple of 64 bytes.
cat >workspace.err <<'END'
n.fov:2:45: error: the workspace takes 7,872 bytes, 7,871 are allowed; it is fullest here, at step 1 (maxpool)
    2 |     x = x -> conv1: conv(8, 3x3) -> relu -> maxpool(2x2);
      |                                             ^~~~~~~
n.fov:2:21: note: 6,272 bytes are taken by conv1, f32[1, 8, 14, 14]
    2 |     x = x -> conv1: conv(8, 3x3) -> relu -> maxpool(2x2);
      |                     ^~~~
n.fov:2:45: note: 1,568 bytes are taken by maxpool, f32[1, 8, 7, 7]
    2 |     x = x -> conv1: conv(8, 3x3) -> relu -> maxpool(2x2);
      |                                             ^~~~~~~
END
cat >weights.err <<'END'
fovea: error: the weights take 202,240 bytes, 65,536 are allowed
n.fov:3:41: note: 200,704 bytes are taken by fc_weight, f32[100, 392]@panels32
    3 |     return logits = x -> flatten -> fc: fc(100);
      |                                         ^~
n.fov:2:21: note: 864 bytes are taken by conv1_weight, f32[8, 3, 3, 3]@panels8
    2 |     x = x -> conv1: conv(8, 3x3) -> relu -> maxpool(2x2);
      |                     ^~~~
n.fov:3:41: note: 512 bytes are taken by fc_bias, f32[100]@panels32
    3 |     return logits = x -> flatten -> fc: fc(100);
      |                                         ^~
n.fov:2:21: note: 32 bytes are taken by conv1_bias, f32[8]@panels8
    2 |     x = x -> conv1: conv(8, 3x3) -> relu -> maxpool(2x2);
      |                     ^~~~
END

# refused NAME FILE OPTION...: the command fails with the words in FILE, prints nothing else and writes nothing.
refused() {
    name=$1 words=$2
    shift 2
    "$fovea" "$@" >out 2>err
    status=$?
    if [ $status -ne 1 ] || [ -s out ] || ! diff "$words" err >difference; then
        not_ok "$name" "status $status: $(head -n 3 difference out)"
    elif [ -e made ]; then
        not_ok "$name" "left $(ls -d made)"
    else
        ok "$name"
    fi
    rm -rf made
}

for command in 'compile n.fov -w random:1 -o made' 'build n.fov -w random:1 -o made' 'run n.fov -w random:1 x.png' \
    'show n.fov' 'show n.fov --json -o made'; do
    refused "workspace: $command" workspace.err $command --max-workspace 7871
    refused "weights: $command" weights.err $command --max-weights 64K
done
refused "weights: weights" weights.err weights n.fov -w random:1 -o made --max-weights 64K
cat workspace.err weights.err >both.err
refused "both at once" both.err show n.fov --max-workspace 7871 --max-weights 64K

# Both fit, to the byte.
if "$fovea" compile n.fov -w random:1 -o made --max-workspace 7872 --max-weights 202240 >out 2>err && [ -f made/n.c ]; then
    ok "a net that fits"
else
    not_ok "a net that fits" "$(cat err)"
fi
rm -rf made

# Six values at the fullest step: four are named, the others are counted.
cat >wide.fov <<'END'
net wide(x: f32[4, 8, 8]) {
    a = x -> a: conv(4, 1x1);
    b = x -> b: conv(4, 1x1);
    c = x -> c: conv(4, 1x1);
    d = x -> d: conv(4, 1x1);
    e = x -> e: conv(4, 1x1);
    return concat(a -> softmax, concat(e, d, c, b, a) -> softmax);
}
END
"$fovea" show wide.fov --disable all --max-workspace 1K >out 2>err
if [ "$(grep -c 'note: .* bytes are taken by' err)" -eq 5 ] && grep -q '^note: 3,072 bytes are taken by 3 others$' err; then
    ok "many values"
else
    not_ok "many values" "$(cat err)"
fi

# With a small cache, conv1 makes 2 rows of 14 for a row of the pool, and no other ones.
"$fovea" show n.fov --cache 2K --max-workspace 2496 >out 2>err
if [ $? -eq 0 ] && [ ! -s err ] && grep -q '^workspace, bytes  *2,464$' out; then
    ok "bands of rows for a small cache"
else
    not_ok "bands of rows for a small cache" "$(cat out err)"
fi
"$fovea" compile n.fov -w random:1 -o made --cache 2K --print-plan >out 2>err
if grep -q '^bands: .*, 1 row of the last at a time; held of those before 2 of 14$' out &&
    grep -q ' in bands of 1 row; held between them: 2 of 14 rows\.' made/n.c; then
    ok "a band of one row"
else
    not_ok "a band of one row" "$(cat err; grep bands out made/n.c)"
fi
rm -rf made

# What docs/embedding.md says of it.
workspace() { "$fovea" show "$root/examples/lenet5/lenet5.fov" "$@" | sed -n 's/^workspace, bytes *//p'; }
sentence="with \`--cache 8K\`, LeNet-5's workspace takes $(workspace --cache 8K) bytes instead of $(workspace)."
if tr '\n' ' ' <"$root/docs/embedding.md" | grep -qF "$sentence"; then
    ok "LeNet-5 with a small cache, as documented"
else
    not_ok "LeNet-5 with a small cache, as documented" "docs/embedding.md does not say: $sentence"
fi

for size in 0 -1 K 12Q 1.5M 10MB 99999999999999999999 9999999999G ''; do
    "$fovea" show n.fov --max-weights "$size" >out 2>err
    if [ $? -eq 1 ] && [ ! -s out ] && [ "$(head -n 1 err)" = "fovea: error: --max-weights takes a number of bytes, not '$size'" ]; then
        ok "no size: '$size'"
    else
        not_ok "no size: '$size'" "$(cat err)"
    fi
done
