# section.awk - one statement of the page: reads note.txt, the report, the model, further models, measuring programs.
FNR == 1 {
    file++
    path[file] = FILENAME ~ /\// ? FILENAME : "note/" folder "/" FILENAME
    sub(/^[.\/]*/, "", path[file])
}

# note.txt: a field a line.
file == 1 && match($0, /^[a-z]+: /) {
    field = substr($0, 1, RLENGTH - 2)
    rest = substr($0, RLENGTH + 1)
    if (field == "note") {
        note[++notes] = rest
    } else if (field == "text") {
        text[++texts] = rest
    } else if (field == "figure") {
        at = index(rest, " = ")
        figure[++figures] = substr(rest, 1, at - 1)
        expected[figures] = substr(rest, at + 3)
    } else {
        value_of[field] = rest
    }
    next
}
file == 1 { next }

# The report: pictures, and what was measured.
file == 2 && $0 == "@row" {
    pictures = pictures "</div>\n<div class=\"pictures\">\n"
    next
}
file == 2 && $0 == "@end" {
    finish_picture()
    inside = 0
    next
}
file == 2 && /^@[a-z]/ {
    inside = 1
    kind = $1
    argument = substr($0, length($1) + 2)
    lines = 0
    next
}
file == 2 && inside { line[++lines] = $0; next }
file == 2 && / = / {
    at = index($0, " = ")
    measured[substr($0, 1, at - 1)] = substr($0, at + 3)
}
file == 2 { next }

# Programs.
{
    if (path[file] ~ /\.fov$/ && length($0) > longest) longest = length($0)
    program[file] = program[file] (path[file] ~ /\.fov$/ ? coloured($0) : escaped($0)) "\n"
}

function finish_picture(    caption, alt, body, i, drawing) {
    if (kind == "@text") {
        body = ""
        for (i = 1; i <= lines; i++) body = body escaped(line[i]) "\n"
        transcripts = transcripts "<pre class=\"terminal\"><b>$ " escaped(argument) "</b>\n" body "</pre>\n"
        return
    }
    if (kind == "@file") {
        caption = line[1]
        alt = line[2]
        drawing = draw_file(argument, alt)
    } else {
        caption = line[1]
        alt = line[2]
        for (i = 3; i <= lines; i++) line[i - 2] = line[i]
        lines -= 2
        drawing = kind == "@map" ? draw_map(argument, alt, line, lines) \
            : kind == "@plot" ? draw_plot(argument, alt, line, lines) : draw_bars(argument, alt, line, lines)
    }
    pictures = pictures "<figure>" drawing "<figcaption>" typeset(caption) "</figcaption></figure>\n"
}

function cell(i,    name, value) {
    name = figure[i]
    if (!(name in measured)) return "<td class=\"wrong\">not measured</td>"
    if (measured[name] != expected[i] "")
        return "<td class=\"wrong\">" typeset(measured[name]) " <small>not " typeset(expected[i]) "</small></td>"
    value = typeset(measured[name])
    gsub(/; /, "<br>", value) # a row under the other
    return "<td>" value "</td>"
}

# Figures from..to are called "ROW: COLUMN".
function print_grid(from, to,    i, at, row, column, rows, columns, row_name, column_name, row_of, column_of, where, j) {
    for (i = from; i <= to; i++) {
        at = index(figure[i], ": ")
        row = substr(figure[i], 1, at - 1)
        column = substr(figure[i], at + 2)
        if (!(row in row_of)) row_name[row_of[row] = ++rows] = row
        if (!(column in column_of)) column_name[column_of[column] = ++columns] = column
        where[row_of[row], column_of[column]] = i
    }
    print "<table class=\"grid\"><thead><tr><td></td>"
    for (j = 1; j <= columns; j++) print "<th scope=\"col\">" typeset(column_name[j]) "</th>"
    print "</tr></thead><tbody>"
    for (i = 1; i <= rows; i++) {
        print "<tr><th scope=\"row\">" typeset(row_name[i]) "</th>"
        for (j = 1; j <= columns; j++) print (i, j) in where ? cell(where[i, j]) : "<td></td>"
        print "</tr>"
    }
    print "</tbody></table>"
}

function print_figures(    i, from) {
    for (i = 1; i <= figures; i++) {
        from = i
        if (index(figure[i], ": ")) {
            while (i < figures && index(figure[i + 1], ": ")) i++
            print_grid(from, i)
        } else {
            print "<table><tbody>"
            for (; i <= figures && !index(figure[i], ": "); i++)
                print "<tr><th scope=\"row\">" typeset(figure[i]) "</th>" cell(i) "</tr>"
            i--
            print "</tbody></table>"
        }
    }
}

function print_notes(    i, number, words) {
    for (i = 1; i <= notes; i++) {
        number = words = note[i]
        sub(/ .*/, "", number)
        sub(/^[^ ]* /, "", words)
        print "<blockquote><p>" escaped(words) "</p><footer>the note, line " number "</footer></blockquote>"
    }
}

function print_words(    i) {
    print "<div class=\"words\">"
    print_notes()
    if ("says" in value_of)
        print "<div class=\"loose\"><div><h4>The note says</h4><p>" prose(value_of["says"]) "</p></div><div><h4>Measured</h4><p>" \
            prose(value_of["found"]) "</p></div></div>"
    for (i = 1; i <= texts; i++) print "<p>" prose(text[i]) "</p>"
    print "</div>"
}

function print_programs(    i) {
    print "<div class=\"programs\">"
    for (i = 3; i <= file; i++)
        if (path[i] ~ /\.fov$/)
            print "<figure class=\"program\"><figcaption>" path[i] "</figcaption><pre><code>" program[i] "</code></pre></figure>"
    print "</div>"
}

# Words and figures stand on the left, the program and its pictures on the right; a program with long lines, or none: below.
END {
    print "<article id=\"" id "\"" (longest > 84 || !longest ? " class=\"wide\"" : "") ">"
    print "<h3><a href=\"#" id "\" class=\"id\">" id "</a> " escaped(value_of["title"]) "</h3>"
    print "<div class=\"side\">"
    print_words()
    print "<div class=\"measured\"><h4>Measured</h4>"
    print_figures()
    print "</div></div><div class=\"side\">"
    if (longest) print_programs()
    if (pictures != "") print "<div class=\"pictures\">\n" pictures "</div>"
    if (transcripts != "") print "<div class=\"terminals\">\n" transcripts "</div>"
    print "</div>"
    for (i = 3; i <= file; i++)
        if (path[i] !~ /\.fov$/)
            print "<details><summary>How it is measured: " path[i] "</summary><pre><code>" program[i] "</code></pre></details>"
    print "</article>"
}
