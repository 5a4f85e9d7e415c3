"""worker.py - a peer's side of bench/peers: one runtime with one net, that runs when it is asked to (see worker.c).

    worker.py PEER MODEL INPUT.npy OUTPUT.npy THREADS

MODEL is what prepare.py made for that peer. Every peer computes in single precision, with the threads it is given and
the settings that its documents name for one picture at a time.
"""
import json
import os
import sys
import time

import numpy


class OnnxRuntime:
    def __init__(self, path, given, threads):
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.inter_op_num_threads = 1
        options.log_severity_level = 3
        self.session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        # Bound once: a run then copies nothing and asks Python for nothing.
        self.binding = self.session.io_binding()
        self.binding.bind_cpu_input(self.session.get_inputs()[0].name, given)
        self.binding.bind_output(self.session.get_outputs()[0].name)

    def run(self):
        self.session.run_with_iobinding(self.binding)

    def answer(self):
        return self.binding.copy_outputs_to_cpu()[0]


class OpenVino:
    def __init__(self, path, given, threads):
        import openvino

        core = openvino.Core()
        settings = {
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_PRECISION_HINT": "f32",
            "INFERENCE_NUM_THREADS": threads,
            "NUM_STREAMS": 1,
        }
        self.request = core.compile_model(path, "CPU", settings).create_infer_request()
        self.given = given  # the tensor only points there
        self.request.set_input_tensor(openvino.Tensor(given, shared_memory=True))

    def run(self):
        self.request.infer()

    def answer(self):
        return self.request.get_output_tensor().data


class Ncnn:
    def __init__(self, path, given, threads):
        import ncnn

        self.net = ncnn.Net()
        options = self.net.opt
        options.num_threads = threads
        options.use_vulkan_compute = False
        options.use_fp16_packed = options.use_fp16_storage = options.use_fp16_arithmetic = False
        options.use_bf16_storage = False
        options.lightmode = True
        if self.net.load_param(path + ".ncnn.param") or self.net.load_model(path + ".ncnn.bin"):
            sys.exit("ncnn does not load " + path)
        self.given = ncnn.Mat(given[0]).clone()

    def run(self):
        extractor = self.net.create_extractor()
        extractor.input("in0", self.given)
        self.result = extractor.extract("out0")[1]

    def answer(self):
        return numpy.array(self.result)


class LibTorch:
    """The form of the net that torch_forms.py found to be the fastest."""

    def __init__(self, path, given, threads):
        import torch

        torch.set_flush_denormal(True)  # before there are other threads, which inherit it
        torch.set_num_threads(threads)
        with open(path) as file:
            form = json.load(file)[str(threads)]
        module = torch.jit.load(os.path.join(os.path.dirname(path), form["file"]))
        self.forward = (torch.jit.optimize_for_inference(module) if form["optimize"] else module).forward
        self.given = torch.from_numpy(given)
        if form["last"]:
            self.given = self.given.contiguous(memory_format=torch.channels_last)
        self.inference = torch.inference_mode()
        self.inference.__enter__()  # from here to the end of the program

    def run(self):
        self.result = self.forward(self.given)

    def answer(self):
        return self.result.numpy()


PEERS = {"onnxruntime": OnnxRuntime, "openvino": OpenVino, "ncnn": Ncnn, "libtorch": LibTorch}


def peak_bytes():
    with open("/proc/self/status") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def main():
    peer, path, given, answer, threads = sys.argv[1:]
    net = PEERS[peer](path, numpy.load(given), int(threads))
    net.run()
    result = numpy.array(net.answer(), numpy.float32)
    print("ready", flush=True)
    numpy.save(answer, result)
    clock, run = time.perf_counter_ns, net.run
    for wish in sys.stdin:
        words = wish.split()
        if words[0] == "quit":
            print(peak_bytes(), flush=True)
            break
        times = []
        for _ in range(int(words[1])):
            begin = clock()
            run()
            times.append(clock() - begin)
        print(*(t / 1e6 for t in times), flush=True)


main()
