"""report.py - what measure.py found as a section of bench/RESULTS.md, and as a chart.

    report.py FIGURES.json RESULTS.md CHART.svg

The section stands between two marks; the rest of the file stays as it is.
"""
import json
import os
import sys

BEGIN, END = "<!-- make bench-peers writes from here -->", "<!-- to here -->"
TITLES = {"onnxruntime": "ONNX Runtime", "openvino": "OpenVINO", "ncnn": "ncnn", "libtorch": "libtorch"}
COLOURS = {"onnxruntime": "#8f8f8f", "openvino": "#a9a85f", "ncnn": "#b3a1c4", "libtorch": "#d39a6a"}
OURS = ("#1b6e9c", "#5aa0c4", "#9cc8de")


def title(system):
    return TITLES.get(system, system.replace("fovea", "Fovea"))


def systems_of(nets):
    """All that took part anywhere, Fovea first, in the order of measuring."""
    found = []
    for by_threads in nets.values():
        for rows in by_threads.values():
            found += [system for system in rows if system not in found]
    return found


def number(value):
    """Three figures that count."""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:.1f}" if value >= 10 else f"{value:.2f}" if value >= 1 else f"{value:.{4 if value >= 1e-3 else 6}f}"


def table(header, rows):
    lines = ["| " + " | ".join(header) + " |", "|" + "---|" * len(header)]
    return "\n".join(lines + ["| " + " | ".join(row) + " |" for row in rows])


def against(rows):
    """How many times as long the fastest peer takes as the fastest of ours."""
    ours = min(row["min_ms"] for system, row in rows.items() if system.startswith("fovea"))
    peers = {system: row["min_ms"] for system, row in rows.items() if not system.startswith("fovea")}
    if not peers:
        return "-"
    best = min(peers, key=peers.get)
    return f"{peers[best] / ours:.2f} ({title(best)})"


def times_table(nets, systems, threads):
    rows = []
    for name, by_threads in nets.items():
        found = by_threads.get(threads, {})
        cells = [f"{number(found[s]['min_ms'])} / {number(found[s]['median_ms'])}" if s in found else "-" for s in systems]
        rows.append([name, *cells, against(found) if found and name != "idle" else "-"])
    return table(["net", *map(title, systems), "fastest peer / Fovea"], rows)


def other_table(nets, systems, threads, field, text):
    rows = []
    for name, by_threads in nets.items():
        found = by_threads.get(threads, {})
        rows.append([name, *(text(found[s][field]) if s in found else "-" for s in systems)])
    return table(["net", *map(title, systems)], rows)


def megabytes(value):
    return f"{value / 1e6:.1f}" if value < 1e7 else f"{value / 1e6:.0f}"


def probes(nets):
    """The least and the most of the probe's best figures, and the lowest figure of all."""
    best, low = [], []
    for by_threads in nets.values():
        for rows in by_threads.values():
            for row in rows.values():
                best.append(max(row["probe"]))
                low.append(min(row["probe"]))
    return min(best), max(best), min(low)


def section(figures):
    machine, nets = figures["machine"], figures["nets"]
    systems = systems_of(nets)
    libtorch = "libtorch" in systems
    threads = sorted({t for by_threads in nets.values() for t in by_threads}, key=int)
    versions = ", ".join(f"{title(peer)} {version}" for peer, version in machine["versions"].items())
    least, most, low = probes(nets)
    parts = [
        f"{machine['cpu']}, {machine['cores']} cores, {machine['system']}; commit {machine['commit']}, {machine['date']}; "
        f"{machine['compiler']}; {versions}. {machine['rounds']} rounds of turns; load of the machine at the beginning "
        f"{machine['load']:.1f}. The probe, one core's multiply-adds beside each turn, read {least:.0f} to {most:.0f} "
        f"GFLOP/s at its best in each row, and {low:.0f} at its worst: minima are what compares."
        + (" What was measured went before all other work of the machine." if machine["realtime"] else ""),
        "`make bench-peers` prints and writes this. Same nets, same random weights (`fovea export` for the peers), "
        "batch 1, all in single precision, pinned to the same cores, in turns. Peers get prepared floats; Fovea gets the "
        "bytes of a picture and prepares them in its first kernel. Peers are asked through Python; `idle`, one relu of one "
        "number, is what that takes.",
        "![The times of each net as bars, Fovea's and the peers'](peers/peers.svg)",
    ]
    for count in threads:
        parts.append(f"### {count} thread{'s' if int(count) > 1 else ''}: milliseconds, minimum / median")
        parts.append(times_table(nets, systems, count))
    if figures.get("missing"):
        parts.append("\n".join(f"- {one['net']}, without {title(one['system'])}: {one['why']}" for one in figures["missing"]))
    first = threads[0]
    parts += [
        "### Start of the program to the first answer, milliseconds",
        "The fastest of several starts with one thread, files in the page cache. Python's own start is part of the peers'."
        + (" So is, with Debian's libtorch, that it opens hundreds of libraries for video and pictures." if libtorch else ""),
        other_table(nets, systems, first, "first_ms", number),
        "### Peak memory of the process, MB",
        other_table(nets, systems, first, "peak_bytes", megabytes),
        "### What is shipped, MB",
        "Fovea: program and weights. Peers: the runtime's libraries, without Python, and the net."
        + (" libtorch's are those that compute, oneDNN and OpenBLAS among them; not those others." if libtorch else ""),
        other_table(nets, systems, first, "shipped_bytes", megabytes),
        "### Largest difference of an output from Fovea's, as a part of the largest output",
        other_table(nets, systems, first, "difference", lambda value: f"{value:.1e}"),
    ]
    return "\n\n".join(parts)


def insert(path, text):
    with open(path) as file:
        whole = file.read()
    if BEGIN in whole and END in whole:
        before, rest = whole.split(BEGIN, 1)
        after = rest.split(END, 1)[1]
    else:
        before, after = whole.rstrip("\n") + "\n\n## Beside other runtimes\n\n", "\n"
    made = f"{before}{BEGIN}\n\n{text}\n\n{END}{after}"
    with open(path + ".new", "w") as file:
        file.write(made)
    os.replace(path + ".new", path)


# ---- the chart: a panel a number of threads, a group a net, bars as long as its times, the group's longest full ----

BAR, GAP, LABEL, WIDTH, PANEL = 13, 14, 96, 250, 420


def bar_colours(systems):
    ours = [system for system in systems if system.startswith("fovea")]
    return {system: OURS[ours.index(system) % 3] if system in ours else COLOURS[system] for system in systems}


def panel(nets, systems, threads, x, colours):
    y, out = 58, [f'<text x="{x + LABEL}" y="48" class="head">{threads} thread{"s" if int(threads) > 1 else ""}</text>']
    for name, by_threads in nets.items():
        if name == "idle":
            continue
        rows = by_threads.get(threads, {})
        longest = max((row["min_ms"] for row in rows.values()), default=1)
        best = min(rows, key=lambda system: rows[system]["min_ms"], default=None)
        out.append(f'<text x="{x + LABEL - 8}" y="{y + len(systems) * BAR / 2 + 4}" class="net">{name}</text>')
        for system in systems:
            if system in rows:
                length = max(1, WIDTH * rows[system]["min_ms"] / longest)
                kind = ' class="best"' if system == best else ""
                out.append(f'<rect x="{x + LABEL}" y="{y}" width="{length:.1f}" height="{BAR - 2}" fill="{colours[system]}"/>')
                out.append(f'<text x="{x + LABEL + length + 5:.1f}" y="{y + BAR - 4}"{kind}>{number(rows[system]["min_ms"])} ms</text>')
            y += BAR
        y += GAP
    return out, y


def chart(figures):
    nets = figures["nets"]
    systems = systems_of(nets)
    threads = sorted({t for by_threads in nets.values() for t in by_threads}, key=int)
    colours, body, height = bar_colours(systems), [], 0
    x = 16
    for system in systems:
        body.append(f'<rect x="{x}" y="14" width="11" height="11" fill="{colours[system]}"/>')
        body.append(f'<text x="{x + 16}" y="24" class="key">{title(system)}</text>')
        x += 34 + 7 * len(title(system))
    for i, count in enumerate(threads):
        lines, bottom = panel(nets, systems, count, i * PANEL, colours)
        body += lines
        height = max(height, bottom)
    width = PANEL * len(threads)
    style = (
        "text{font:11px sans-serif;fill:#222}.head{font-weight:bold;font-size:13px}.key{font-size:12px}"
        ".net{text-anchor:end;font-size:12px}.best{font-weight:bold}"
    )
    head = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">'
    return "\n".join([head, f"<style>{style}</style>", f'<rect width="{width}" height="{height}" fill="#fff"/>', *body, "</svg>\n"])


def main():
    figures_path, results_path, chart_path = sys.argv[1:]
    with open(figures_path) as file:
        figures = json.load(file)
    insert(results_path, section(figures))
    with open(chart_path, "w") as file:
        file.write(chart(figures))


main()
