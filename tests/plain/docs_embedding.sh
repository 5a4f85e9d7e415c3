# docs_embedding.sh - docs/embedding.md as a stranger follows it (support/document.sh); its code compiles without a warning,
# and its table of errors is complete.
document=docs/embedding.md
. tests/plain/support/document.sh
checks="-std=c99 -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Werror"

# All that was saved is C or C++ without a warning, and all was used.
for source in mine/*.c; do
    grep -q '^/\* mine/' "$source" || continue
    folder=mine
    $CC $checks -I$folder -c -o "$work/object.o" "$source" 2>"$work/said" && ok "$source without warnings" ||
        not_ok "$source without warnings" "$(grep -m 1 -E 'error|warning' "$work/said")"
done
for source in mine/*.cpp; do
    $cxx -std=c++11 -Wall -Wextra -Wpedantic -Wshadow -Werror -Imine -c -o "$work/object.o" "$source" 2>"$work/said" &&
        ok "$source without warnings" || not_ok "$source without warnings" "$(grep -m 1 -E 'error|warning' "$work/said")"
done
unused=$(for source in mine/*.c mine/*.cpp; do
    ! grep -q '^/[/*] mine/' "$source" || grep -qh -- "$source" "$blocks"/*.sh || echo "$source"
done)
[ -z "$unused" ] && ok "all code is built" || not_ok "all code is built" "$unused"

# The table of errors has every status.
missing=$(sed -n 's/^    \(FOVEA_[A-Z_]*\)[ ,].*/\1/p; s/^    \(FOVEA_[A-Z_]*\)$/\1/p' runtime/fovea.h | grep -v '^FOVEA_CPU_' |
    while read -r status; do grep -q "^| \`$status\` |" docs/embedding.md || echo "$status"; done)
[ -z "$missing" ] && ok "every status is explained" || not_ok "every status is explained" "$missing"
