# words.sh - what the measuring scripts of this folder share. $FOVEA is the compiler; they run in the example's folder,
# and what they count is counted by `fovea show --json`.

# figure NAME VALUE: one figure, which note.txt says the value of.
figure() { printf '%s = %s\n' "$1" "$2"; }

# total KEY [OPTION...]: a total: parameters, macs, receptive_field, weighted_depth...
total() {
    key=$1
    shift
    "$FOVEA" show "${MODEL:-model.fov}" --json "$@" | awk -v key="$key" -F '\t' '
        $2 == "\"" key "\":" { gsub(/[],[]/, "", $3); print $3; found = 1 }
        END { exit !found }'
}

# table KEY... [-- OPTION...]: these of each layer, a line a layer: name, op, output (6x28x28), parameters, weights, macs...
table() {
    keys=
    while [ $# -gt 0 ] && [ "$1" != -- ]; do
        keys="$keys $1"
        shift
    done
    [ $# -gt 0 ] && shift
    "$FOVEA" show "${MODEL:-model.fov}" --json "$@" | awk -v keys="$keys" -F '\t' '
        BEGIN { count = split(keys, key, " ") }
        function flush(    i) {
            if (any)
                for (i = 1; i <= count; i++)
                    printf "%s%s", value[key[i]] == "" ? "-" : value[key[i]], i < count ? " " : "\n"
            split("", value)
            any = 0
        }
        /^\t"/ { inside = /^\t"layers"/ }
        inside && /^\t\t}/ { flush() }
        inside && /^\t\t\t"/ {
            name = $4
            gsub(/[":]/, "", name)
            gsub(/[]["]/, "", $5)
            sub(/,$/, "", $5)
            gsub(/, /, "x", $5)
            value[name] = $5
            any = 1
        }'
}

# layer LABEL KEY [OPTION...]: that of the layer with this label.
layer() {
    label=$1 key=$2
    shift 2
    table name "$key" -- "$@" | awk -v label="$label" '$1 == label { print $2; found = 1 } END { exit !found }'
}

# ratio A B [DIGITS]: A / B.
ratio() { awk -v a="$1" -v b="$2" -v digits="${3:-2}" 'BEGIN { printf "%." digits "f\n", a / b }'; }

# share A B [DIGITS]: A of B, in percent.
share() { awk -v a="$1" -v b="$2" -v digits="${3:-2}" 'BEGIN { printf "%." digits "f %%\n", 100 * a / b }'; }

# picture FILE CAPTION WORDS: a PNG that the net wrote, and what is seen on it.
picture() { printf '@file %s\n%s\n%s\n@end\n' "$1" "$2" "$3"; }

# transcript FILE COMMAND: what a command printed.
transcript() {
    printf '@text %s\n' "$2"
    cat "$1"
    echo @end
}

# kernels [OPTION...]: the learnt kernels of convolutions in the order of the model, a line each: LABEL 3x3.
kernels() {
    "$FOVEA" show "${MODEL:-model.fov}" --print-ir "$@" | awk '
        /^# / { part++ }
        part == 1 && / role=kernel .*trainable/ {
            label = $4
            gsub(/"|\.weight/, "", label)
            sub(/.*: f32\[/, "")
            sub(/\].*/, "")
            count = split($0, d, ", ")
            if (count == 4) print label, d[3] "x" d[4]
        }'
}

# in_words: how many there are of each size, most frequent first: 104 of 1x1; 50 of 3x3; 1 of 7x7.
in_words() {
    sed 's/.* //' | sort | uniq -c | sort -rn | awk '{ printf "%s%s of %s", (NR > 1 ? "; " : ""), $1, $2 } END { print "" }'
}
