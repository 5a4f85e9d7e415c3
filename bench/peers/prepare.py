"""prepare.py - the nets that peers run, from what `fovea export` wrote.

A net that takes bytes begins with layers that make floats of them. Peers are given those floats, so that they need not
compute them in every run; Fovea does.
"""
import os
import subprocess

import numpy
import onnx
import onnxruntime

SYSTEM_PYTHON = "/usr/bin/python3"
PREPARING = ("Cast", "Div", "Sub", "Mul", "Add")


def readers(graph, name):
    return [node for node in graph.node if name in node.input]


def split_preparation(model):
    """The value behind the layers that prepare the input, and how many nodes these are."""
    graph = model.graph
    constants = {tensor.name for tensor in graph.initializer}
    value, count = graph.input[0].name, 0
    if graph.input[0].type.tensor_type.elem_type != onnx.TensorProto.UINT8:
        return value, 0
    while True:
        nodes = readers(graph, value)
        others = [name for name in nodes[0].input if name != value] if nodes else []
        if len(nodes) != 1 or nodes[0].op_type not in PREPARING or not constants.issuperset(others):
            return value, count
        value, count = nodes[0].output[0], count + 1


def run_once(model, feed):
    options = onnxruntime.SessionOptions()
    options.log_severity_level = 3
    session = onnxruntime.InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, feed)[0]


def prepare_input(model, given):
    """Takes those layers out of the model; what they make of the input."""
    graph = model.graph
    value, count = split_preparation(model)
    if not count:
        return given
    used = {name for node in graph.node[:count] for name in node.input}
    first = onnx.helper.make_model(
        onnx.helper.make_graph(
            list(graph.node[:count]),
            "preparation",
            list(graph.input),
            [onnx.helper.make_tensor_value_info(value, onnx.TensorProto.FLOAT, given.shape)],
            [tensor for tensor in graph.initializer if tensor.name in used],
        ),
        opset_imports=model.opset_import,
        ir_version=model.ir_version,
    )
    prepared = run_once(first, {graph.input[0].name: given})
    info = onnx.helper.make_tensor_value_info(value, onnx.TensorProto.FLOAT, given.shape)
    del graph.input[:]
    graph.input.append(info)
    del graph.node[:count]
    for tensor in [tensor for tensor in graph.initializer if tensor.name in used]:
        graph.initializer.remove(tensor)
    for info in [info for info in graph.value_info if info.name == value]:
        graph.value_info.remove(info)
    return prepared


def random_input(model):
    """Planes of bytes, or floats."""
    port = model.graph.input[0].type.tensor_type
    shape = [axis.dim_value for axis in port.shape.dim]
    random = numpy.random.default_rng(7)
    if port.elem_type == onnx.TensorProto.UINT8:
        return random.integers(0, 256, shape, dtype=numpy.uint8)
    return random.random(shape, dtype=numpy.float32)


def pnnx_program():
    import importlib.util

    return os.path.join(os.path.dirname(importlib.util.find_spec("pnnx").origin), "pnnx")


def make_ncnn(folder):
    """ncnn's own form of net.onnx, by its converter; False when that fails."""
    done = subprocess.run([pnnx_program(), "net.onnx", "fp16=0"], cwd=folder, capture_output=True)
    for name in os.listdir(folder):
        if name.startswith("net") and not name.startswith("net.ncnn.") and name != "net.onnx":
            os.remove(os.path.join(folder, name))
    return done.returncode == 0 and os.path.exists(os.path.join(folder, "net.ncnn.bin"))


def torch_forms(*words, settle=None):
    """What torch_forms.py does, in the system's own Python: PyTorch's package for pip brings gigabytes for graphics cards.
    It calls `settle` first."""
    script = os.path.join(os.path.dirname(os.path.abspath(__file__)), "torch_forms.py")
    try:
        return subprocess.run([SYSTEM_PYTHON, script, *words], capture_output=True, text=True, preexec_fn=settle)
    except OSError as said:
        return subprocess.CompletedProcess(words, 127, "", str(said))


def make_libtorch(folder, threads, settle):
    """libtorch's own forms of net.onnx, for these numbers of threads; why not, when that fails."""
    done = torch_forms("make", folder, *map(str, threads), settle=settle)
    return (done.stderr.strip() or "PyTorch ends").split("\n")[-1] if done.returncode else ""


def prepare_net(exported, folder):
    """net.onnx, its input as peers take it, and bytes as Fovea takes them. The input's and the output's size, or nothing
    when the net has several of them: then a peer that is asked for one of them would have less to do than Fovea."""
    model = onnx.load(exported)
    if len(model.graph.input) != 1 or len(model.graph.output) != 1:
        return None
    given = random_input(model)
    raw = given.transpose(0, 2, 3, 1) if given.dtype == numpy.uint8 else given
    numpy.ascontiguousarray(raw).tofile(os.path.join(folder, "input.raw"))
    numpy.save(os.path.join(folder, "input.npy"), prepare_input(model, given))
    onnx.save(model, os.path.join(folder, "net.onnx"))
    return given.nbytes, int(numpy.prod([axis.dim_value for axis in model.graph.output[0].type.tensor_type.shape.dim]))
