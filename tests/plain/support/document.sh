# document.sh - sourced by tests of documents, with their path in $document: a stranger follows them. Every block is saved,
# built or run in a fresh tree, and what is printed is what stands there.
#
#   ```c, ```cpp, ```fov   saved under the name in the first line
#   ```sh                  run in the root; "# needs PROGRAM..." in the first line: skipped without them
#   ```text                what the block before it prints
#   ```cmake               lines of examples/embed/CMakeLists.txt
#
# Afterwards the working directory is that tree, what was saved is below mine/, and the blocks are in $blocks.
. tests/plain/support/report.sh
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$PWD/$BUILD/fovea ;;
esac
blocks=$work/blocks tree=$work/tree programs=$work/programs
mkdir "$blocks" "$tree" "$tree/build" "$programs"

# The tree as git would give it, and the compiler as `make` would make it. cc and c++ are those of the tests.
for entry in *; do
    case $entry in
    build*) ;;
    *) cp -R "$entry" "$tree" ;;
    esac
done
find "$tree/examples" -name build -prune -exec rm -rf {} +
ln -s "$fovea" "$tree/build/fovea"
case $CC in
*gcc*) cxx=g++ ;;
*) cxx=clang++ ;;
esac
have $cxx || cxx=c++
printf '#!/bin/sh\nexec %s "$@"\n' "$CC" >"$programs/cc"
printf '#!/bin/sh\nexec %s "$@"\n' "$cxx" >"$programs/c++"
# In the root, make only has to know what it would do: the compiler is there.
make=$(command -v make)
cat >"$programs/make" <<MAKE
#!/bin/sh
unset MAKEFLAGS MAKELEVEL MFLAGS
case \$1 in
-C) exec $make -s "\$@" ;;
*) exec $make -n "\$@" >/dev/null ;;
esac
MAKE
chmod +x "$programs"/*
PATH=$programs:$PATH
XDG_CACHE_HOME=$work/cache
export PATH XDG_CACHE_HOME
unset BUILD SAN

# Blocks become files 012.c, the number being that of their first line.
awk -v to="$blocks" '
    /^```/ && !name { kind = substr($0, 4); name = sprintf("%s/%03d.%s", to, NR + 1, kind); printf "" >name; next }
    /^```/ { close(name); name = ""; next }
    name { print >name }
    END { if (name) print "a block has no end" >(to "/999.open") }' "$document"

cd "$tree" || exit 1
ran=
for block in "$blocks"/*; do
    number=${block##*/} number=${number%%.*}
    at="line $number"
    case $block in
    *.c | *.cpp | *.fov)
        name=$(sed -n '1s,^[/#*]* *\(mine/[a-z+_]*\.[a-z]*\) - .*,\1,p' "$block")
        if [ -z "$name" ]; then
            not_ok "$at" "the block does not begin with its name"
        else
            mkdir -p "${name%/*}" && cp "$block" "$name" && ok "$at: $name"
        fi
        ran=
        ;;
    *.sh)
        needs=$(sed -n '1s/^# needs //p' "$block")
        if ! have $needs; then
            skip "$at" "one of these is not installed: $needs"
            ran=skipped
        elif sh -eu "$block" >"$work/printed" 2>"$work/said"; then
            ok "$at runs"
            ran=$at
        else
            not_ok "$at runs" "exit status $?: $(grep -m 1 -i error "$work/said" || head -n 1 "$work/said")"
            ran=
        fi
        ;;
    *.text)
        if [ "$ran" = skipped ]; then
            :
        elif [ -z "$ran" ]; then
            not_ok "$at" "nothing printed this"
        elif diff "$block" "$work/printed" >"$work/difference"; then
            ok "$at is what it prints"
        else
            not_ok "$at is what it prints" "$(grep -m 2 '^[<>]' "$work/difference" | tr '\n' ' ')"
        fi
        ran=
        ;;
    *.cmake) # built by embed_example.sh
        missing=$(grep -vxF -f examples/embed/CMakeLists.txt "$block")
        [ -z "$missing" ] && ok "$at: CMake" || not_ok "$at: CMake" "not in examples/embed: $missing"
        ran=
        ;;
    *) not_ok "$at" "nobody knows this kind of block" ;;
    esac
done
