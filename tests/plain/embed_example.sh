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
cd "$work/examples/embed" || exit 1
rm -rf build
unset MAKEFLAGS MAKELEVEL MFLAGS

for program in classify.c classify.cpp; do
    lines=$(wc -l <$program)
    [ "$lines" -lt 60 ] && ok "$program is short" || not_ok "$program is short" "$lines lines"
done
awk '/^```/ { inside = $0 == "```text"; next } inside' README.md | sort >"$work/wanted"

# answers NAME FLAGS PICTURES...: both programs, built so, give the answers of README.md, as often as pictures are given.
answers() {
    name=$1 flags=$2
    shift 2
    make clean >/dev/null
    if ! make -s FOVEA="$fovea" CC="$CC" CXX="$cxx" CFLAGS="$flags" CXXFLAGS="$flags" >"$work/said" 2>&1 || [ -s "$work/said" ]; then
        not_ok "$name is built" "$(grep -m 1 -E 'error|warning' "$work/said")"
        return
    fi
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

answers "optimised" "-O3 -Werror" pictures/*.pgm
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
    answers "under ThreadSanitizer" "-g -O1 -fsanitize=thread" pictures/*.pgm pictures/*.pgm pictures/*.pgm pictures/*.pgm
else
    skip "examples/embed under ThreadSanitizer" "it does not run here"
fi
answers "under AddressSanitizer" "-g -O1 -fsanitize=address,undefined -fno-sanitize-recover=all" pictures/*.pgm
