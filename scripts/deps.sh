#!/bin/sh
# deps.sh build|test|fuzz|pictures|peers|libtorch|emulators - installs the Debian packages that are missing for building
# Fovea, for its tests, for `make fuzz`, `make pictures` or `make bench-peers`, for libtorch as one of its peers (120 MB to
# fetch, 530 MB of disk), or for those tests that run on emulated machines of other kinds (170 MB to fetch, 1.2 GB of disk;
# without them they are skipped).
#
# Says nothing when all are there. Installs as root or through sudo; otherwise, with FOVEA_NO_INSTALL=1, or when apt-get
# fails, it says what to install and goes on: the build shows whether it was needed.
set -u

packages='clang libomp-dev make flex bison libcjson-dev libprotobuf-c-dev protobuf-c-compiler libonnx-dev libpng-dev libjpeg62-turbo-dev zlib1g-dev'
case ${1-} in
build) ;;
test) packages="$packages gcc g++ valgrind cmake ninja-build pkgconf mandoc libcriterion-dev libclang-rt-dev clang-format clang-tidy tidy dataset-fashion-mnist graphviz libxml2-utils ocl-icd-opencl-dev opencl-c-headers pocl-opencl-icd oclgrind" ;;
fuzz) packages="$packages libclang-rt-dev" ;;
pictures) packages="$packages graphviz" ;;
peers) packages="$packages python3 python3-venv" ;;
libtorch) packages='python3 python3-torch python3-onnx libopenblas0-openmp' ;;
emulators) packages='qemu-user qemu-system-arm gcc-aarch64-linux-gnu libc6-dev-arm64-cross gcc-arm-none-eabi libnewlib-arm-none-eabi' ;;
*)
    echo "usage: $0 build|test|fuzz|pictures|peers|libtorch|emulators" >&2
    exit 1
    ;;
esac

if ! command -v dpkg-query >/dev/null; then
    for program in clang flex bison; do
        command -v $program >/dev/null || echo "deps: '$program' is missing; Debian's names for all that is needed: $packages" >&2
    done
    exit 0
fi

# dpkg-query prints nothing for a package that it has never heard of, so the list is what stays after taking away.
installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' $packages 2>/dev/null) "
missing=
for package in $packages; do
    case $installed in
    *" installed:$package "*) ;;
    *) missing="$missing $package" ;;
    esac
done
[ -z "$missing" ] && exit 0

as_root=
[ "$(id -u)" -eq 0 ] || as_root=sudo
if [ "${FOVEA_NO_INSTALL-}" = 1 ] || ! command -v apt-get >/dev/null || { [ -n "$as_root" ] && ! command -v sudo >/dev/null; }; then
    echo "deps: please install:$missing" >&2
    exit 0
fi

echo "deps: installing$missing" >&2
export DEBIAN_FRONTEND=noninteractive
{
    $as_root apt-get -q -o DPkg::Lock::Timeout=300 update &&
        $as_root apt-get -q -y -o DPkg::Lock::Timeout=300 --no-install-recommends install $missing
} >&2 || {
    echo "deps: could not install:$missing" >&2
}
exit 0
