# logits.awk - awk -f logits.awk WANTED GOT: "same" when both have the same lines of numbers, to 1e-3 each, and the largest
# of each line at the same place; else what differs first. Words that are no numbers are passed over.
function numbers(line, into,    words, count, i, n) {
    count = split(line, words, /[ :]+/)
    for (i = 1; i <= count; i++)
        if (words[i] ~ /^-?[0-9]+\.[0-9]+(e-?[0-9]+)?$/)
            into[++n] = words[i] + 0
    return n
}
function largest(of, count,    i, best) {
    best = 1
    for (i = 2; i <= count; i++)
        if (of[i] > of[best])
            best = i
    return best
}
FNR == NR { if (numbers($0, row) > 1) wanted[++rows] = $0; next }
numbers($0, row) > 1 && !wrong {
    line++
    delete a
    delete b
    n = numbers(wanted[line], a)
    m = numbers($0, b)
    if (n != m)
        wrong = "line " line ": " m " numbers instead of " n
    for (i = 1; i <= n && !wrong; i++)
        if (b[i] - a[i] > 1e-3 || a[i] - b[i] > 1e-3)
            wrong = "line " line ", value " i ": " b[i] " instead of " a[i]
    if (!wrong && largest(a, n) != largest(b, n))
        wrong = "line " line ": another answer"
}
END {
    if (!wrong && (line != rows || !rows))
        wrong = line + 0 " lines instead of " rows + 0
    print wrong ? wrong : "same"
}
