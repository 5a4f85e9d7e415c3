#!/bin/sh
# run.sh BUILD - times nets of the zoo in Fovea and in other runtimes, beside each other (see measure.py), and writes what
# came out into bench/RESULTS.md and bench/peers/peers.svg (see report.py).
#
# The peers are packages of Python, in an environment of their own, BUILD/peers; but libtorch is Debian's, asked through the
# system's Python: the package of PyTorch for pip brings several gigabytes of libraries for graphics cards, and Debian's has
# oneDNN and none of those. PyTorch reads no ONNX: torch_net.py does that. From the environment:
#   NETS     names of examples/zoo/zoo.list, and idle (default: that, LeNet-5, AlexNet, VGG-16, GoogLeNet, ResNet-50, -152)
#   PEERS    of onnxruntime, openvino, ncnn and libtorch (default: all)
#   TARGETS  of Fovea (default: the widest that this CPU has)
#   THREADS  (default: 1 2)    ROUNDS (default: 10)    REPORT=no: print only
#   REALTIME=yes  what is measured goes before all other work of the machine (for root alone)
set -eu
cd "$(dirname "$0")/../.."
build=${1:-build} here=bench/peers
: "${NETS:=idle lenet5 alexnet vgg16 googlenet resnet50-v1 resnet152-v1}" "${PEERS:=onnxruntime openvino ncnn libtorch}"
: "${THREADS:=1 2}" "${ROUNDS:=10}" "${REALTIME:=no}" "${REPORT:=yes}"
if [ -z "${TARGETS-}" ]; then
    TARGETS=c
    ! grep -qw avx2 /proc/cpuinfo || TARGETS=avx2
    ! grep -qw avx512dq /proc/cpuinfo || TARGETS=avx512
fi

environment=$build/peers python=$build/peers/bin/python
wanted=$(cat $here/requirements.txt)
if [ "$(cat "$environment/wanted" 2>/dev/null)" != "$wanted" ]; then
    echo "bench-peers: making a Python environment in $environment" >&2
    rm -rf "$environment"
    python3 -m venv "$environment"
    "$python" -m pip install -q --disable-pip-version-check $wanted
    # ncnn's converter is a program in a package that asks for PyTorch, which it does not use.
    "$python" -m pip install -q --disable-pip-version-check --no-deps pnnx==20261020
    printf '%s\n' "$wanted" >"$environment/wanted"
fi
case " $PEERS " in
*" libtorch "*) scripts/deps.sh libtorch ;; # measure.py says so and goes on when it did not come
esac
mkdir -p "$build/bench-peers"
export PYTHONDONTWRITEBYTECODE=1 # no folders of that beside the scripts
realtime=
[ "$REALTIME" = no ] || realtime=--realtime
"$python" $here/measure.py --fovea "$build/fovea" --build "$build/bench-peers" --json "$build/bench-peers/figures.json" \
    --nets "$NETS" --peers "$PEERS" --targets "$TARGETS" --threads "$THREADS" --rounds "$ROUNDS" $realtime
[ "$REPORT" = no ] || "$python" $here/report.py "$build/bench-peers/figures.json" bench/RESULTS.md $here/peers.svg
