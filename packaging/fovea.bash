# fovea.bash - completion of fovea's command line in bash 4 or later: source it, or leave it where bash looks for it.
#
# What there is to choose from is what --help of the command prints, so that it is always that of the compiler in use.

# _fovea_files PATTERN: files that match it, and folders, which may have more of them.
_fovea_files()
{
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -f -X "!$1" -- "$word"; compgen -d -- "$word")
}

# _fovea_words WORD...: those that begin like what is there.
_fovea_words()
{
    mapfile -t COMPREPLY < <(compgen -W "$*" -- "$word")
}

# Reads the help of a command: its options, and what follows the one before the cursor: a kind of value, or words.
_fovea_read_help()
{
    local line name=
    while IFS= read -r line; do
        if [[ $line =~ ^\ +((-.),\ )?(--[a-z-]+)(\ ([^\ ]+))? ]]; then
            name=${BASH_REMATCH[3]}
            options+=("$name")
            if [[ $before == "$name" || $before == "${BASH_REMATCH[2]:-$name}" ]]; then
                option=$name value=${BASH_REMATCH[5]}
            fi
        fi
        # "  -t, --target NAME          c: portable C99", and the line below it, "avx2: x86-64"
        if [[ -n $value && $name == "$option" && $line =~ ^\ +(.*\ \ )?([a-z0-9_]+):\  ]]; then
            words+=("${BASH_REMATCH[2]}")
        fi
    done
}

_fovea()
{
    local program=${COMP_WORDS[0]/#\~\//$HOME/} command=${COMP_WORDS[1]}
    local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
    local help option='' value='' options=() words=()
    COMPREPLY=()
    if ((COMP_CWORD == 1)); then
        _fovea_words $("$program" --help 2>/dev/null | sed -n 's/^  \([a-z]*\) .*/\1/p') --help --version
        return
    fi
    # bash makes three words of --target=c
    if [[ $word == = ]]; then
        word=
    elif [[ $before == = ]]; then
        before=${COMP_WORDS[COMP_CWORD - 2]}
    fi
    help=$("$program" "$command" --help 2>/dev/null) || return
    _fovea_read_help <<<"$help"

    if ((${#words[@]})); then
        _fovea_words "${words[@]}"
        return
    fi
    case $option,$value in
    *,*'|'*) _fovea_words ${value//|/ } ;;
    *,DIR) _fovea_files / ;;
    *weights,FILE) _fovea_files '*.safetensors' ;;
    *,FILE | *,EXE) _fovea_files '*' ;;
    *,?*) ;; # a number or a name: nobody can guess it
    *)
        if [[ $word == -* ]]; then
            _fovea_words "${options[@]}"
        elif [[ $help == *INPUT* && ${COMP_WORDS[*]:2:COMP_CWORD-2} == *.fov* ]]; then
            _fovea_files '*'
        else
            _fovea_files '*.fov'
        fi
        ;;
    esac
}

complete -F _fovea fovea
