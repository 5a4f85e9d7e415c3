#!/bin/sh
# note.sh [BUILD [EXAMPLES]] - measures every statement of examples/note and writes BUILD/note.html: the note's sentence,
# the program, what was measured. Prints a line for each, and the page's path; exit status 1 when a figure is wrong.
set -eu
cd "$(dirname "$0")/.."
build=${1:-build} examples=${2:-examples/note}
page=$build/note.html
mkdir -p "$build/note"
work=$(cd "$build/note" && pwd)
FOVEA=$(cd "$build" && pwd)/fovea
export FOVEA
# Programs that `fovea run` builds are kept in a cache, which is not the user's here.
XDG_CACHE_HOME=$work/cache
export XDG_CACHE_HOME

folders=$(cd "$examples" && ls -d [a-z][0-9]*_*)
printf '%s\n' $folders | xargs -P "$(nproc)" -I FOLDER sh -c \
    'sh scripts/note/measure.sh "$1" "$2" || echo "it could not be measured" >"$2/problems"' - "$examples/FOLDER" "$work/FOLDER"

# field FOLDER NAME: that line of its note.txt.
field() { sed -n "s/^$2: //p" "$examples/$1/note.txt" | head -n 1; }

write_page() {
    notes=$(for folder in $folders; do echo "$examples/$folder/note.txt"; done)
    figures=$(cat $notes | grep -c '^figure: ')
    loose=$(cat $notes | grep -c '^says: ')
    cat <<HTML
<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>A lecture note on convolutional nets, executed</title>
<style>
$(cat scripts/note/page.css)
</style>
</head>
<body>
<header>
<h1>A lecture note on convolutional nets, executed</h1>
<p class="lead">$(echo $notes | wc -w) statements, each beside a program in Fovea’s language and the figures that come out of it when it is compiled and run.</p>
<p>The $figures figures in green were measured when this page was written: <code>make note</code> compiles each program to C, runs it, compares what it gives with what is expected, and writes down what it found. Sentences in italics are the note’s own, without its markup. In $loose places it is loose, and a remark says what is so.</p>
</header>
<main>
<nav aria-label="Contents">
<h2>Contents</h2>
<ol>
$(awk -f scripts/note/text.awk -f scripts/note/contents.awk $notes)
</ol>
</nav>
<section>
<h2 id="remarks">Where the note is loose</h2>
<div class="summary"><table><thead><tr><th scope="col"></th><th scope="col">The note says</th><th scope="col">Measured</th></tr></thead><tbody>
$(awk -v what=loose -f scripts/note/text.awk -f scripts/note/contents.awk $notes)
</tbody></table></div>
</section>
HTML
    section=
    for folder in $folders; do
        if [ "$(field "$folder" section)" != "$section" ]; then
            [ -z "$section" ] || echo '</section>'
            section=$(field "$folder" section)
            printf '<section>\n<h2>%s</h2>\n' "$section"
        fi
        cat "$work/$folder/section.html"
    done
    cat <<'HTML'
</section>
</main>
<footer class="page"><p>Written by <code>make note</code> from <code>examples/note/</code>. A folder there holds one statement: the sentence and what is expected in <code>note.txt</code>, the program in <code>model.fov</code>, and what measures it in <code>measure.c</code> or <code>measure.sh</code>.</p></footer>
</body>
</html>
HTML
}

wrong=0
for folder in $folders; do
    if [ -s "$work/$folder/problems" ]; then
        wrong=$((wrong + 1)) verdict=WRONG
    else
        verdict=ok
    fi
    printf '%-4s %-72s %s\n' "${folder%%_*}" "$(field "$folder" short)" $verdict
    sed 's/^/     /' "$work/$folder/problems"
done
write_page >"$page.new"
mv "$page.new" "$page"
echo "$page"
[ $wrong -eq 0 ]
