#!/bin/sh
# zoo.sh [BUILD [LIST]] - a table of the nets that examples/zoo/zoo.list names: what `fovea show --json` says of each, one
# line a net, tab-separated under a header. A net that is not read, or a figure that is not there, is an error.
#
# In that JSON each member has a line of its own; those of the net itself are indented by one tab.
set -euf
cd "$(dirname "$0")/.."
build=${1:-build} list=${2:-examples/zoo/zoo.list}

figures='parameters macs receptive_field workspace_bytes weights_bytes'
echo "name $figures" | tr ' ' '\t'
while read -r name file options || [ -n "$name" ]; do
    # Options have no blanks in them, so that words are arguments.
    json=$("$build/fovea" show "$file" $options --json)
    printf '%s\n' "$json" | awk -F '\t' -v name="$name" -v figures="$figures" '
        NF == 3 && $1 == "" && $3 ~ /^[0-9]+,?$/ {
            gsub(/[":]/, "", $2)
            sub(/,/, "", $3)
            number[$2] = $3
        }
        END {
            count = split(figures, wanted, " ")
            line = name
            for (i = 1; i <= count; i++) {
                if (number[wanted[i]] == "") {
                    print "zoo.sh: fovea show says nothing of " wanted[i] " for " name | "cat >&2"
                    exit 1
                }
                line = line "\t" number[wanted[i]]
            }
            print line
        }'
done <"$list"
