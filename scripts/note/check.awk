# check.awk - reads an example's note.txt, which has lines "figure: NAME = VALUE", and the report of what was measured;
# prints a line for each figure that is not what it should be, was not measured, or was not expected.
function take(line) {
    at = index(line, " = ")
    name = substr(line, 1, at - 1)
    value = substr(line, at + 3)
}

FNR == 1 { file++ }
file == 1 && /^figure: / {
    take(substr($0, 9))
    if (name in expected) print name " stands twice in note.txt"
    expected[name] = value
    order[++count] = name
}
file == 2 && /^@[a-z]/ { inside = $0 !~ /^@(end|row)$/ }
file == 2 && !inside && / = / {
    take($0)
    if (name in measured) print name " was measured twice"
    else if (!(name in expected)) print name " = " value " was measured and stands in no note.txt"
    measured[name] = value
}

END {
    for (i = 1; i <= count; i++) {
        name = order[i]
        if (!(name in measured)) print name " was not measured"
        else if (measured[name] != expected[name] "") print name " is " measured[name] ", and not " expected[name]
    }
    if (!count) print "note.txt has no figure"
}
