# picture.awk - pictures of numbers as SVG: maps of cells, plots, bars. Text takes the page's colour, so that it is read on
# light and dark ground; cells have colours of their own and carry their numbers where there is room.

# Between two colours given as three numbers each.
function mixed(r, g, b, to_r, to_g, to_b, part) {
    luminance = (0.3 * (r + part * (to_r - r)) + 0.59 * (g + part * (to_g - g)) + 0.11 * (b + part * (to_b - b))) / 255
    return sprintf("#%02x%02x%02x", r + part * (to_r - r) + 0.5, g + part * (to_g - g) + 0.5, b + part * (to_b - b) + 0.5)
}

# The colour of a value on a map; sets luminance.
function cell_colour(kind, value, low, high,    reach) {
    if (kind == "signed" || kind == "heat") {
        reach = high > -low ? high : -low
        if (reach == 0) reach = 1
        return value < 0 ? mixed(247, 247, 247, 33, 102, 172, -value / reach) : mixed(247, 247, 247, 179, 88, 6, value / reach)
    }
    if (kind == "count") {
        if (value == 0 || high == 0) return mixed(244, 244, 241, 0, 0, 0, 0)
        return mixed(222, 235, 247, 8, 69, 148, value / high)
    }
    if (high == low) return high > 0 ? mixed(250, 250, 245, 0, 0, 0, 0) : mixed(38, 42, 51, 0, 0, 0, 0)
    return mixed(38, 42, 51, 250, 250, 245, (value - low) / (high - low))
}

# Rows of numbers in line[1..rows].
function draw_map(kind, alt, line, rows,    columns, cell, i, j, values, low, high, fill, shown, svg, border) {
    low = 1e30
    high = -1e30
    for (i = 1; i <= rows; i++) {
        columns = split(line[i], values, " ")
        for (j = 1; j <= columns; j++) {
            if (values[j] + 0 < low) low = values[j] + 0
            if (values[j] + 0 > high) high = values[j] + 0
        }
    }
    if (kind == "plain" && low > 0) low = 0
    cell = columns <= 4 ? 44 : columns <= 8 ? 28 : columns <= 12 ? 22 : 14
    if (kind == "plain" || kind == "heat") cell = columns <= 4 ? 17 : columns <= 6 ? 22 : columns <= 12 ? 12 : columns <= 16 ? 8 : 4
    border = cell > 4 ? " stroke=\"#8a8f98\" stroke-width=\".5\"" : ""
    svg = sprintf("<svg viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" role=\"img\" aria-label=\"%s\">", \
        columns * cell + 2, rows * cell + 2, columns * cell + 2, rows * cell + 2, escaped(alt))
    for (i = 1; i <= rows; i++) {
        split(line[i], values, " ")
        for (j = 1; j <= columns; j++) {
            fill = cell_colour(kind, values[j] + 0, low, high)
            svg = svg sprintf("<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\"%s/>", \
                1 + (j - 1) * cell, 1 + (i - 1) * cell, cell, cell, fill, border)
            shown = kind == "plain" || kind == "heat" || cell < 20 ? "" : values[j] == 0 && kind == "count" ? "·" : values[j]
            sub(/^-/, "−", shown)
            if (shown != "")
                svg = svg sprintf("<text x=\"%.1f\" y=\"%.1f\" fill=\"%s\" font-size=\"%d\" text-anchor=\"middle\">%s</text>", \
                    1 + (j - 0.5) * cell, 1 + (i - 0.5) * cell + cell * (columns <= 4 ? 0.11 : 0.16), \
                    luminance > 0.55 ? (shown == "·" ? "#8a8f98" : "#16181d") : "#ffffff", \
                    columns <= 4 ? 14 : cell * 0.46, shown)
        }
    }
    return svg "</svg>"
}

# A step of 1, 2 or 5 times a power of ten, so that there are about `count` of them.
function tick_step(span_of_values, count,    power, step) {
    power = 1
    while (power * 10 <= span_of_values / count) power *= 10
    while (power > span_of_values / count) power /= 10
    step = span_of_values / count / power
    return power * (step < 1.5 ? 1 : step < 3.5 ? 2 : step < 7.5 ? 5 : 10)
}

# What stands at a tick: 20000000 as 20 M.
function tick_text(value) {
    if (value < 1e-9 && value > -1e-9) return "0"
    if (value >= 1e6 || value <= -1e6) return sprintf("%g M", value / 1e6)
    if (value >= 1e4 || value <= -1e4) return sprintf("%g k", value / 1e3)
    value = sprintf("%.6g", value)
    sub(/^-/, "−", value)
    return value
}

# Series of points: "series NAME", then "X Y" a line; `axes` is "X | Y". Each series has a colour and a dash of its own; a
# single one makes a flatter picture.
function draw_plot(axes, alt, line, lines,    i, j, p, n, svg, part, low_x, high_x, low_y, high_y, w, h, l, t, step, v, name, points, x, y) {
    split("#0072b2 #d55e00 #009e73 #cc79a7 #b8860b #56b4e9 #8a5a44", plot_colour, " ")
    split("none|7 3|2 3|9 3 2 3|none|5 5|1 4", plot_dash, "|")
    low_x = low_y = 1e30
    high_x = high_y = -1e30
    for (i = 1; i <= lines; i++) {
        if (line[i] ~ /^series/) {
            name[++n] = substr(line[i], 8)
            continue
        }
        split(line[i], p, " ")
        if (p[1] + 0 < low_x) low_x = p[1] + 0
        if (p[1] + 0 > high_x) high_x = p[1] + 0
        if (p[2] + 0 < low_y) low_y = p[2] + 0
        if (p[2] + 0 > high_y) high_y = p[2] + 0
    }
    if (low_y > 0 && low_y < high_y / 4) low_y = 0
    if (high_y == low_y) high_y = low_y + 1
    split(axes, part, " [|] ")
    l = 58
    t = 12
    w = n > 1 ? 430 : 560
    h = n > 1 ? 250 : 110
    svg = sprintf("<svg class=\"plot\" viewBox=\"0 0 640 %d\" width=\"640\" height=\"%d\" role=\"img\" aria-label=\"%s\">", h + 60, h + 60, escaped(alt))
    step = tick_step(high_y - low_y, n > 1 ? 5 : 3)
    for (v = step * int(low_y / step); v <= high_y + step * 1e-6; v += step) {
        if (v < low_y - step * 1e-6) continue
        y = t + h - (v - low_y) / (high_y - low_y) * h
        svg = svg sprintf("<path d=\"M%d %.1fH%d\" class=\"grid\"/><text x=\"%d\" y=\"%.1f\" text-anchor=\"end\">%s</text>", l, y, l + w, l - 7, y + 4, tick_text(v))
    }
    step = tick_step(high_x - low_x, 6)
    for (v = step * int(low_x / step); v <= high_x + step * 1e-6; v += step) {
        if (v < low_x - step * 1e-6) continue
        x = l + (v - low_x) / (high_x - low_x) * w
        svg = svg sprintf("<path d=\"M%.1f %dV%d\" class=\"grid\"/><text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\">%s</text>", x, t, t + h, x, t + h + 18, tick_text(v))
    }
    svg = svg sprintf("<text x=\"%.1f\" y=\"%d\" text-anchor=\"middle\" class=\"axis\">%s</text>", l + w / 2, t + h + 38, escaped(part[1]))
    svg = svg sprintf("<text transform=\"translate(13 %.1f) rotate(-90)\" text-anchor=\"middle\" class=\"axis\">%s</text>", t + h / 2, escaped(part[2]))
    j = 0
    for (i = 1; i <= lines + 1; i++) {
        if (i > lines || line[i] ~ /^series/) {
            if (j)
                svg = svg "<polyline points=\"" points sprintf("\" fill=\"none\" stroke=\"%s\" stroke-width=\"%s\" stroke-dasharray=\"%s\"/>", \
                    plot_colour[j], n > 1 ? 2.2 : 1.6, plot_dash[j])
            points = ""
            j++
            continue
        }
        split(line[i], p, " ")
        points = points sprintf("%.2f,%.2f ", l + (p[1] - low_x) / (high_x - low_x) * w, t + h - (p[2] - low_y) / (high_y - low_y) * h)
    }
    for (j = 1; n > 1 && j <= n; j++)
        svg = svg sprintf("<path d=\"M%d %dh24\" stroke=\"%s\" stroke-width=\"2.2\" stroke-dasharray=\"%s\"/><text x=\"%d\" y=\"%d\">%s</text>", \
            l + w + 14, t + 12 + j * 20, plot_colour[j], plot_dash[j], l + w + 44, t + 16 + j * 20, escaped(name[j]))
    return svg "</svg>"
}

# Lines "VALUE NAME", each a bar; `unit` stands behind the numbers.
function draw_bars(unit, alt, line, lines,    i, high, value, name, svg, y) {
    for (i = 1; i <= lines; i++)
        if (line[i] + 0 > high) high = line[i] + 0
    svg = sprintf("<svg class=\"plot\" viewBox=\"0 0 640 %d\" width=\"640\" height=\"%d\" role=\"img\" aria-label=\"%s\">", lines * 34 + 8, lines * 34 + 8, escaped(alt))
    for (i = 1; i <= lines; i++) {
        value = name = line[i]
        sub(/ .*/, "", value)
        sub(/^[^ ]* /, "", name)
        y = (i - 1) * 34 + 6
        svg = svg sprintf("<text x=\"206\" y=\"%d\" text-anchor=\"end\">%s</text><rect x=\"214\" y=\"%d\" width=\"%.1f\" height=\"22\" rx=\"2\" fill=\"#0072b2\"/><text x=\"%.1f\" y=\"%d\">%s</text>", \
            y + 16, escaped(typeset(name)), y, value / high * 320, 222 + value / high * 320, y + 16, typeset(value (unit == "" ? "" : " " unit)))
    }
    return svg "</svg>"
}

# A PNG file as it is, within the page.
function draw_file(path, alt,    command, data) {
    command = "base64 -w 0 '" path "'"
    command | getline data
    close(command)
    return "<img src=\"data:image/png;base64," data "\" alt=\"" escaped(alt) "\">"
}
