"""torch_net.py - a net of an ONNX file as a module of PyTorch, which has no reader of its own for that.

Knows the operators that `fovea export` writes for nets of the zoo; another is a NotImplementedError that names it. Where
PyTorch has several ways to say the same, the fastest for one picture on a CPU is taken.
"""
import numpy
import onnx.numpy_helper
import torch
from torch.nn import functional

# ---- operators: f(attributes, inputs...), an input None that is left out; whole numbers come as lists ----


def even(pads):
    """Padding as PyTorch has it, the same before and behind; None when it is not."""
    half = len(pads) // 2
    return pads[:half] if pads[:half] == pads[half:] else None


def pad_edges(x, pads, value=0.0):
    """ONNX's pads, all befores and then all behinds, for the last axes of x."""
    half = len(pads) // 2
    return functional.pad(x, [n for axis in reversed(range(half)) for n in (pads[axis], pads[axis + half])], value=value)


def convolution(a, x, weights, bias=None):
    axes = weights.dim() - 2
    pads = a.get("pads", [0] * (2 * axes))
    if even(pads) is None:
        x, pads = pad_edges(x, pads), [0] * (2 * axes)
    function = (functional.conv1d, functional.conv2d, functional.conv3d)[axes - 1]
    return function(x, weights, bias, a.get("strides", 1), even(pads), a.get("dilations", 1), a.get("group", 1))


def transposed_convolution(a, x, weights, bias=None):
    axes = weights.dim() - 2
    pads = even(a.get("pads", [0] * (2 * axes)))
    if pads is None:
        raise NotImplementedError("ConvTranspose with uneven pads")
    function = (functional.conv_transpose1d, functional.conv_transpose2d, functional.conv_transpose3d)[axes - 1]
    more = a.get("output_padding", 0)
    return function(x, weights, bias, a.get("strides", 1), pads, more, a.get("group", 1), a.get("dilations", 1))


def max_pool(a, x):
    window = a["kernel_shape"]
    pads = a.get("pads", [0] * (2 * len(window)))
    if even(pads) is None or any(2 * p > n for p, n in zip(pads, window)):
        x, pads = pad_edges(x, pads, -float("inf")), [0] * len(pads)
    function = (functional.max_pool1d, functional.max_pool2d, functional.max_pool3d)[len(window) - 1]
    ceil = bool(a.get("ceil_mode", 0))
    if a.get("blocked") and len(window) == 2:
        x = torch.mkldnn_max_pool2d(x.to_mkldnn(), window, a.get("strides", 1), even(pads), a.get("dilations", 1), ceil)
        return x.to_dense()
    return function(x, window, a.get("strides", 1), even(pads), a.get("dilations", 1), ceil_mode=ceil)


def average_pool(a, x):
    window, whole = a["kernel_shape"], bool(a.get("count_include_pad", 0))
    pads = a.get("pads", [0] * (2 * len(window)))
    if even(pads) is None:
        raise NotImplementedError("AveragePool with uneven pads")
    function = (functional.avg_pool1d, functional.avg_pool2d, functional.avg_pool3d)[len(window) - 1]
    return function(x, window, a.get("strides", 1), even(pads), bool(a.get("ceil_mode", 0)), whole)


def batch_norm(a, x, scale, bias, mean, variance):
    return functional.batch_norm(x, mean, variance, scale, bias, False, 0.0, a.get("epsilon", 1e-5))


def gemm(a, x, weights, bias=None):
    x = x.t() if a.get("transA", 0) else x
    weights = weights if a.get("transB", 0) else weights.t()
    if a.get("alpha", 1.0) != 1.0 or a.get("beta", 1.0) != 1.0:
        raise NotImplementedError("Gemm with factors")
    # One row is a product with a vector, which reads the weights where they are.
    if x.shape[0] == 1 and bias is not None and bias.dim() == 1:
        return torch.addmv(bias, weights, x[0]).unsqueeze(0)
    return functional.linear(x, weights, bias)


def local_response(a, x):
    """PyTorch's own goes through a pooling in three dimensions and a power: several times as long as sums and roots."""
    size, channels = a["size"], int(x.shape[1])
    squares = functional.pad(x * x, (0, 0) * (x.dim() - 2) + ((size - 1) // 2, size // 2))
    total = squares[:, :channels]
    for shift in range(1, size):
        total = total + squares[:, shift : shift + channels]
    total = total * (a["alpha"] / size) + a["bias"]
    if a["beta"] == 0.75:
        root = total.rsqrt()
        return x * root * root.sqrt()
    return x * total.pow(-a["beta"])


def cut(a, x, begins, ends, axes=None, steps=None):
    for i, axis in enumerate(axes or range(len(begins))):
        step = steps[i] if steps else 1
        if step < 0:
            raise NotImplementedError("Slice with a negative step")
        x = torch.ops.aten.slice(x, axis, begins[i], ends[i], step)
    return x


def pad(a, x, pads, value=None):
    if a.get("mode", "constant") != "constant":
        raise NotImplementedError("Pad by " + a["mode"])
    return pad_edges(x, pads, 0.0 if value is None else float(value))


def hard_sigmoid(a, x):
    slope, at_zero = a.get("alpha", 0.2), a.get("beta", 0.5)
    return functional.hardsigmoid(x) if abs(slope - 1 / 6) < 1e-6 and at_zero == 0.5 else (x * slope + at_zero).clamp(0, 1)


def clip(a, x, low=None, high=None):
    return torch.clamp(x, *(None if bound is None else float(bound) for bound in (low, high)))


def reshape(a, x, shape):
    return x.reshape([x.shape[i] if n == 0 else n for i, n in enumerate(shape)])


def flatten(a, x):
    return torch.flatten(x, a.get("axis", 1)) if a.get("axis", 1) == 1 else x.reshape(x.shape[: a["axis"]].numel(), -1)


def squeeze(a, x, axes):
    return x.reshape([n for i, n in enumerate(x.shape) if i not in axes and i - x.dim() not in axes])


def unsqueeze(a, x, axes):
    for axis in sorted(axes):
        x = x.unsqueeze(axis)
    return x


OPERATORS = {
    "Add": lambda a, x, y: x + y,
    "AveragePool": average_pool,
    "BatchNormalization": batch_norm,
    "Clip": clip,
    "Concat": lambda a, *parts: torch.cat(parts, a["axis"]),
    "Conv": convolution,
    "ConvTranspose": transposed_convolution,
    "Div": lambda a, x, y: x / y,
    "Dropout": lambda a, x, *_: x,
    "Flatten": flatten,
    "Gemm": gemm,
    "GlobalAveragePool": lambda a, x: functional.adaptive_avg_pool2d(x, 1) if x.dim() == 4 else x.mean(2, keepdim=True),
    "HardSigmoid": hard_sigmoid,
    "Identity": lambda a, x: x,
    "LeakyRelu": lambda a, x: functional.leaky_relu(x, a.get("alpha", 0.01)),
    "LRN": local_response,
    "MaxPool": max_pool,
    "Mul": lambda a, x, y: x * y,
    "Pad": pad,
    "ReduceSumSquare": lambda a, x: (x * x).sum(a["axes"], keepdim=bool(a["keepdims"])),
    "Relu": lambda a, x: torch.relu(x),
    "Reshape": reshape,
    "Sigmoid": lambda a, x: torch.sigmoid(x),
    "Slice": cut,
    "Softmax": lambda a, x: torch.softmax(x, a.get("axis", -1)),
    "Squeeze": squeeze,
    "Sub": lambda a, x, y: x - y,
    "Tanh": lambda a, x: torch.tanh(x),
    "Transpose": lambda a, x: x.permute(a["perm"]),
    "Unsqueeze": unsqueeze,
}


# Behind these, oneDNN keeps its own layout, and pools in it, in a module that was optimized for inference.
BLOCKED = ("Conv", "Relu", "BatchNormalization")


class Net(torch.nn.Module):
    """What the file says, node by node. Without `last`, pools that meet plain planes go through oneDNN, where PyTorch's own
    are slow; with `last`, for pictures whose channels lie together, PyTorch's own are faster."""

    def __init__(self, path, last):
        super().__init__()
        graph = onnx.load(path).graph
        self.given, self.asked, self.lists, self.names = graph.input[0].name, graph.output[0].name, {}, {}
        for i, tensor in enumerate(graph.initializer):
            value = onnx.numpy_helper.to_array(tensor)
            if value.dtype == numpy.int64:
                self.lists[tensor.name] = value.ravel().tolist()
            else:
                self.names[tensor.name] = f"constant{i}"
                self.register_buffer(f"constant{i}", torch.from_numpy(value.copy()))
        self.nodes, made_by = [], {}
        for node in graph.node:
            if node.op_type not in OPERATORS:
                raise NotImplementedError(node.op_type)
            attributes = {a.name: onnx.helper.get_attribute_value(a) for a in node.attribute}
            attributes = {name: value.decode() if isinstance(value, bytes) else value for name, value in attributes.items()}
            attributes["blocked"] = not last and made_by.get(node.input[0]) not in BLOCKED
            self.nodes.append((OPERATORS[node.op_type], attributes, list(node.input), node.output[0]))
            made_by[node.output[0]] = node.op_type

    def forward(self, x):
        values = {"": None, self.given: x, **self.lists}
        values.update((name, getattr(self, buffer)) for name, buffer in self.names.items())
        for function, attributes, inputs, output in self.nodes:
            values[output] = function(attributes, *(values[name] for name in inputs))
        return values[self.asked]
