#!/bin/sh
# install.sh install|uninstall - puts what BUILD has below DESTDIR/PREFIX, or takes it away again (see make install).
#
# All is below PREFIX, and what need not be elsewhere is in share/: none of it depends on the machine but bin/fovea,
# which must run where the C is made, not where it is used. share/fovea/installed.txt lists what was put there, and
# which folders were made for it, so that exactly this is taken away: by uninstall, and before a newer version comes.
# Everyone may read what is installed, whatever umask says.
set -eu
umask 022
LC_ALL=C
export LC_ALL
cd "$(dirname "$0")/.."
: "${PREFIX:=/usr/local}" "${DESTDIR:=}" "${BUILD:=build}"
case $PREFIX in
/*) ;;
*) PREFIX=$(realpath -m -- "$PREFIX") ;;
esac
[ "$PREFIX" = / ] || PREFIX=${PREFIX%/}
root=$DESTDIR$PREFIX
manifest=share/fovea/installed.txt
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
tab=$(printf '\t')

# put MODE FILE PLACE: one line of the list of what to install.
put() { printf '%s\t%s\t%s\n' "$@"; }

list_files() {
    put 755 "$BUILD/fovea" bin/fovea
    put 644 runtime/fovea.h include/fovea.h
    for file in fovea.h fovea.c LICENSE; do put 644 "runtime/$file" "share/fovea/$file"; done
    for file in runtime/opencl/*.[ch]; do put 644 "$file" "share/fovea/opencl/${file##*/}"; done
    for file in runtime/program/*.[ch]; do put 644 "$file" "share/fovea/program/${file##*/}"; done
    put 644 "$BUILD/fovea.1" share/man/man1/fovea.1
    put 644 packaging/fovea.bash share/bash-completion/completions/fovea
    put 644 "$work/fovea.pc" share/pkgconfig/fovea.pc
    put 644 packaging/FoveaConfig.cmake share/cmake/Fovea/FoveaConfig.cmake
    put 644 "$work/FoveaConfigVersion.cmake" share/cmake/Fovea/FoveaConfigVersion.cmake
    # Documents keep their places, so that what they say of each other holds.
    for file in README.md CHANGELOG.md LICENSE runtime/LICENSE grammar/LANGUAGE.md; do
        put 644 "$file" "share/doc/fovea/$file"
    done
    # What was built in them stays where it is.
    find docs examples \( -name 'build*' -o -name '.*' \) -prune -o -type f -print | sort |
        while IFS= read -r file; do put 644 "$file" "share/doc/fovea/$file"; done
}

# fill FILE: a template with its version and folder.
fill() {
    version=$(sed -n 's/^#define FOVEA_VERSION  *"\(.*\)"/\1/p' compiler/driver/options.h)
    folder=$(printf '%s\n' "$PREFIX" | sed 's/[\\&|]/\\&/g')
    sed "s|@VERSION@|$version|; s|@PREFIX@|$folder|" "$1"
}

# The folders that are not there yet, outermost first, each with a '/' behind it.
list_new_folders() {
    [ -d "$root" ] || echo ./
    cut -f 3 "$work/list" | sed 's,[^/]*$,,' | sort -u | while IFS= read -r folder; do
        while [ -n "$folder" ] && [ ! -d "$root/$folder" ]; do
            echo "$folder"
            folder=$(printf '%s\n' "${folder%/}" | sed 's,[^/]*$,,')
        done
    done | sort -u
}

# Takes away what the list of an earlier installation names: files, then the folders made for them that are empty now.
take_away() {
    sort -r "$root/$manifest" >"$work/old"
    while IFS= read -r entry; do
        case $entry in
        '' | /* | *..*) ;; # nobody but a vandal writes these
        ./ | */) ;;
        *) rm -f "$root/$entry" ;;
        esac
    done <"$work/old"
    rm -f "$root/$manifest"
    while IFS= read -r entry; do
        case $entry in
        /* | *..*) ;;
        ./) rmdir "$root" 2>/dev/null || : ;;
        */) rmdir "$root/$entry" 2>/dev/null || : ;;
        esac
    done <"$work/old"
}

case ${1-} in
install)
    fill packaging/fovea.pc.in >"$work/fovea.pc"
    fill packaging/FoveaConfigVersion.cmake.in >"$work/FoveaConfigVersion.cmake"
    list_files >"$work/list"
    [ ! -f "$root/$manifest" ] || take_away
    { list_new_folders; cut -f 3 "$work/list"; echo $manifest; } >"$work/manifest"
    # The list comes first: what an interrupted installation leaves can be taken away, too.
    mkdir -p "$root/${manifest%/*}"
    install -m 644 "$work/manifest" "$root/$manifest"
    while IFS=$tab read -r mode file place; do
        mkdir -p "$root/${place%/*}"
        install -m "$mode" "$file" "$root/$place"
    done <"$work/list"
    echo "installed in $root"
    ;;
uninstall)
    if [ ! -f "$root/$manifest" ]; then
        echo "uninstall: there is no Fovea in $root" >&2
        exit 1
    fi
    take_away
    echo "taken away from $root"
    ;;
*)
    echo "usage: PREFIX=DIR DESTDIR=DIR BUILD=DIR $0 install|uninstall" >&2
    exit 1
    ;;
esac
