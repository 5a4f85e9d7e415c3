#!/usr/bin/env python3
"""tiles.py - which loop shape for plain C convolutions compilers turn into good code (compiler/emit/c_tiles.c).

Writes one function a shape (maps x pixels summed in arrays, one inner loop over the maps, an array a pixel) for some
layers of well-known nets, compiles them with clang and gcc at -O3 -march=native, and prints GFLOP/s (best of many).
    python3 bench/tiles.py
"""
import os
import subprocess
import tempfile

LAYERS = {  # inputs, maps, height, width, kernel, stride
    "lenet conv2": (6, 16, 10, 10, 5, 1),
    "3x3 64@56": (64, 64, 56, 56, 3, 1),
    "3x3 256@14": (256, 256, 14, 14, 3, 1),
    "3x3 512@7": (512, 512, 7, 7, 3, 1),
    "1x1 256-64@56": (256, 64, 56, 56, 1, 1),
    "3x3/2 128@28": (128, 128, 28, 28, 3, 2),
}
SHAPES = [(8, 4), (8, 8), (8, 10), (16, 4), (16, 6), (16, 8), (32, 2), (32, 4), (32, 6), (64, 4)]


def tile(layer, maps, pixels, column):
    inputs, _, height, width, kernel, stride = layer
    row, plane = (width - 1) * stride + kernel, ((height - 1) * stride + kernel) * ((width - 1) * stride + kernel)
    sums = range(pixels)
    return f"""{{
        float {', '.join(f'a{p}[{maps}]' for p in sums)};
        const float *k = w + o * {inputs * kernel * kernel};
        for (int b = 0; b < {maps}; b++) {' = '.join(f'a{p}[b]' for p in sums)} = bias[o + b];
        for (int i = 0; i < {inputs}; i++) for (int ky = 0; ky < {kernel}; ky++) for (int kx = 0; kx < {kernel}; kx++) {{
            const float *s = x + i * {plane} + (r * {stride} + ky) * {row} + {column} * {stride} + kx;
            for (int b = 0; b < {maps}; b++) {{ {' '.join(f'a{p}[b] += s[{p * stride}] * k[b];' for p in sums)} }}
            k += {maps};
        }}
        for (int b = 0; b < {maps}; b++) {{
            float *d = y + ((o + b) * {height} + r) * {width} + {column};
            {' '.join(f'd[{p}] = a{p}[b] > 0 ? a{p}[b] : 0;' for p in sums)}
        }} }}"""


def function(name, layer, maps, pixels):
    _, outputs, height, width, _, _ = layer
    full = width // pixels * pixels
    body = f"for (int c = 0; c < {full}; c += {pixels}) {tile(layer, maps, pixels, 'c')}"
    if width > full:
        body += tile(layer, maps, width - full, str(full))
    return (f"static void {name}(const float *restrict x, const float *restrict w, const float *restrict bias,"
            f" float *restrict y)\n{{ for (int o = 0; o < {outputs}; o += {maps}) for (int r = 0; r < {height}; r++)"
            f" {{ {body} }} }}\n")


MAIN = """
static double now(void) { struct timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec + 1e-9 * t.tv_nsec; }
int main(void)
{
    float *x = aligned_alloc(64, 64 << 20), *w = aligned_alloc(64, 64 << 20), *y = aligned_alloc(64, 64 << 20);
    static float bias[4096];
    for (int i = 0; i < 16 << 20; i++) { x[i] = (i % 7) * .1f; w[i] = (i % 5) * .01f - .02f; y[i] = 0; }
    for (unsigned k = 0; k < sizeof table / sizeof *table; k++) {
        double best = 1e9, begin = now();
        int runs = table[k].flops > 1e7 ? 1 : (int)(1e7 / table[k].flops) + 1;
        for (int i = 0; i < 60 && now() - begin < 0.15; i++) {
            double time = now();
            for (int n = 0; n < runs; n++) table[k].run(x, w, bias, y);
            time = (now() - time) / runs;
            best = time < best ? time : best;
        }
        printf("%.1f\\n", table[k].flops / best * 1e-9);
    }
}
"""


def main():
    cases = [(name, layer, shape) for name, layer in LAYERS.items() for shape in SHAPES
             if layer[1] % shape[0] == 0 and shape[1] <= layer[3]]
    text = "#include <stdio.h>\n#include <stdlib.h>\n#include <time.h>\n"
    for i, (_, layer, shape) in enumerate(cases):
        text += function(f"f{i}", layer, *shape)
    text += "static struct { void (*run)(const float *, const float *, const float *, float *); double flops; } table[] = {"
    for i, (_, (inputs, maps, height, width, kernel, _), _) in enumerate(cases):
        text += f"{{f{i}, {2.0 * inputs * maps * height * width * kernel * kernel}}},"
    text += "};" + MAIN
    columns = {}
    with tempfile.TemporaryDirectory() as folder:
        source = os.path.join(folder, "tiles.c")
        with open(source, "w") as file:
            file.write(text)
        for compiler in ("clang", "gcc"):
            program = os.path.join(folder, compiler)
            subprocess.run([compiler, "-O3", "-march=native", "-w", source, "-o", program], check=True)
            columns[compiler] = subprocess.run([program], check=True, capture_output=True, text=True).stdout.split()
    print(f"{'layer':16}{'maps x pixels':>14}{'clang':>8}{'gcc':>8}   GFLOP/s")
    for i, (name, _, (maps, pixels)) in enumerate(cases):
        print(f"{name:16}{f'{maps} x {pixels}':>14}{columns['clang'][i]:>8}{columns['gcc'][i]:>8}")


if __name__ == "__main__":
    main()
