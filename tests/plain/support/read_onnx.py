"""read_onnx.py - files of `fovea export` in hands that are not Fovea's: ONNX's checker and ONNX Runtime.

    read_onnx.py cases FOLDER         NUMBER.onnx with NUMBER.inputs and NUMBER.expected, as tests/ops/export.c leaves them
    read_onnx.py input FILE OUT.npy   random numbers for the file's only input
    read_onnx.py net FILE IN.npy DIR  the same answers as in DIR/NAME.npy

Prints what disagrees, and exits with 1 when anything does.
"""
import glob
import os
import sys

import numpy
import onnx
import onnxruntime

# What ONNX Runtime does not take though ONNX has it: the words with which it says so.
ITS_LIMITS = ("size_ % 2 == 1 was false", "output_padding (2) may be too large")
ALLOWED = 1e-4


def session(path):
    onnx.checker.check_model(path, full_check=True)
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])


def element(port):
    return numpy.uint8 if port.type == "tensor(uint8)" else numpy.float32


def error(actual, expected):
    largest = numpy.abs(expected).max()
    return numpy.abs(actual - expected).max() / (largest if largest > 0 else 1)


def take(raw, shape, kind):
    count = int(numpy.prod(shape)) * numpy.dtype(kind).itemsize
    return numpy.frombuffer(raw[:count], kind).reshape(shape), raw[count:]


def check_case(path):
    """What is wrong, or nothing."""
    try:
        net = session(path)
        raw, feed = open(path[:-5] + ".inputs", "rb").read(), {}
        for port in net.get_inputs():
            feed[port.name], raw = take(raw, port.shape, element(port))
        results = net.run(None, feed)
    except Exception as said:  # of any of their kinds
        return None if any(limit in str(said) for limit in ITS_LIMITS) else str(said).split("\n")[0]
    raw = open(path[:-5] + ".expected", "rb").read()
    for port, actual in zip(net.get_outputs(), results):
        expected, raw = take(raw, actual.shape, numpy.float32)
        if not error(actual, expected) <= ALLOWED:
            return f"{port.name} is off by {error(actual, expected):.2g}"
    return None


def check_cases(folder):
    paths = sorted(glob.glob(os.path.join(folder, "*.onnx")))
    wrong = [(path, said) for path in paths if (said := check_case(path))]
    for path, said in wrong:
        kinds = " ".join(node.op_type for node in onnx.load(path).graph.node)
        print(f"{os.path.basename(path)}: {said} ({kinds})")
    print(f"{len(paths)} nets, {len(wrong)} wrong")
    return not wrong and len(paths) > 400


def write_input(path, to):
    port = session(path).get_inputs()[0]
    random = numpy.random.default_rng(7)
    kind = element(port)
    numbers = random.integers(0, 256, port.shape) if kind is numpy.uint8 else random.random(port.shape)
    numpy.save(to, numbers.astype(kind)[0])
    return True


def check_net(path, given, folder):
    net = session(path)
    results = net.run(None, {net.get_inputs()[0].name: numpy.load(given)[None]})
    fine = True
    for port, actual in zip(net.get_outputs(), results):
        off = error(numpy.load(os.path.join(folder, port.name + ".npy")).reshape(actual.shape), actual)
        print(f"{port.name} is off by {off:.2g}")
        fine &= bool(off <= ALLOWED)
    return fine


COMMANDS = {"cases": check_cases, "input": write_input, "net": check_net}
sys.exit(0 if COMMANDS[sys.argv[1]](*sys.argv[2:]) else 1)
