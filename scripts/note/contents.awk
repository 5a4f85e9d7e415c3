# contents.awk - reads all note.txt: the list of contents, or with -v what=loose the table of what was corrected.
FNR == 1 {
    id[++count] = FILENAME
    sub(/\/note\.txt$/, "", id[count])
    sub(/.*\//, "", id[count])
    sub(/_.*/, "", id[count])
}
match($0, /^[a-z]+: /) { value[count, substr($0, 1, RLENGTH - 2)] = substr($0, RLENGTH + 1) }

END {
    for (i = 1; i <= count; i++) {
        link = "<a href=\"#" id[i] "\">"
        if (what == "loose") {
            if ((i, "says") in value)
                print "<tr><th scope=\"row\">" link escaped(value[i, "title"]) "</a></th><td>" prose(value[i, "says"]) "</td><td>" prose(value[i, "found"]) "</td></tr>"
            continue
        }
        if (value[i, "section"] != section) print "<li class=\"part\">" escaped(section = value[i, "section"]) "</li>"
        print "<li>" link escaped(value[i, "title"]) "</a>" ((i, "says") in value ? " <span class=\"mark\">a remark</span>" : "") "</li>"
    }
}
