/* paired.c - two programs for one net take turns: emitted with all passes, and without (see paired.sh).
 *
 * Prints the fastest run of each in milliseconds, and the median of how many times longer the first took than the
 * second in a turn, so that a machine that changes its speed changes both.
 */
#include "with.h"
#include "without.h"

#include "probe.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_ROUNDS = 400, FEWEST_ROUNDS = 9, PORT_BYTES = 1 << 24, PORTS = 16 };
static const double LONG_ENOUGH = 4; /* seconds */

static void *memory_of(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!memory) {
        fprintf(stderr, "out of memory\n");
        exit(1);
    }
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
    static double name##_time(void)                                                                                    \
    {                                                                                                                  \
        double time = seconds();                                                                                       \
        name##_run(&name##_state, &name##_in, &name##_out);                                                            \
        return seconds() - time;                                                                                       \
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
        memset(inputs[i], 0, PORT_BYTES);
    }
    with_begin(inputs, outputs);
    without_begin(inputs, outputs);
    with_time();
    without_time();
    int rounds = 0;
    for (double sum = 0; rounds < MOST_ROUNDS && (sum < LONG_ENOUGH || rounds < FEWEST_ROUNDS); rounds++) {
        bool turned = rounds % 2;
        if (turned)
            second[rounds] = without_time();
        first[rounds] = with_time();
        if (!turned)
            second[rounds] = without_time();
        ratio[rounds] = first[rounds] / second[rounds];
        sum += first[rounds] + second[rounds];
    }
    qsort(first, (size_t)rounds, sizeof *first, compare);
    qsort(second, (size_t)rounds, sizeof *second, compare);
    qsort(ratio, (size_t)rounds, sizeof *ratio, compare);
    printf("%10.3f %10.3f %8.3f %7.1f\n", first[0] * 1e3, second[0] * 1e3, ratio[rounds / 2], probe_peak());
    return 0;
}
