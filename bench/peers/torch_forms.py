"""torch_forms.py - what libtorch runs, by the Python that has PyTorch.

    torch_forms.py make FOLDER THREADS...   net.onnx of FOLDER as TorchScript
    torch_forms.py about                    version and libraries, as JSON

A net is traced and frozen (which folds batch normalization into convolutions) with the channels of a picture first, and
with them last; each of the two can be optimized for inference once it is loaded, for it cannot be kept so. All four are
timed with each number of threads. FOLDER/net.torch.json says which is the fastest: {THREADS: {"file", "last", "optimize"}}.
"""
import json
import os
import re
import subprocess
import sys
import time
import warnings

import numpy
import torch

ROUNDS, SECONDS, LEAST = 2, 0.3, 4  # how often a form is timed, for how long, and over how many runs at least


def best_time(module, given):
    """The fastest run, in seconds; the first ones compile."""
    with torch.inference_mode():
        for _ in range(3):
            module(given)
        times, until = [], time.perf_counter() + SECONDS
        while time.perf_counter() < until or len(times) < LEAST:
            begin = time.perf_counter()
            module(given)
            times.append(time.perf_counter() - begin)
    return min(times)


def save(onnx_path, path, given, last):
    import torch_net

    net = torch_net.Net(onnx_path, last).eval()
    if last:
        net = net.to(memory_format=torch.channels_last)
    with torch.no_grad():
        torch.jit.freeze(torch.jit.trace(net, given, check_trace=False)).save(path)


def load(folder, form):
    module = torch.jit.load(os.path.join(folder, form["file"]))
    return torch.jit.optimize_for_inference(module) if form["optimize"] else module


def make(folder, counts):
    given = {False: torch.from_numpy(numpy.load(os.path.join(folder, "input.npy")))}
    if given[False].dim() == 4:
        given[True] = given[False].contiguous(memory_format=torch.channels_last)
    files = {last: "net.last.pt" if last else "net.first.pt" for last in given}
    for last, file in files.items():
        save(os.path.join(folder, "net.onnx"), os.path.join(folder, file), given[last], last)
    forms = [{"file": files[last], "last": last, "optimize": optimize} for last in files for optimize in (False, True)]
    best = {threads: (float("inf"), None) for threads in counts}
    for form in forms * ROUNDS:  # one after the other: together they would take four times the memory
        module = load(folder, form)
        for threads in counts:
            torch.set_num_threads(int(threads))
            taken = best_time(module.forward, given[form["last"]])
            if taken < best[threads][0]:
                best[threads] = (taken, form)
    with open(os.path.join(folder, "net.torch.json"), "w") as out:
        json.dump({threads: form for threads, (_, form) in best.items()}, out)
    for file in set(files.values()) - {form["file"] for _, form in best.values()}:
        os.remove(os.path.join(folder, file))


def about():
    """Its version, as Debian counts where it is Debian's, and the libraries that compute, of all those it has opened."""
    debian = subprocess.run(["dpkg-query", "-W", "-f", "${Version}", "python3-torch"], capture_output=True, text=True)
    with open("/proc/self/maps") as file:
        opened = {line.split()[-1] for line in file if "/" in line}
    ours = re.compile(r"/lib(torch|torch_cpu|c10|dnnl|openblas\w*|blas|lapack|mkl\w*|XNNPACK|sleef|gomp)[-.][^/]*$")
    return {
        "version": debian.stdout.split("+")[0] if debian.returncode == 0 else torch.__version__,
        "libraries": sorted(path for path in opened if ours.search(path)),
    }


def main():
    warnings.simplefilter("ignore")  # the tracer's, of sizes that are taken as they are
    torch.set_flush_denormal(True)
    if sys.argv[1] == "about":
        import onnx  # the reader needs it

        print(json.dumps({**about(), "onnx": onnx.__version__}))
        return
    try:
        make(sys.argv[2], sys.argv[3:])
    except (NotImplementedError, RuntimeError) as said:
        sys.exit(f"{type(said).__name__}: {said}".split("\n")[0])


main()
