# import.sh - for scripts on ONNX files: they work in `$work`, with absolute paths of the program ($fovea, in $built), of
# the repository ($root) and of FOVEA_MATERIAL ($material), which need not be there.
. tests/plain/support/report.sh
root=$PWD
case $BUILD in
/*) built=$BUILD ;;
*) built=$root/$BUILD ;;
esac
fovea=$built/fovea material=${FOVEA_MATERIAL:-../shared/material}
[ -d "$material" ] && material=$(cd "$material" && pwd)
export XDG_CACHE_HOME="$work/programs"
cd "$work" || exit 1
