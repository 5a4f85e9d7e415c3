# link.sh - programs that link models, built with nothing but an installed Fovea: by make and pkg-config, and by CMake
# with make and with Ninja. Sources are in support/linked; every path has a blank in it.
. tests/plain/support/report.sh
. tests/plain/support/install.sh
source=$PWD
prefix="$work/my prefix"
installed "install" PREFIX="$prefix"
cp -r tests/plain/support/linked "$work/my project"
cd "$work/my project" || exit 1
PKG_CONFIG_PATH=$prefix/share/pkgconfig CMAKE_PREFIX_PATH=$prefix
export CC PKG_CONFIG_PATH CMAKE_PREFIX_PATH
unset MAKEFLAGS MAKELEVEL MFLAGS

# weights SEED: new weights for the model.
weights() {
    "$prefix/bin/fovea" compile models/tiny.fov --weights "random:$1" --save-weights models/tiny.safetensors \
        -o "$work/unused" >"$work/out" 2>&1 ||
        not_ok "weights" "$(head -n 1 "$work/out")"
}
# answers NAME COMMAND...: it succeeds, and says what the model of these weights answers, which is kept in $work/answer.
answers() {
    name=$1
    shift
    if ! "$@" >"$work/answer" 2>&1; then
        not_ok "$name" "$(tail -n 1 "$work/answer")"
    elif grep -q '^tiny -\{0,1\}[0-9]' "$work/answer"; then
        ok "$name"
    else
        not_ok "$name" "it says: $(head -n 1 "$work/answer")"
    fi
}
# builds NAME COMMAND...: it succeeds and does not warn; what it says is kept in $work/built.
builds() {
    name=$1
    shift
    if ! "$@" >"$work/built" 2>&1; then
        not_ok "$name" "$(grep -i 'error' "$work/built" | head -n 1)"
    elif grep -qi 'warning' "$work/built"; then
        not_ok "$name" "$(grep -i 'warning' "$work/built" | head -n 1)"
    else
        ok "$name"
    fi
}
# rebuilds NAME PATTERN COMMAND...: when nothing has changed PATTERN is not said; when one of the files that the model
# reads has, it is.
rebuilds() {
    name=$1 pattern=$2
    shift 2
    "$@" >"$work/built" 2>&1 && ! grep -q "$pattern" "$work/built" && ok "$name: not without need" ||
        not_ok "$name: not without need" "$(grep "$pattern" "$work/built" | head -n 1)"
    for file in tiny.fov step.fov names.txt tiny.safetensors; do
        touch "models/$file"
        "$@" >"$work/built" 2>&1 && grep -q "$pattern" "$work/built" && ok "$name: after $file" ||
            not_ok "$name: after $file" "$(tail -n 1 "$work/built")"
    done
}

warnings="-Wall -Wextra -Wpedantic -Wconversion -Werror"
weights 1

if have pkg-config; then
    builds "pkg-config" make CFLAGS="-std=c99 $warnings"
    answers "pkg-config: the program runs" ./one
    cp "$work/answer" "$work/first"
    rebuilds "pkg-config: compiled again" " compile " make
else
    skip "pkg-config" "it is not there"
fi

# cmake_builds GENERATOR FOLDER ARGUMENT...
cmake_builds() {
    generator=$1 folder=$2
    shift 2
    builds "CMake, $generator: configure" cmake -S . -B "$folder" -G "$generator" -DCMAKE_C_FLAGS="$warnings" \
        -DCMAKE_BUILD_TYPE=Release "$@"
    builds "CMake, $generator" cmake --build "$folder"
    answers "CMake, $generator: the program runs" "$folder/one"
    cp "$work/answer" "$work/before"
    rebuilds "CMake, $generator: compiled again" "Compiling net tiny" cmake --build "$folder"
    touch "$folder/fovea/tiny/tiny.weights"
    cmake --build "$folder" >"$work/built" 2>&1
    grep -q 'Building C object .*tiny_weights.S' "$work/built" && ok "CMake, $generator: linked again after the blob" ||
        not_ok "CMake, $generator: linked again after the blob" "$(tail -n 1 "$work/built")"
    # New numbers under the same names get into the program.
    weights 2
    builds "CMake, $generator: new weights" cmake --build "$folder"
    answers "CMake, $generator: the program runs with them" "$folder/one"
    cmp -s "$work/before" "$work/answer" && not_ok "CMake, $generator: new answers" "$(cat "$work/answer")" ||
        ok "CMake, $generator: new answers"
    weights 1
}

if have cmake; then
    cmake_builds "Unix Makefiles" "$work/with make"
    if [ -f "$work/first" ]; then
        cmp "$work/before" "$work/first" >"$work/out" 2>&1 && ok "CMake and pkg-config: the same answer" ||
            not_ok "CMake and pkg-config: the same answer" "$(cat "$work/first" "$work/before" | tr '\n' ' ')"
    fi
    # For a device, when there is one; its numbers may differ in the last digits, which are not printed.
    POCL_CACHE_DIR=$work/pocl
    export POCL_CACHE_DIR
    mkdir "$POCL_CACHE_DIR"
    if "$prefix/bin/fovea" devices >"$work/out" 2>&1; then
        builds "CMake: a model for OpenCL: configure" cmake -S . -B "$work/for a device" -DFOVEA_TARGET=opencl \
            -DCMAKE_C_FLAGS="$warnings"
        builds "CMake: a model for OpenCL" cmake --build "$work/for a device"
        answers "CMake: it runs" "$work/for a device/one"
        cmp -s "$work/before" "$work/answer" && ok "CMake: with the same answer" ||
            not_ok "CMake: with the same answer" "$(cat "$work/before" "$work/answer" | tr '\n' ' ')"
    else
        skip "CMake: a model for OpenCL" "there is no device: $(head -n 1 "$work/out")"
    fi
    # The installed folder is moved: CMake finds everything from where its own file is.
    mv "$prefix" "$work/moved prefix"
    prefix="$work/moved prefix"
    CMAKE_PREFIX_PATH=$prefix
    if have ninja; then
        version=$("$prefix/bin/fovea" --version)
        cmake_builds Ninja "$work/with ninja" -DWITH_CXX=ON -DFOVEA_WANTED="${version#fovea };EXACT"
        cmake --build "$work/with ninja" --target run >"$work/out" 2>&1
        grep -q '^three models$' "$work/out" && ok "CMake: three models, three ways to bind weights" ||
            not_ok "CMake: three models, three ways to bind weights" "$(tail -n 3 "$work/out" | head -n 1)"
        grep -qF "$(cat "$work/with ninja/target")" "$work/with ninja/fovea/filed/filed.c" &&
            ok "CMake: the target is passed on" ||
            not_ok "CMake: the target is passed on" "$(sed -n 3p "$work/with ninja/fovea/filed/filed.c")"
    else
        skip "CMake with Ninja" "it is not there"
    fi
    for wanted in 99.0 0.0.9; do
        cmake -S . -B "$work/refused" -DFOVEA_WANTED=$wanted >"$work/out" 2>&1 &&
            not_ok "CMake: version $wanted is refused" "exit status 0" || ok "CMake: version $wanted is refused"
    done
    # refused NAME PATTERN LINE LANGUAGE: a project with this line cannot be configured, and hears why.
    refused() {
        rm -rf "$work/wrong" "$work/refused"
        mkdir "$work/wrong"
        cat >"$work/wrong/CMakeLists.txt" <<CMAKE
cmake_minimum_required(VERSION 3.16)
project(wrong LANGUAGES $4)
find_package(Fovea REQUIRED)
$3
CMAKE
        if cmake -S "$work/wrong" -B "$work/refused" >"$work/out" 2>&1; then
            not_ok "CMake: $1" "exit status 0"
        elif tr -s '\n ' ' ' <"$work/out" | grep -q "$2"; then
            ok "CMake: $1"
        else
            not_ok "CMake: $1" "$(grep . "$work/out" | tail -n 1)"
        fi
    }
    refused "an argument that is not known" "cannot use SUORCE" 'fovea_add_model(x SUORCE x.fov)' C
    refused "no model" "no model is given" 'fovea_add_model(x TARGET c)' C
    refused "a way to bind weights that is not known" "WEIGHTS is incbin, array or file" \
        'fovea_add_model(x SOURCE x.fov WEIGHTS flash)' C
    refused "a project without C" "enable the language" '' CXX
else
    skip "CMake" "it is not there"
fi

# ---- the example that users copy, as it is installed ----

# classifies NAME FOLDER: what examples/embed was built to in a folder, in C and in C++, knows a boot and a five.
classifies() {
    for program in classify classify++; do
        if ! (cd "$work/examples/embed" && "$2/$program" pictures/*.pgm) >"$work/answer" 2>&1; then
            not_ok "$1: $program runs" "$(tail -n 1 "$work/answer")"
        elif grep -q '^pictures/boot.pgm: Ankle boot ' "$work/answer" &&
            grep -q '^pictures/five.pgm:.* five ' "$work/answer"; then
            ok "$1: $program runs"
        else
            not_ok "$1: $program runs" "$(head -n 1 "$work/answer")"
        fi
    done
}

cp -r "$prefix/share/doc/fovea/examples" "$work/examples"
if have cmake; then
    builds "examples/embed with CMake: configure" cmake -S "$work/examples/embed" -B "$work/classify" \
        -DCMAKE_C_FLAGS="$warnings" -DCMAKE_CXX_FLAGS="$warnings"
    builds "examples/embed with CMake" cmake --build "$work/classify"
    classifies "examples/embed with CMake" "$work/classify"
fi
if have pkg-config; then
    # Its Makefile cannot do with blanks: no make can, where a path is something to be made from.
    (cd "$source" && make_plain install PREFIX="$work/plain") >"$work/out" 2>&1 ||
        not_ok "install without blanks" "$(tail -n 1 "$work/out")"
    builds "examples/embed with pkg-config" env PKG_CONFIG_PATH="$work/plain/share/pkgconfig" \
        make -C "$work/examples/embed" CC="$CC" WARN="$warnings"
    classifies "examples/embed with pkg-config" build
fi
