/* worker.c - Fovea's side of bench/peers: a compiled net that runs when it is asked to, and says how long that took.
 *
 *   worker WEIGHTS INPUT OUTPUT THREADS
 *
 * The first answer is computed at once and written to OUTPUT after "ready" was said, so that whoever started this can
 * take the time. Then each line of standard input is a wish: "run N" gives N times in milliseconds, "probe" GFLOP/s of
 * one core's multiply-adds, "quit" ends it with the peak of its memory in bytes. Built with the folder of a net emitted
 * under the name `net` that has one input and one output, of INPUT_BYTES and OUTPUT_FLOATS.
 */
#include "net.h"

#include "bench/probe.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MOST_RUNS = 100000 };

static double probe(void)
{
    return __builtin_cpu_supports("avx512f") ? probe_peak_wide() : __builtin_cpu_supports("avx2") ? probe_peak() : 0;
}

static void give_up(const char *what)
{
    perror(what);
    exit(1);
}

static void read_all(const char *path, void *to, size_t bytes)
{
    FILE *file = fopen(path, "rb");
    if (!file || fread(to, 1, bytes, file) != bytes)
        give_up(path);
    fclose(file);
}

/* The peak since this program began, from the kernel's books. */
static long long peak_bytes(void)
{
    char line[256];
    long long kilobytes = 0;
    FILE *file = fopen("/proc/self/status", "r");
    while (file && fgets(line, sizeof line, file))
        if (sscanf(line, "VmHWM: %lld", &kilobytes) == 1)
            break;
    if (file)
        fclose(file);
    return kilobytes * 1024;
}

static void *aligned(size_t bytes)
{
    void *memory = aligned_alloc(64, (bytes + 63) / 64 * 64);
    if (!memory)
        give_up("memory");
    return memory;
}

int main(int count, char **arguments)
{
    if (count != 5)
        return 1;
    int threads = atoi(arguments[4]), file = open(arguments[1], O_RDONLY);
    void *weights = mmap(NULL, NET_WEIGHTS_BYTES, PROT_READ, MAP_PRIVATE | MAP_POPULATE, file, 0);
    if (file < 0 || weights == MAP_FAILED)
        give_up(arguments[1]);
    size_t workspace_bytes = NET_WORKSPACE_BYTES_FOR((size_t)threads);
    void *workspace = aligned(workspace_bytes), *input = aligned(INPUT_BYTES);
    float *output = aligned(OUTPUT_FLOATS * sizeof *output);
    net_model model;
    net_session session;
    read_all(arguments[2], input, INPUT_BYTES);
    if (net_open(&model, weights, NET_WEIGHTS_BYTES) != FOVEA_OK ||
        net_session_open(&session, &model, workspace, workspace_bytes, threads) != FOVEA_OK)
        return 1;
    const net_inputs inputs = {input};
    const net_outputs outputs = {output};
    net_run(&session, &inputs, &outputs);
    printf("ready\n");
    fflush(stdout);
    FILE *answer = fopen(arguments[3], "wb");
    if (!answer || fwrite(output, sizeof *output, OUTPUT_FLOATS, answer) != OUTPUT_FLOATS || fclose(answer) != 0)
        give_up(arguments[3]);

    static double times[MOST_RUNS];
    char wish[64];
    while (fgets(wish, sizeof wish, stdin)) {
        int runs = 0;
        if (strcmp(wish, "probe\n") == 0)
            printf("%.2f", probe());
        else if (strcmp(wish, "quit\n") == 0)
            printf("%lld", peak_bytes());
        else if (sscanf(wish, "run %d", &runs) != 1 || runs < 1 || runs > MOST_RUNS)
            return 1;
        for (int i = 0; i < runs; i++) {
            double time = seconds();
            net_run(&session, &inputs, &outputs);
            times[i] = (seconds() - time) * 1e3;
        }
        for (int i = 0; i < runs; i++)
            printf("%.6f ", times[i]);
        printf("\n");
        fflush(stdout);
        if (strcmp(wish, "quit\n") == 0)
            break;
    }
    return 0;
}
