# manual.sh - the manual page and the completion of bash know what the command line takes, all of it.
. tests/plain/support/report.sh
fovea=$PWD/$BUILD/fovea
page=$PWD/$BUILD/fovea.1
completion=$PWD/packaging/fovea.bash
commands=$("$fovea" --help | sed -n 's/^  \([a-z]*\) .*/\1/p')

# options COMMAND: those of its --help, one a line.
options() { "$fovea" "$1" --help | sed -n 's/^ *\(-., \)\{0,1\}\(--[a-z-]*\).*/\2/p'; }

# ---- the manual page ----

for linter in "mandoc -Tlint -W warning" "groff -man -ww -Tutf8 -z"; do
    name="${linter%% *} finds nothing wrong with the manual page"
    if ! have ${linter%% *}; then
        skip "$name" "it is not there"
    elif $linter "$page" >"$work/out" 2>&1 && [ ! -s "$work/out" ]; then
        ok "$name"
    else
        not_ok "$name" "$(head -n 1 "$work/out")"
    fi
done

sed 's/\\f[BIR]//g; s/\\-/-/g; s/\\e/\\/g' "$page" >"$work/text"
for command in $commands; do
    awk -v wanted="$command" '/^\.S[SH]/ { inside = $0 == ".SS " wanted } inside' "$work/text" >"$work/section"
    missing=
    for option in $(options "$command"); do
        grep -q -e "^\(-., \)\{0,1\}$option\b" "$work/section" || missing="$missing $option"
    done
    # What an option does stands there once, wherever.
    "$fovea" "$command" --help | sed -n 's/^ *\(-., \)\{0,1\}--.*  *  \(.*\)/\2/p' | sed 's/^ *//' >"$work/explanations"
    grep -q . "$work/explanations" || missing="$missing explanations"
    while IFS= read -r explanation; do
        grep -qF -e "$explanation" "$work/text" || missing="$missing '$explanation'"
    done <"$work/explanations"
    [ -z "$missing" ] && ok "the manual page has $command" || not_ok "the manual page has $command" "not$missing"
done
missing=
for section in NAME SYNOPSIS DESCRIPTION COMMANDS "EXIT STATUS" ENVIRONMENT FILES EXAMPLES "SEE ALSO"; do
    grep -q "^\.SH $section\$" "$page" || missing="$missing $section"
done
for variable in $(grep -rho 'getenv("[A-Z_]*")' compiler | sed 's/.*"\(.*\)".*/\1/' | sort -u); do
    case $variable in HOME | PATH) continue ;; esac
    grep -q "^\.B $variable\$" "$page" || missing="$missing $variable"
done
[ -z "$missing" ] && ok "the manual page has all sections" || not_ok "the manual page has all sections" "not$missing"

# ---- completion ----

mkdir -p "$work/here/folder with nets" && cd "$work/here" || exit 1
for file in net.fov "my net.fov" picture.png trained.safetensors; do : >"$file"; done
cat >"$work/complete" <<'BASH'
. "$1"
shift
COMP_WORDS=("$@") COMP_CWORD=$(($# - 1))
_fovea
((${#COMPREPLY[@]})) && printf '%s\n' "${COMPREPLY[@]}" | sort -u
exit 0
BASH

# completes NAME WANTED WORD...: the last word, which may be empty; WANTED is separated by commas, in any order.
completes() {
    name=$1 wanted=$(echo "$2" | tr ',' '\n' | grep . | LC_ALL=C sort | tr '\n' ',')
    shift 2
    got=$(bash "$work/complete" "$completion" "$fovea" "$@" 2>&1 | LC_ALL=C sort | tr '\n' ',')
    [ "$got" = "$wanted" ] && ok "completion: $name" || not_ok "completion: $name" "'$got' instead of '$wanted'"
}

if have bash; then
    completes "commands" "$(echo $commands --help --version | tr ' ' ',')" ""
    completes "a command" "compile" "comp"
    for command in $commands; do
        completes "options of $command" "$(options "$command" | tr '\n' ',')" "$command" net.fov --
    done
    targets=$("$fovea" compile net.fov -o x --target none 2>&1 | sed -n 's/.*there are //p' | tr -d ' ')
    completes "targets" "$targets" compile --target ""
    completes "targets, with the short option" "$targets" compile -t ""
    completes "targets, behind =" "$targets" compile --target = ""
    completes "a target, behind =" "$(echo "$targets" | tr ',' '\n' | grep ^av | tr '\n' ',')" compile --target = av
    completes "ways to embed" "incbin,array,none" build --embed ""
    completes "models" "net.fov,my net.fov,folder with nets" compile ""
    completes "a model with a blank" "my net.fov" show my
    completes "weights" "trained.safetensors,folder with nets" compile net.fov -w ""
    completes "folders" "folder with nets" compile net.fov -o ""
    completes "inputs" "picture.png" run net.fov p
    completes "only models for show" "" show net.fov p
    completes "nothing for a number" "" compile --batch ""
    completes "nothing for a command that is not there" "" weigh ""
else
    skip "completion" "there is no bash"
fi
