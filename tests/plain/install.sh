# install.sh - make install and uninstall: what is where, for whom, and that nothing else is touched.
. tests/plain/support/report.sh
. tests/plain/support/install.sh
prefix="$work/my prefix"
source=$PWD
version=$("$BUILD/fovea" --version)
version=${version#fovea }

# same NAME WANTED GOT
same() { [ "$2" = "$3" ] && ok "$1" || not_ok "$1" "'$3' instead of '$2'"; }
# nothing NAME OUTPUT: a search found nothing.
nothing() { [ -z "$2" ] && ok "$1" || not_ok "$1" "$(echo "$2" | head -n 1)"; }

# ---- what is where ----

make_plain all >"$work/out" 2>&1 || not_ok "make all" "$(tail -n 1 "$work/out")"
umask 077
installed "install" PREFIX="$prefix"
umask 022
same "nothing is built while it is installed" "installed in $prefix" "$(cat "$work/out")"
missing=
for file in bin/fovea include/fovea.h share/fovea/fovea.h share/fovea/fovea.c share/fovea/LICENSE \
    share/fovea/program/program.h share/fovea/opencl/fovea_opencl.h share/man/man1/fovea.1 share/bash-completion/completions/fovea \
    share/pkgconfig/fovea.pc share/cmake/Fovea/FoveaConfig.cmake share/cmake/Fovea/FoveaConfigVersion.cmake \
    share/doc/fovea/README.md share/doc/fovea/LICENSE share/doc/fovea/grammar/LANGUAGE.md \
    share/doc/fovea/examples/lenet5/lenet5.fov share/doc/fovea/examples/embed/CMakeLists.txt; do
    [ -f "$prefix/$file" ] || missing="$missing $file"
done
nothing "all is there" "$missing"
nothing "everyone may read it, whatever umask says" "$(
    find "$prefix" -type d ! -perm 755
    find "$prefix" -type f ! -path '*/bin/fovea' ! -perm 644
    find "$prefix/bin/fovea" ! -perm 755)"
nothing "the list names what is there, and nothing else" "$(
    cd "$prefix" && find . -mindepth 1 -type d -printf '%P/\n' -o -type f -printf '%P\n' | LC_ALL=C sort >"$work/there"
    grep -v '^\./$' share/fovea/installed.txt | LC_ALL=C sort | diff "$work/there" -)"
same "one version" "$version $version $version" "$(sed -n 's/^Version: //p' "$prefix/share/pkgconfig/fovea.pc") $(
    sed -n 's/^set(PACKAGE_VERSION "\(.*\)")/\1/p' "$prefix/share/cmake/Fovea/FoveaConfigVersion.cmake") $(
    sed -n 's/^\.TH.*"Fovea \([^"]*\)".*/\1/p' "$prefix/share/man/man1/fovea.1")"
nothing "no path of this machine in the texts" "$(grep -rIl -e "$source" -e "$work" "$prefix" | grep -v '/fovea\.pc$')"
if have strip && [ -z "$SAN" ] && strip -o "$work/stripped" "$prefix/bin/fovea"; then
    grep -aq -e "$source" "$work/stripped" && not_ok "none in the compiler" "$source" || ok "none in the compiler"
else
    skip "no path of this machine in the compiler" "no strip, or sanitizers keep it"
fi

# ---- it works where nothing else of Fovea is ----

# From here on it is elsewhere: nothing may depend on the place where it was installed first.
mkdir "$work/else where"
moved="$work/else where/moved"
mv "$prefix" "$moved"
cp -r "$moved/share/doc/fovea/examples/lenet5" "$work/lenet5"
(
    cd "$work/lenet5" || exit 1
    env -i PATH="$PATH" HOME="$work" CC="$CC" \
        "$moved/bin/fovea" run lenet5.fov pictures/01-ankle-boot.png
) >"$work/out" 2>&1
same "the installed compiler runs an installed example" "Ankle boot" \
    "$(sed -n 's/^ *1  \(.*[a-z]\)  .*/\1/p' "$work/out")"

# A C compiler that keeps the sources it is given: those of the program are the ones that are installed.
mkdir "$work/kept"
cat >"$work/keep" <<'KEEP'
#!/bin/sh
case $PWD in */program) cp ./* "$KEPT" ;; esac
exit 1
KEEP
chmod +x "$work/keep"
KEPT="$work/kept" CC="$work/keep" "$moved/bin/fovea" build "$work/lenet5/lenet5.fov" -o "$work/app" \
    >"$work/out" 2>&1
nothing "the compiler carries the sources that are installed" "$(
    diff -r "$work/kept" "$moved/share/fovea/program" 2>&1)"
"$moved/bin/fovea" compile "$work/lenet5/lenet5.fov" -o "$work/net" >"$work/out" 2>&1
nothing "and the same runtime" "$(
    for file in fovea.h fovea.c; do diff "$work/net/$file" "$moved/share/fovea/$file" 2>&1; done
    diff "$work/net/fovea.h" "$moved/include/fovea.h" 2>&1)"
"$moved/bin/fovea" compile "$work/lenet5/lenet5.fov" -t opencl -o "$work/net" >"$work/out" 2>&1
nothing "and the same for devices" "$(diff -r "$work/net/opencl" "$moved/share/fovea/opencl" 2>&1)"
mv "$moved" "$prefix"

# ---- again, and away ----

# What an older version put there is gone, and what others put there stays.
echo "mine" >"$prefix/share/mine"
echo "old" >"$prefix/share/fovea/old.c"
printf '%s\n' share/fovea/old.c ../outside "$work/outside" >>"$prefix/share/fovea/installed.txt"
echo "safe" >"$work/outside"
installed "install again" PREFIX="$prefix/"
[ ! -e "$prefix/share/fovea/old.c" ] && [ -f "$prefix/share/fovea/fovea.c" ] &&
    ok "a newer version replaces an older one" ||
    not_ok "a newer version replaces an older one" "$(ls "$prefix/share/fovea" | tr '\n' ' ')"
make_plain uninstall PREFIX="$prefix" >"$work/out" 2>&1 || not_ok "uninstall" "$(tail -n 1 "$work/out")"
same "uninstall leaves what others put there, and nothing else" "share share/mine" \
    "$(cd "$prefix" && find . -mindepth 1 -printf '%P\n' | sort | tr '\n' ' ' | sed 's/ $//')"
[ -f "$work/outside" ] && ok "and touches nothing outside" || not_ok "and touches nothing outside" "a file is gone"
rm -r "$prefix"
installed "install once more" PREFIX="$prefix"
make_plain uninstall PREFIX="$prefix" >"$work/out" 2>&1
[ ! -e "$prefix" ] && ok "uninstall leaves nothing" || not_ok "uninstall leaves nothing" "$(find "$prefix" | tail -n 1)"
make_plain uninstall PREFIX="$prefix" >"$work/out" 2>&1 &&
    not_ok "nothing to uninstall is an error" "exit status 0" || ok "nothing to uninstall is an error"

# ---- for packages, and relative to here ----

installed "install for a package" PREFIX=/opt/fovea DESTDIR="$work/my stage"
same "paths are those of PREFIX, not of DESTDIR" "prefix=/opt/fovea" \
    "$(grep ^prefix= "$work/my stage/opt/fovea/share/pkgconfig/fovea.pc")"
nothing "no file has the path of DESTDIR" "$(grep -rIl "$work" "$work/my stage")"
make_plain uninstall PREFIX=/opt/fovea DESTDIR="$work/my stage" >"$work/out" 2>&1
nothing "a package is uninstalled" "$(find "$work/my stage" -mindepth 2)"
relative=$(realpath --relative-to=. "$work/near")
installed "install to a relative place" PREFIX="$relative"
same "a relative place is written as an absolute one" "prefix=$(realpath "$work/near")" \
    "$(grep ^prefix= "$work/near/share/pkgconfig/fovea.pc")"
