# embed_example.sh - examples/embed: two nets and four threads in less than 60 lines, with the answers that it shows.
. tests/plain/support/report.sh
have make || { skip "examples/embed" "make is not installed"; exit 0; }
case $BUILD in
/*) fovea=$BUILD/fovea ;;
*) fovea=$PWD/$BUILD/fovea ;;
esac
case $CC in
*gcc*) cxx=g++ ;;
*) cxx=clang++ ;;
esac
have $cxx || cxx=c++
mkdir "$work/examples"
cp -R examples/embed examples/lenet5 "$work/examples"
installed=no
if [ -f scripts/install.sh ]; then
    . tests/plain/support/install.sh
    installed "install" PREFIX="$work/prefix" && installed=yes
fi
cd "$work/examples/embed" || exit 1
rm -rf build
unset MAKEFLAGS MAKELEVEL MFLAGS

for program in classify.c classify.cpp; do
    lines=$(wc -l <$program)
    [ "$lines" -lt 60 ] && ok "$program is short" || not_ok "$program is short" "$lines lines"
done
awk '/^```/ { inside = $0 == "```text"; next } inside' README.md | sort >"$work/wanted"

# builds NAME COMMAND...: it succeeds without a warning.
builds() {
    name=$1
    shift
    if "$@" >"$work/said" 2>&1 && ! grep -qi 'warning' "$work/said"; then
        ok "$name"
    else
        not_ok "$name" "$(grep -m 1 -iE 'error|warning' "$work/said" || tail -n 1 "$work/said")"
    fi
}
# answers NAME PICTURES...: both programs give the answers of README.md, as often as pictures are given.
answers() {
    name=$1
    shift
    for program in classify classify++; do
        for picture in "$@"; do echo "$picture"; done | sed 's,.*/,,' | while read -r picture; do
            grep "^pictures/$picture:" "$work/wanted"
        done | sort >"$work/expected"
        if build/$program "$@" >"$work/printed" 2>"$work/said" && sort "$work/printed" | cmp -s - "$work/expected"; then
            ok "$program, $name"
        else
            not_ok "$program, $name" "$(cat "$work/said" "$work/printed" | head -n 2 | tr '\n' ' ')"
        fi
    done
}

# flags FLAGS: builds both programs with this tree's compiler.
flags() {
    make clean FOVEA="$fovea" >/dev/null
    builds "make with $1" make FOVEA="$fovea" CC="$CC" CXX="$cxx" CFLAGS="$1" CXXFLAGS="$1"
}

flags "-O3"
answers "optimised" pictures/*.pgm
[ "$(wc -l <"$work/expected")" -eq 8 ] && ok "there are eight pictures" || not_ok "there are eight pictures" "$(cat "$work/expected")"
for program in classify classify++; do
    build/$program pictures/bag.pgm Makefile >/dev/null 2>"$work/said"
    status=$?
    if [ $status -ne 0 ] && grep -qx 'cannot use Makefile' "$work/said"; then
        ok "$program names what is no picture"
    else
        not_ok "$program names what is no picture" "exit status $status: $(cat "$work/said")"
    fi
done
if echo 'int main(void) { return 0; }' >"$work/empty.c" &&
    $CC -fsanitize=thread -o "$work/empty" "$work/empty.c" >/dev/null 2>&1 && "$work/empty" 2>/dev/null; then
    flags "-g -O1 -fsanitize=thread"
    answers "under ThreadSanitizer" pictures/*.pgm pictures/*.pgm pictures/*.pgm pictures/*.pgm
else
    skip "examples/embed under ThreadSanitizer" "it does not run here"
fi
flags "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all"
answers "under AddressSanitizer" pictures/*.pgm

# Against an installed Fovea.
if [ $installed = yes ] && have pkg-config; then
    make clean FOVEA="$fovea" >/dev/null
    builds "make with pkg-config" env PKG_CONFIG_PATH="$work/prefix/share/pkgconfig" make CC="$CC" CXX="$cxx"
    answers "by pkg-config" pictures/*.pgm
else
    skip "examples/embed by pkg-config" "it is not there, or Fovea cannot be installed"
fi
if [ $installed = yes ] && have cmake; then
    make clean FOVEA="$fovea" >/dev/null
    builds "cmake" env CC="$CC" CXX="$cxx" cmake -B build -DFovea_ROOT="$work/prefix"
    builds "cmake --build" cmake --build build
    answers "by CMake" pictures/*.pgm
else
    skip "examples/embed by CMake" "it is not there, or Fovea cannot be installed"
fi
