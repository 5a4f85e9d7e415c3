/* paired.c - two programs for one net take turns: emitted with all passes, and without (see paired.sh).
 *
 * Prints the fastest run of each in milliseconds, and the median of how many times longer the first took than the
 * second in a turn, so that a machine that changes its speed changes both. A turn of a small net is many runs. Inputs
 * are noise: of a black picture, functions that branch on their argument take the same way all along.
 */
#include "with.h"
#include "without.h"

#include "probe.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

enum { MOST_ROUNDS = 400, FEWEST_ROUNDS = 9, PORT_BYTES = 1 << 24, PORTS = 16, PAGE_BYTES = 1 << 21 };
static const double LONG_ENOUGH = 4, SHORTEST_TURN = 0.002; /* seconds */

/* In large pages where the machine has them: small ones lie anywhere, and fill the caches of one program worse than
 * those of the other. */
static void *memory_of(size_t bytes)
{
    size_t whole = (bytes + PAGE_BYTES - 1) / PAGE_BYTES * PAGE_BYTES;
    void *memory = aligned_alloc(PAGE_BYTES, whole);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
    madvise(memory, whole, MADV_HUGEPAGE);
    return memset(memory, 1, bytes);
}

static void *read_weights(const char *path, size_t bytes)
{
    void *weights = memory_of(bytes);
    FILE *file = fopen(path, "rb");
    if (!file || fread(weights, 1, bytes, file) != bytes) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(file);
    return weights;
}

static int compare(const void *a, const void *b)
{
    return (*(const double *)a > *(const double *)b) - (*(const double *)a < *(const double *)b);
}

/* From 0.25 up to 1; as bytes, three of four of them are noise too. */
static void fill_noise(float *values, size_t count)
{
    uint32_t state = 1;
    for (size_t i = 0; i < count; i++) {
        state = state * 1664525u + 1013904223u;
        values[i] = 0.25f + 0.75f * (float)(state >> 8) / (1 << 24);
    }
}

/* Inputs and outputs of a model are structs of nothing but pointers. */
static void give_ports(void **ports, void *model_ports, size_t bytes)
{
    memcpy(model_ports, ports, bytes);
}

/* An open model, and a function that times one run of it. */
#define MODEL(name, NAME)                                                                                              \
    static name##_model name##_opened;                                                                                 \
    static name##_session name##_state;                                                                                \
    static name##_inputs name##_in;                                                                                    \
    static name##_outputs name##_out;                                                                                  \
    static void name##_begin(void **inputs, void **outputs)                                                            \
    {                                                                                                                  \
        void *weights = read_weights(#name ".weights", NAME##_WEIGHTS_BYTES);                                          \
        void *workspace = memory_of(NAME##_WORKSPACE_BYTES);                                                           \
        give_ports(inputs, &name##_in, sizeof name##_in);                                                              \
        give_ports(outputs, &name##_out, sizeof name##_out);                                                           \
        if (name##_open(&name##_opened, weights, NAME##_WEIGHTS_BYTES) != FOVEA_OK ||                                  \
            name##_session_open(&name##_state, &name##_opened, workspace, NAME##_WORKSPACE_BYTES, 1) != FOVEA_OK)      \
            exit(1);                                                                                                   \
    }                                                                                                                  \
    static double name##_time(int runs)                                                                                \
    {                                                                                                                  \
        double time = seconds();                                                                                       \
        for (int i = 0; i < runs; i++)                                                                                 \
            name##_run(&name##_state, &name##_in, &name##_out);                                                        \
        return (seconds() - time) / runs;                                                                              \
    }

MODEL(with, WITH)
MODEL(without, WITHOUT)

int main(void)
{
    static double first[MOST_ROUNDS], second[MOST_ROUNDS], ratio[MOST_ROUNDS];
    void *inputs[PORTS], *outputs[PORTS];
    for (int i = 0; i < PORTS; i++) {
        inputs[i] = memory_of(PORT_BYTES);
        outputs[i] = memory_of(PORT_BYTES);
        fill_noise(inputs[i], PORT_BYTES / sizeof(float));
    }
    with_begin(inputs, outputs);
    without_begin(inputs, outputs);
    with_time(1);
    int runs = 1 + (int)(SHORTEST_TURN / without_time(1)), rounds = 0;
    for (double sum = 0; rounds < MOST_ROUNDS && (sum < LONG_ENOUGH || rounds < FEWEST_ROUNDS); rounds++) {
        bool turned = rounds % 2;
        if (turned)
            second[rounds] = without_time(runs);
        first[rounds] = with_time(runs);
        if (!turned)
            second[rounds] = without_time(runs);
        ratio[rounds] = first[rounds] / second[rounds];
        sum += runs * (first[rounds] + second[rounds]);
    }
    qsort(first, (size_t)rounds, sizeof *first, compare);
    qsort(second, (size_t)rounds, sizeof *second, compare);
    qsort(ratio, (size_t)rounds, sizeof *ratio, compare);
    printf("%10.3f %10.3f %8.3f %7.1f\n", first[0] * 1e3, second[0] * 1e3, ratio[rounds / 2], probe_peak());
    return 0;
}
