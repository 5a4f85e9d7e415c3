# text.awk - how words and numbers are set in the page.
function escaped(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    gsub(/"/, "\\&quot;", text)
    return text
}

# 14450688 as 14,450,688, and all of several numbers; years and the like, of four digits, stay.
function grouped(text,    words, count, i, result) {
    count = split(text, words, " ")
    for (i = 1; i <= count; i++) {
        if (words[i] ~ /^[0-9][0-9][0-9][0-9][0-9]+$/)
            while (match(words[i], /[0-9][0-9][0-9][0-9](,|$)/))
                words[i] = substr(words[i], 1, RSTART) "," substr(words[i], RSTART + 1)
        result = result (i > 1 ? " " : "") words[i]
    }
    return result
}

# A figure's value: digits in groups, 6x28x28 with times signs, a real minus.
function typeset(value) {
    value = grouped(value)
    while (match(value, /[0-9]x[0-9]/))
        value = substr(value, 1, RSTART) "×" substr(value, RSTART + 2)
    if (value ~ /^-[0-9]/) value = "−" substr(value, 2)
    while (match(value, / -[0-9]/)) value = substr(value, 1, RSTART) "−" substr(value, RSTART + 2)
    return escaped(value)
}

# `code` between backquotes.
function prose(text,    parts, count, i, result) {
    count = split(escaped(text), parts, "`")
    for (i = 1; i <= count; i++)
        result = result (i % 2 ? parts[i] : "<code>" parts[i] "</code>")
    return result
}
