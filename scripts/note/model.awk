# model.awk - a line of a model, lightly coloured: comments, words of the language, layers behind an arrow, labels, numbers.
BEGIN {
    split("net block const import weights if else for in return output on true false", list, " ")
    for (i in list) keyword[list[i]] = 1
}

function span(class, text) {
    return "<span class=\"" class "\">" escaped(text) "</span>"
}

function coloured(line,    result, word, behind) {
    while (line != "") {
        if (match(line, /^#.*/)) {
            word = span("c", substr(line, 1, RLENGTH))
        } else if (match(line, /^"[^"]*"/)) {
            word = span("s", substr(line, 1, RLENGTH))
            behind = 0
        } else if (match(line, /^->/)) {
            word = span("o", "->")
            behind = 1
        } else if (behind && match(line, /^([A-Za-z_0-9.]|[{][^}]*[}])+:/)) {
            word = span("l", substr(line, 1, RLENGTH))
        } else if (match(line, /^[A-Za-z_][A-Za-z_0-9]*/)) {
            word = substr(line, 1, RLENGTH)
            word = word in keyword ? span("k", word) : behind ? span("f", word) : escaped(word)
            behind = 0
        } else if (match(line, /^[0-9][0-9x.]*/)) {
            word = span("n", substr(line, 1, RLENGTH))
            behind = 0
        } else {
            match(line, /^./)
            word = escaped(substr(line, 1, 1))
            if (substr(line, 1, 1) != " ") behind = 0
        }
        result = result word
        line = substr(line, RLENGTH + 1)
    }
    return result
}
