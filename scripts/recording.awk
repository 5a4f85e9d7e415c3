# recording.awk - a terminal's text on standard input becomes an animated SVG: commands ("$ ...") appear after a pause,
# their output line by line, and the window scrolls. It plays once and stays at the end; without animation one sees
# the end too.
BEGIN { rows = 24; pitch = 17; width = 860; top = 40; now = 0.4 }

{ line[++count] = $0 }

function escaped(text) {
    gsub(/&/, "\\&amp;", text)
    gsub(/</, "\\&lt;", text)
    gsub(/>/, "\\&gt;", text)
    return text
}

END {
    while (count && line[count] == "") count--
    height = top + rows * pitch + 12
    for (i = 1; i <= count; i++) {
        if (line[i] ~ /^\$ / && i > 1) now += 2.2       # time to read the answer
        at[i] = now
        now += line[i] ~ /^\$ / ? 0.9 : 0.07
    }
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" xml:space=\"preserve\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" " \
           "font-family=\"ui-monospace, DejaVu Sans Mono, monospace\" font-size=\"13\">\n", width, height, width, height
    print "<title>Fovea in a terminal: an answer, the layers, a check, a mistake, the C files</title>"
    print "<style>text{fill:#e6edf3;white-space:pre;animation:show .01s both}.c{fill:#7ee787}.e{fill:#ff7b72}"
    print "@keyframes show{from{opacity:0}to{opacity:1}}"
    over = count - rows
    if (over > 0) {
        # One keyframe a scrolled line, held until the next.
        printf ".s{animation:scroll %.2fs step-end both}@keyframes scroll{from{transform:none}", at[count]
        for (i = rows + 1; i < count; i++)
            printf "%.3f%%{transform:translateY(%dpx)}", 100 * at[i] / at[count], -(i - rows) * pitch
        printf "to{transform:translateY(%dpx)}}\n", -over * pitch
    }
    print "</style>"
    printf "<rect width=\"%d\" height=\"%d\" rx=\"8\" fill=\"#0d1117\"/>", width, height
    print "<circle cx=\"18\" cy=\"17\" r=\"5\" fill=\"#ff5f57\"/><circle cx=\"36\" cy=\"17\" r=\"5\" fill=\"#febc2e\"/><circle cx=\"54\" cy=\"17\" r=\"5\" fill=\"#28c840\"/>"
    printf "<svg y=\"%d\" width=\"%d\" height=\"%d\" overflow=\"hidden\"><g class=\"s\"%s>\n", top - 10, width, rows * pitch + 12, \
           (over > 0 ? sprintf(" transform=\"translate(0 %d)\"", -over * pitch) : "")
    for (i = 1; i <= count; i++) {
        class = line[i] ~ /^\$ / ? " class=\"c\"" : line[i] ~ /: error: / ? " class=\"e\"" : ""
        if (line[i] != "")
            printf "<text x=\"16\" y=\"%d\"%s style=\"animation-delay:%.2fs\">%s</text>\n", i * pitch, class, at[i], escaped(line[i])
    }
    print "</g></svg></svg>"
}
