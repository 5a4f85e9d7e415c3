"""measure.py - Fovea beside other runtimes, one picture at a time, in one run (see run.sh).

Each system is a process of its own per net and number of threads, all of them there at once and pinned to the same
cores. They take turns of a fraction of a second, in another order each round; whoever has no turn waits for a word on
its standard input. Before each turn a probe says how fast the core multiplies and adds just then.
"""
import argparse
import functools
import glob
import importlib.metadata
import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import time

import numpy

import prepare

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
TURN_MS = 200  # what a turn should take
PAUSE = 0.02  # seconds until threads of the one before sleep


def fail(text):
    sys.exit("bench-peers: " + text)


def cores(threads):
    """The first hardware threads that are cores of their own, as far as the machine tells."""
    mine, chosen, taken = sorted(os.sched_getaffinity(0)), [], set()
    for cpu in mine:
        try:
            with open(f"/sys/devices/system/cpu/cpu{cpu}/topology/core_cpus_list") as file:
                core = file.read().strip()
        except OSError:
            core = str(cpu)
        if core not in taken:
            taken.add(core)
            chosen.append(cpu)
    return (chosen + [cpu for cpu in mine if cpu not in chosen])[:threads]


def settling(threads, realtime):
    """What a process does first of all, to be measured."""
    pinned = cores(threads)

    def settle():
        os.sched_setaffinity(0, pinned)
        if realtime:
            os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1))

    return settle


class Worker:
    """One system with one net; ready once it has computed its first answer."""

    def __init__(self, command, threads, realtime):
        begin = time.perf_counter()
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            env=dict(os.environ, OMP_NUM_THREADS=str(threads), OMP_PROC_BIND="close"),
            preexec_fn=settling(threads, realtime),
        )
        said = self.process.stdout.readline()
        self.first_ms = (time.perf_counter() - begin) * 1e3
        if said != "ready\n":
            self.process.wait()
            raise RuntimeError("it ends before its first answer")

    def ask(self, wish):
        self.process.stdin.write(wish + "\n")
        self.process.stdin.flush()
        said = self.process.stdout.readline()
        if not said:
            raise RuntimeError("it ends")
        return [float(word) for word in said.split()]

    def quit(self):
        peak = int(self.ask("quit")[0])
        self.process.wait()
        return peak


# ---- systems ----


def read_zoo():
    zoo = {"idle": ["bench/peers/idle.fov"]}
    with open(os.path.join(ROOT, "examples/zoo/zoo.list")) as file:
        for line in file:
            words = line.split()
            zoo[words[0]] = words[1:]
    return zoo


def compile_fovea(fovea, net, target, folder, sizes):
    """The program of a net; its path. OpenMP where the C compiler has it."""
    made = os.path.join(folder, target)
    command = [fovea, "compile", *net, "-w", "random:1", "-t", target, "--name", "net", "--embed", "none", "-o", made]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    program = os.path.join(made, "program")
    macros = [f"-DINPUT_BYTES={sizes[0]}", f"-DOUTPUT_FLOATS={sizes[1]}"]
    sources = [os.path.join(HERE, "worker.c"), os.path.join(made, "net.c"), os.path.join(made, "fovea.c")]
    build = [*os.environ.get("CC", "clang").split(), "-O3", "-s", *macros, "-I" + made, "-I" + ROOT, *sources, "-lm", "-o", program]
    if subprocess.run([*build, "-fopenmp"], capture_output=True).returncode != 0:
        subprocess.run(build, check=True)
    return program


def files_bytes(*patterns):
    return sum(os.path.getsize(path) for pattern in patterns for path in glob.glob(pattern))


def package_folder(name):
    return os.path.dirname(importlib.util.find_spec(name).origin)


@functools.cache
def libtorch():
    """Its version and libraries; nothing where it is not installed."""
    done = prepare.torch_forms("about")
    return json.loads(done.stdout) if done.returncode == 0 else {}


def torch_form(folder, threads):
    with open(os.path.join(folder, "net.torch.json")) as file:
        return json.load(file)[str(threads)]


def shipped_bytes(peer, folder, threads):
    """What a program needs beside itself: the runtime's libraries and the net."""
    if peer == "libtorch":
        return sum(map(os.path.getsize, libtorch()["libraries"])) + files_bytes(folder + "/" + torch_form(folder, threads)["file"])
    if peer == "ncnn":
        return files_bytes(package_folder("ncnn") + "/ncnn*.so", folder + "/net.ncnn.*")
    if peer == "onnxruntime":
        return files_bytes(package_folder("onnxruntime") + "/capi/*.so*", folder + "/net.onnx")
    libraries = ("libopenvino.so*", "libopenvino_intel_cpu_plugin.so", "libopenvino_onnx_frontend.so*", "libtbb.so*")
    return files_bytes(*(package_folder("openvino") + "/libs/" + name for name in libraries), folder + "/net.onnx")


def system_command(system, folder, threads):
    if system.startswith("fovea "):
        made = os.path.join(folder, system.split()[1])
        words = [os.path.join(made, "net.weights"), os.path.join(folder, "input.raw"), os.path.join(made, "answer")]
        return [os.path.join(made, "program"), *words, str(threads)]
    model = {"ncnn": "net", "libtorch": "net.torch.json"}.get(system, "net.onnx")
    python = prepare.SYSTEM_PYTHON if system == "libtorch" else sys.executable
    words = [os.path.join(folder, model), os.path.join(folder, "input.npy"), os.path.join(folder, system + ".npy")]
    return [python, os.path.join(HERE, "worker.py"), system, *words, str(threads)]


def read_answer(system, folder):
    if system.startswith("fovea "):
        return numpy.fromfile(os.path.join(folder, system.split()[1], "answer"), numpy.float32)
    return numpy.load(os.path.join(folder, system + ".npy")).ravel()


# ---- one net ----


def start(system, folder, threads, options):
    """A worker, and how long the fastest of several took to its first answer."""
    command, first = system_command(system, folder, threads), []
    for turn in range(options.starts):
        worker = Worker(command, threads, options.realtime)
        first.append(worker.first_ms)
        if turn < options.starts - 1:
            worker.quit()
    return worker, min(first)


def turn_length(worker):
    worker.ask("run 1")
    once = worker.ask("run 2")[-1]
    return max(3, min(20000, round(TURN_MS / once)))


def measure(name, systems, folder, threads, options):
    """What each system did, in rounds of turns."""
    rows, workers = {}, {}
    for system in systems:
        try:
            workers[system], first = start(system, folder, threads, options)
            rows[system] = {"first_ms": first, "times": [], "probe": []}
        except RuntimeError as said:
            leave_out(options, system, name, str(said))
    prober = next((worker for system, worker in workers.items() if system.startswith("fovea")), None)
    if not prober:
        for worker in workers.values():
            worker.quit()
        return {}
    lengths = {system: turn_length(worker) for system, worker in workers.items()}
    order = list(workers)
    for number in range(options.rounds):
        for system in order[number % len(order) :] + order[: number % len(order)]:
            time.sleep(PAUSE)
            rows[system]["probe"].append(prober.ask("probe")[0])
            times = workers[system].ask(f"run {lengths[system] + 1}")[1:]
            rows[system]["times"].append((min(times), statistics.median(times)))
    for system, worker in workers.items():
        row = rows[system]
        row["peak_bytes"] = worker.quit()
        row["min_ms"] = min(best for best, _ in row["times"])
        row["median_ms"] = statistics.median(middle for _, middle in row["times"])
        del row["times"]
    return rows


def add_differences(rows, folder):
    ours = next(system for system in rows if system.startswith("fovea"))
    reference = read_answer(ours, folder).astype(numpy.float64)
    for system, row in rows.items():
        row["difference"] = float(numpy.abs(read_answer(system, folder) - reference).max() / numpy.abs(reference).max())


def leave_out(options, system, name, why):
    """Says what is missing from the figures, at once and for the report."""
    print(f"  {name}: without {system}: {why}", file=sys.stderr, flush=True)
    options.missing.append({"system": system, "net": name, "why": why})


def prepare_systems(options, name, net, folder):
    """Everything that runs; the systems for which that worked."""
    exported = os.path.join(folder, "exported.onnx")
    subprocess.run([options.fovea, "export", *net, "-w", "random:1", "-o", exported], check=True, cwd=ROOT)
    sizes = prepare.prepare_net(exported, folder)
    os.remove(exported)
    systems = []
    if not sizes:
        leave_out(options, "any system", name, "only nets with one input and one output are measured")
        return systems
    for target in options.targets:
        compile_fovea(options.fovea, net, target, folder, sizes)
        systems.append("fovea " + target)
    for peer in options.peers:
        why = ""
        if peer == "ncnn" and not prepare.make_ncnn(folder):
            why = "its converter does not take the net"
        if peer == "libtorch":
            settle = settling(max(options.threads), options.realtime)
            why = prepare.make_libtorch(folder, options.threads, settle)
        if why:
            leave_out(options, peer, name, why)
        else:
            systems.append(peer)
    return systems


def system_bytes(system, folder, threads):
    if system.startswith("fovea "):
        made = os.path.join(folder, system.split()[1])
        return files_bytes(made + "/program", made + "/net.weights")
    return shipped_bytes(system, folder, threads)


def measure_net(options, name, net):
    folder = os.path.join(options.build, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    systems, result = prepare_systems(options, name, net, folder), {}
    for threads in options.threads:
        rows = measure(name, systems, folder, threads, options)
        if rows:
            add_differences(rows, folder)
        for system, row in rows.items():
            row["shipped_bytes"] = system_bytes(system, folder, threads)
            print(f"  {name:12} {threads} thread{'s' if threads > 1 else ' '} {system:13} {row['min_ms']:10.4f} ms, "
                  f"median {row['median_ms']:10.4f}, first {row['first_ms']:7.0f} ms, off by {row['difference']:.1e}, "
                  f"probe {max(row['probe']):.0f}", flush=True)
        result[threads] = rows
    if not options.keep:
        shutil.rmtree(folder)
    return result


# ---- the machine ----


def read_first(path, pattern):
    with open(path) as file:
        found = re.search(pattern, file.read(), re.M)
    return found.group(1).strip() if found else "unknown"


def told(*command):
    try:
        return subprocess.run(command, capture_output=True, text=True, cwd=ROOT).stdout.strip()
    except OSError:
        return ""


def describe(options):
    versions = {peer: libtorch()["version"] if peer == "libtorch" else importlib.metadata.version(peer) for peer in options.peers}
    compiler = told(*os.environ.get("CC", "clang").split(), "--version").split("\n")[0]
    changed = told("git", "status", "--porcelain", "--untracked-files=no")
    return {
        "cpu": read_first("/proc/cpuinfo", r"^model name\s*: (.*)$"),
        "cores": len(os.sched_getaffinity(0)),
        "system": read_first("/etc/os-release", r'^PRETTY_NAME="?([^"\n]*)'),
        "compiler": compiler,
        "date": time.strftime("%Y-%m-%d"),
        "commit": told("git", "rev-parse", "--short", "HEAD") + (" with changes" if changed else ""),
        "versions": versions,
        "load": os.getloadavg()[0],
        "rounds": options.rounds,
        "realtime": options.realtime,
    }


def parse_options():
    parser = argparse.ArgumentParser()
    parser.add_argument("--fovea", required=True)
    parser.add_argument("--build", required=True, help="a folder for what is made, several times the nets' size")
    parser.add_argument("--json", required=True, help="where the figures go")
    parser.add_argument("--nets", type=str.split, required=True)
    parser.add_argument("--peers", type=str.split, required=True)
    parser.add_argument("--targets", type=str.split, required=True)
    parser.add_argument("--threads", type=lambda text: [int(word) for word in text.split()], required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--starts", type=int, default=2, help="how often each program is started")
    parser.add_argument("--realtime", action="store_true", help="nobody else runs on the cores meanwhile; for root alone")
    parser.add_argument("--keep", action="store_true", help="leave the nets in the folder")
    return parser.parse_args()


def main():
    options = parse_options()
    options.fovea, options.build = os.path.abspath(options.fovea), os.path.abspath(options.build)
    zoo = read_zoo()
    for name in options.nets:
        if name not in zoo:
            fail(f"no net of examples/zoo/zoo.list is called '{name}'")
    options.missing = []
    if "libtorch" in options.peers and not libtorch():
        why = f"{prepare.SYSTEM_PYTHON} has no torch and onnx (Debian's packages python3-torch and python3-onnx)"
        leave_out(options, "libtorch", "all nets", why)
        options.peers.remove("libtorch")
    results = {"machine": describe(options), "nets": {}, "missing": options.missing}
    for name in options.nets:
        results["nets"][name] = measure_net(options, name, zoo[name])
        with open(options.json, "w") as file:
            json.dump(results, file, indent=1)
    if not any(rows for by_threads in results["nets"].values() for rows in by_threads.values()):
        fail("nothing ran")


main()
