"""lists.py - writes the lists in this folder: python3 lists.py FOLDER, with torchvision installed.

A list is what the state dict of a model of torchvision holds: NAME SHAPE, a tensor a line. Braces stand for several
names at once, as in a shell: {weight,bias}, {1..35}. Counters of batches are left out, which no net needs to run. The
line that begins with "net" names the net of examples/zoo/zoo.list, and what has to be set besides.
"""
import re
import sys

import torchvision

HEADS = dict(aux_logits=True, init_weights=False)
NETS = [  # name in zoo.list, further definitions, function of torchvision.models, its arguments
    ("alexnet-torchvision", "", "alexnet", {}),
    ("vgg11", "", "vgg11", dict(init_weights=False)),
    ("vgg13", "", "vgg13", dict(init_weights=False)),
    ("vgg16", "", "vgg16", dict(init_weights=False)),
    ("vgg19", "", "vgg19", dict(init_weights=False)),
    ("vgg11-bn", "", "vgg11_bn", dict(init_weights=False)),
    ("vgg13-bn", "", "vgg13_bn", dict(init_weights=False)),
    ("vgg16-bn", "", "vgg16_bn", dict(init_weights=False)),
    ("vgg19-bn", "", "vgg19_bn", dict(init_weights=False)),
    ("googlenet-torchvision", "heads=true", "googlenet", HEADS),
    ("resnet18", "", "resnet18", {}),
    ("resnet34", "", "resnet34", {}),
    ("resnet50", "", "resnet50", {}),
    ("resnet101", "", "resnet101", {}),
    ("resnet152", "", "resnet152", {}),
    ("squeezenet", "", "squeezenet1_1", {}),
    ("mobilenetv2", "", "mobilenet_v2", {}),
    ("densenet121", "", "densenet121", {}),
    ("shufflenet", "", "shufflenet_v2_x1_0", {}),
    ("shufflenet", "width=x0_5", "shufflenet_v2_x0_5", {}),
]


def joined(lines, pattern, braces):
    """Lines that differ only in what `pattern` finds become one, where the first of them stands."""
    found = {}
    for name, shape in lines:
        match = re.search(pattern, name)
        key = (name, None) if not match else (name[: match.start(1)] + "\0" + name[match.end(1) :], shape)
        found.setdefault((key, shape), []).append(match.group(1) if match else None)
    for (key, shape), parts in found.items():
        if parts == [None]:
            yield key[0], shape
        else:
            for part in braces(parts):
                yield key[0].replace("\0", part), shape


def words(parts):
    return ["{%s}" % ",".join(parts)] if len(parts) == 4 else parts


def ranges(parts):
    runs = []
    for number in map(int, parts):
        if runs and runs[-1][1] == number - 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ["{%d..%d}" % (a, b) if b > a else str(a) for a, b in runs]


def tensors(model):
    lines = [(name, "x".join(map(str, tensor.shape))) for name, tensor in model.state_dict().items()
             if not name.endswith(".num_batches_tracked")]
    lines = joined(lines, r"\.(weight|bias|running_mean|running_var)$", words)
    return joined(list(lines), r"^(?:layer|stage)\d+\.(\d+)\.", ranges)


for net, defines, function, arguments in NETS:
    model = getattr(torchvision.models, function)(weights=None, **arguments)
    with open("%s/%s.txt" % (sys.argv[1], function), "w") as file:
        print("# torchvision %s: %s" % (torchvision.__version__.split("+")[0], function), file=file)
        print(("net %s %s" % (net, defines)).rstrip(), file=file)
        for name, shape in tensors(model):
            print(name, shape, file=file)
