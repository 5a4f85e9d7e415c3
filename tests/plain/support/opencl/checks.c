/* checks.c - the OpenCL side of the runtime from outside, on pair.h (see ../../opencl.sh):
 *
 *   checks devices      the list
 *   checks answers      opens and runs; says whether the program was "cached" or "built", and the time to open it
 *   checks all          lines "ok ..." and "not ok ..." about everything that needs no other process
 *   checks wrong        opens the net that no compiler takes, and prints the error
 *
 * Exit status 1 after an error, which goes to standard error.
 */
#if !defined(_DEFAULT_SOURCE)
#define _DEFAULT_SOURCE 1
#endif
#include "pair.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

static void check(const char *name, int right)
{
    if (right)
        printf("ok %s\n", name);
    else
        printf("not ok %s: %.300s\n", name, fovea_cl_error());
}

/* The status, and what the error has to contain. */
static void check_error(const char *name, fovea_status wanted, fovea_status status, const char *part)
{
    if (status == wanted && strstr(fovea_cl_error(), part))
        printf("ok %s\n", name);
    else
        printf("not ok %s: status %d, '%.300s'\n", name, status, fovea_cl_error());
}

static fovea_status open_net(fovea_cl_model **model, const fovea_cl_net *net)
{
    return fovea_cl_open(model, net, NULL, pair_weights(), PAIR_WEIGHTS_BYTES);
}

static int run_once(const fovea_cl_model *model, int threads, int seed)
{
    static Pair pair;
    fovea_cl_session *session;
    int right = fovea_cl_session_open(&session, model, threads, 0) == FOVEA_OK;
    pair_fill(&pair, seed);
    right = right && pair_run(session, &pair) == FOVEA_OK && pair_right(&pair);
    fovea_cl_session_close(session);
    return right;
}

/* ---- what a process says ---- */

static int fail(void)
{
    fprintf(stderr, "%s\n", fovea_cl_error());
    return 1;
}

static int print_devices(void)
{
    fovea_cl_device *devices;
    int count, chosen;
    char text[8192];
    if (fovea_cl_devices(&devices, &count) != FOVEA_OK)
        return fail();
    if (fovea_cl_choose(devices, count, getenv("FOVEA_DEVICE"), FOVEA_CL_GPU, &chosen) != FOVEA_OK) {
        free(devices);
        return fail();
    }
    fovea_cl_devices_text(devices, count, chosen, text, sizeof text);
    fputs(text, stdout);
    free(devices);
    return 0;
}

static double milliseconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec * 1e3 + (double)now.tv_nsec * 1e-6;
}

static int print_answers(void)
{
    fovea_cl_model *model;
    const double start = milliseconds();
    if (open_net(&model, &pair_net) != FOVEA_OK)
        return fail();
    const double opened = milliseconds();
    printf("%s %s\n", run_once(model, 2, 5) ? "right" : "wrong", fovea_cl_model_cached(model) ? "cached" : "built");
    fprintf(stderr, "%.1f ms to open, %.1f ms for the first run\n", opened - start, milliseconds() - opened);
    fovea_cl_close(model);
    return 0;
}

static int print_wrong(void)
{
    fovea_cl_model *model;
    fovea_status status = open_net(&model, &pair_wrong_net);
    printf("%d %s\n", status, model ? "a model" : "no model");
    return status == FOVEA_OK ? 0 : fail();
}

/* ---- all ---- */

static void check_plans(void)
{
    static const struct {
        const char *name;
        const fovea_cl_net *net;
    } nets[] = {{"both plans", &pair_net}, {"for CPUs alone", &pair_cpu_net}, {"for GPUs alone", &pair_gpu_net}};
    char name[64];
    for (size_t i = 0; i < sizeof nets / sizeof nets[0]; i++) {
        fovea_cl_model *model;
        fovea_status status = open_net(&model, nets[i].net);
        for (int threads = 1; threads <= 64; threads *= 8) {
            snprintf(name, sizeof name, "%s, %d threads", nets[i].name, threads);
            check(name, status == FOVEA_OK && run_once(model, threads, threads));
        }
        fovea_cl_close(model);
    }
}

static void check_profile(const fovea_cl_model *model)
{
    Pair pair;
    fovea_cl_session *session;
    uint64_t times[PAIR_STEPS], whole = 0, sum = 0;
    pair_fill(&pair, 3);
    int fine = fovea_cl_session_open(&session, model, 1, 1) == FOVEA_OK;
    check_error("times before the first run", FOVEA_BAD_ARGUMENT, fovea_cl_profile(session, times, &whole), "timed");
    for (int run = 0; fine && run < 3; run++) {
        fine = pair_run(session, &pair) == FOVEA_OK && pair_right(&pair) &&
               fovea_cl_profile(session, times, &whole) == FOVEA_OK;
        sum = 0;
        for (int i = 0; fine && i < PAIR_STEPS; i++) {
            fine = times[i] > 0 && times[i] < UINT64_C(60000000000);
            sum += times[i];
        }
        fine = fine && whole >= sum && whole < UINT64_C(60000000000);
    }
    check("times of steps", fine);
    fovea_cl_session_close(session);
    fine = fovea_cl_session_open(&session, model, 1, 0) == FOVEA_OK && pair_run(session, &pair) == FOVEA_OK;
    check_error("times that were not asked for", fine ? FOVEA_BAD_ARGUMENT : FOVEA_OK,
                fovea_cl_profile(session, times, NULL), "timed");
    fovea_cl_session_close(session);
}

enum { THREADS = 4, ROUNDS = 25 };

typedef struct Work {
    const fovea_cl_model *model;
    pthread_barrier_t *together;
    int seed, wrong, own_error;
} Work;

static void *work_run(void *of)
{
    Work *work = of;
    Pair pair;
    pthread_barrier_wait(work->together);
    for (int round = 0; round < ROUNDS; round++) {
        fovea_cl_session *session;
        work->wrong += fovea_cl_session_open(&session, work->model, 1 + round % 3, round & 1) != FOVEA_OK;
        for (int run = 0; session && run < 3; run++) {
            pair_fill(&pair, work->seed + 10 * run);
            work->wrong += pair_run(session, &pair) != FOVEA_OK || !pair_right(&pair);
        }
        fovea_cl_session_close(session);
    }
    /* Every second thread fails, and only those have an error. */
    if (work->seed % 2)
        fovea_cl_run(NULL, NULL, NULL);
    pthread_barrier_wait(work->together);
    work->own_error = (*fovea_cl_error() != '\0') == (work->seed % 2 == 1);
    return NULL;
}

static void check_threads(const fovea_cl_model *model)
{
    pthread_t threads[THREADS];
    Work work[THREADS];
    pthread_barrier_t together;
    int wrong = 0, own = 1;
    pthread_barrier_init(&together, NULL, THREADS);
    for (int i = 0; i < THREADS; i++) {
        work[i] = (Work){model, &together, i, 0, 0};
        pthread_create(&threads[i], NULL, work_run, &work[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        wrong += work[i].wrong;
        own = own && work[i].own_error;
    }
    pthread_barrier_destroy(&together);
    check("sessions in four threads at once", wrong == 0);
    check("each thread has its own last error", own);
}

static void check_mistakes(const fovea_cl_model *model)
{
    static fovea_cl_net empty;
    fovea_cl_model *opened;
    fovea_cl_session *session;
    Pair pair;
    const void *const inputs[] = {pair.a, NULL};
    void *const outputs[] = {pair.sums, pair.total};
    const char *const weights = pair_weights();
    const fovea_status bad = FOVEA_BAD_ARGUMENT;
    check_error("no place for a model", bad, fovea_cl_open(NULL, &pair_net, NULL, weights, 0), "null");
    check_error("no net", bad, fovea_cl_open(&opened, NULL, NULL, weights, 0), "null");
    check_error("a net without plans", bad, fovea_cl_open(&opened, &empty, NULL, weights, 0), "no plan");
    check_error("no weights", bad, fovea_cl_open(&opened, &pair_net, NULL, NULL, PAIR_WEIGHTS_BYTES), "pair: ");
    check_error("weights too short", FOVEA_BAD_WEIGHTS,
                fovea_cl_open(&opened, &pair_net, NULL, weights, PAIR_WEIGHTS_BYTES - 1), "pair: ");
    check_error("weights elsewhere", FOVEA_BAD_WEIGHTS,
                fovea_cl_open(&opened, &pair_net, NULL, weights + 4, PAIR_WEIGHTS_BYTES - 4), "pair: ");
    check("no model then", opened == NULL);
    check_error("a device that is not there", FOVEA_NO_DEVICE,
                fovea_cl_open(&opened, &pair_net, "no such device", weights, PAIR_WEIGHTS_BYTES), "There are:\n");
    check_error("no place for a session", bad, fovea_cl_session_open(NULL, model, 1, 0), "null");
    check_error("a session of no model", bad, fovea_cl_session_open(&session, NULL, 1, 0), "null");
    check_error("no threads", bad, fovea_cl_session_open(&session, model, 0, 0), "threads under 1");
    check("no session then", session == NULL);
    int fine = fovea_cl_session_open(&session, model, 1, 0) == FOVEA_OK;
    check_error("a run without one input", bad, fine ? fovea_cl_run(session, inputs, outputs) : FOVEA_OK, "null");
    check_error("a run without inputs", bad, fine ? fovea_cl_run(session, NULL, outputs) : FOVEA_OK, "null");
    check_error("a run without outputs", bad, fine ? fovea_cl_run(session, inputs, NULL) : FOVEA_OK, "null");
    check_error("a run of nothing", bad, fovea_cl_run(NULL, inputs, outputs), "null");
    check_error("times of nothing", bad, fovea_cl_profile(NULL, NULL, NULL), "null");
    fovea_cl_session_close(session);
    fovea_cl_session_close(NULL);
    fovea_cl_close(NULL);
    if (open_net(&opened, &pair_large_net) == FOVEA_OK)
        check_error("work-groups that are too large", FOVEA_DEVICE_FAILED,
                    fovea_cl_session_open(&session, opened, 1, 0),
                    "pair: kernel pair_total needs work-groups of 1073741824 items");
    fovea_cl_close(opened);
}

/* Plans that name what is not there. */
static void check_plan_mistakes(void)
{
    static const fovea_cl_tensor nowhere[] = {{FOVEA_CL_OUTPUT, 2, 0}};
    static const fovea_cl_launch unknown[] = {{"pair_unknown", "x", 0, NULL, 0, 1, {1, 1, 1}, {1, 1, 1}, 0, NULL}};
    static const fovea_cl_launch no_step[] = {
        {"pair_twice", "x", PAIR_STEPS, NULL, 0, 1, {1, 1, 1}, {1, 1, 1}, 0, NULL}};
    static const fovea_cl_launch outside[] = {{"pair_twice", "x", 0, nowhere, 1, 1, {1, 1, 1}, {1, 1, 1}, 0, NULL}};
    static const fovea_cl_launch without[] = {{"pair_twice", "x", 0, NULL, 0, 1, {1, 1, 1}, {1, 1, 1}, 0, NULL}};
    fovea_cl_net net = pair_cpu_net;
    fovea_cl_model *model;
    fovea_cl_session *session = NULL;
    Pair pair;
    pair_fill(&pair, 1);
    net.cpu.launch_count = 1;
    net.cpu.launches = unknown;
    if (open_net(&model, &net) == FOVEA_OK)
        check_error("a kernel that is not there", FOVEA_DEVICE_FAILED, fovea_cl_session_open(&session, model, 1, 0),
                    "pair: kernel pair_unknown (x): clCreateKernel failed: CL_INVALID_KERNEL_NAME");
    net.cpu.launches = outside;
    check_error("a buffer that is not there", FOVEA_BAD_ARGUMENT, fovea_cl_session_open(&session, model, 1, 0),
                "argument 0");
    net.cpu.launches = no_step;
    check_error("a step that is not there", FOVEA_BAD_ARGUMENT, fovea_cl_session_open(&session, model, 1, 0),
                "pair: launch 0 is of step 4, and the net has 4");
    net.cpu.launches = without;
    if (fovea_cl_session_open(&session, model, 1, 0) == FOVEA_OK)
        check_error("a kernel without its arguments", FOVEA_DEVICE_FAILED, pair_run(session, &pair),
                    "pair: kernel pair_twice (x): clEnqueueNDRangeKernel failed: CL_INVALID_KERNEL_ARGS");
    fovea_cl_session_close(session);
    net.cpu.launches = pair_cpu_net.cpu.launches;
    net.cpu.memory_bytes = (size_t)1 << 45;
    check_error("more memory than any device has", FOVEA_NO_MEMORY, fovea_cl_session_open(&session, model, 1, 0),
                "pair: memory, 35184372088832 bytes: clCreateBuffer failed: CL_");
    fovea_cl_close(model);
}

/* Several devices: names between commas, or what one name fits. */
static void check_lists(const fovea_cl_device *devices, int count)
{
    static const struct {
        const char *choice;
        int wanted, found; /* 0: an error, with the text */
        int chosen[3];
        const char *error;
    } cases[] = {
        {"gpu", 2, 2, {1, 2}, NULL},
        {"gpu", 3, 1, {1}, NULL},
        {"4090", 2, 0, {0}, "asks for, '4090': "},
        {"card", 2, 2, {1, 2}, NULL},
        {"1", 2, 1, {1}, NULL},
        {NULL, 2, 2, {1, 2}, NULL},
        {"cpu", 2, 1, {0}, NULL}, /* the other one is of another platform */
        {"gpu,gpu", 2, 2, {1, 2}, NULL},
        {"gpu,gpu", 1, 1, {1}, NULL},
        {"GPU, cpu ,gpu", 3, 3, {1, 0, 2}, NULL},
        {"2,Card", 2, 2, {2, 1}, NULL},
        {"1,1,0", 3, 3, {1, 1, 0}, NULL},
        {"gpu,gpu,gpu", 1, 0, {0}, "asks for, 'gpu', besides those before it: "},
        {"1,nowhere", 1, 0, {0}, "asks for, 'nowhere': "},
        {"1,", 1, 0, {0}, "asks for, '': "},
        {",", 2, 0, {0}, "asks for, '': "},
        {"0,1", 3, 0, {0}, "FOVEA_DEVICE asks for 2 devices, '0,1', and the net has 3"},
        {"0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0", 2, 2, {0, 0}, NULL},
        {"0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,9", 2, 0, {0}, "asks for, '9': "},
    };
    char name[96];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int chosen[FOVEA_CL_MOST_DEVICES] = {-1, -1, -1}, found = -1;
        const char *choice = cases[i].choice;
        fovea_status status =
            fovea_cl_choose_several(devices, count, choice, FOVEA_CL_GPU, cases[i].wanted, chosen, &found);
        snprintf(name, sizeof name, "%d devices of '%s'", cases[i].wanted, choice ? choice : "(none)");
        if (cases[i].error)
            check_error(name, FOVEA_NO_DEVICE, status, cases[i].error);
        else
            check(name, status == FOVEA_OK && found == cases[i].found &&
                            memcmp(chosen, cases[i].chosen, (size_t)found * sizeof *chosen) == 0);
    }
    int chosen, found;
    check_error("more devices than a net may have", FOVEA_BAD_ARGUMENT,
                fovea_cl_choose_several(devices, count, NULL, FOVEA_CL_GPU, FOVEA_CL_MOST_DEVICES + 1, &chosen, &found),
                "too many");
}

static void check_choice(void)
{
    static const fovea_cl_device devices[] = {
        {"Some CPU @ 2 GHz", "v", "d", "p", "", FOVEA_CL_CPU, 4, UINT64_C(16000000000), NULL},
        {"Card 4090", "v", "d", "p", "", FOVEA_CL_GPU, 128, UINT64_C(24000000000), NULL},
        {"Card 4090", "v", "d", "p", "", FOVEA_CL_GPU, 128, UINT64_C(24000000000), NULL},
        {"Board of CPUs", "v", "d", "p", "", FOVEA_CL_ACCELERATOR, 8, UINT64_C(4000000000), NULL},
        {"Spare CPU", "v", "d", "q", "", FOVEA_CL_CPU, 2, UINT64_C(8000000000), NULL}}; /* in lists alone */
    static const struct {
        const char *choice;
        fovea_cl_kind preferred;
        int chosen; /* -1: none fits */
    } cases[] = {{NULL, FOVEA_CL_GPU, 1},    {"", FOVEA_CL_CPU, 0},       {NULL, FOVEA_CL_OTHER, 0},
                 {"0", FOVEA_CL_GPU, 0},     {"2", FOVEA_CL_CPU, 2},      {"4", FOVEA_CL_GPU, -1},
                 {"4090", FOVEA_CL_GPU, -1}, {"d 4090", FOVEA_CL_CPU, 1}, {"cpu", FOVEA_CL_GPU, 0},
                 {"GPU", FOVEA_CL_CPU, 1},   {"some", FOVEA_CL_GPU, 0},   {"Accelerator", FOVEA_CL_CPU, 3},
                 {"CPUS", FOVEA_CL_CPU, 3},  {"gpus", FOVEA_CL_CPU, -1},  {"99999999999999999999", FOVEA_CL_CPU, -1},
                 {"-1", FOVEA_CL_CPU, -1},   {" ", FOVEA_CL_GPU, 1},      {"other", FOVEA_CL_CPU, -1}};
    char name[64], text[2000], part[100];
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int chosen = -2;
        fovea_status status = fovea_cl_choose(devices, 4, cases[i].choice, cases[i].preferred, &chosen);
        snprintf(name, sizeof name, "the choice '%s'", cases[i].choice ? cases[i].choice : "(none)");
        if (cases[i].chosen < 0)
            check_error(name, FOVEA_NO_DEVICE, status, " 3  Board of CPUs     accelerator");
        else
            check(name, status == FOVEA_OK && chosen == cases[i].chosen);
    }
    check_lists(devices, 5);
    check_error("a choice among nothing", FOVEA_BAD_ARGUMENT, fovea_cl_choose(NULL, 0, NULL, FOVEA_CL_GPU, NULL),
                "null");
    size_t length = fovea_cl_devices_text(devices, 4, 2, text, sizeof text);
    check("the list's length", length == strlen(text) && length > 200);
    check("the list's star", strstr(text, "\n*  2  Card 4090") && strchr(text, '*') == strrchr(text, '*'));
    memset(part, 'x', sizeof part);
    check("the list, cut", fovea_cl_devices_text(devices, 4, 2, part, 50) == length && strlen(part) == 49 &&
                               strncmp(part, text, 49) == 0 && part[50] == 'x');
    check("the list, measured", fovea_cl_devices_text(devices, 4, 2, NULL, 0) == length);
}

/* As they are when they are linked into a program: whoever writes to them ends it. */
static void check_read_only(void)
{
    fovea_cl_model *model;
    void *weights = mmap(NULL, PAIR_WEIGHTS_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (weights == MAP_FAILED)
        return;
    memcpy(weights, pair_weights(), PAIR_WEIGHTS_BYTES);
    mprotect(weights, PAIR_WEIGHTS_BYTES, PROT_READ);
    check("weights in memory that cannot be written",
          fovea_cl_open(&model, &pair_net, NULL, weights, PAIR_WEIGHTS_BYTES) == FOVEA_OK && run_once(model, 2, 9));
    fovea_cl_close(model);
    munmap(weights, PAIR_WEIGHTS_BYTES);
}

static int check_all(void)
{
    fovea_cl_model *model;
    check("no error before the first", *fovea_cl_error() == '\0');
    if (open_net(&model, &pair_net) != FOVEA_OK)
        return fail();
    check_threads(model);
    check_plans();
    check_read_only();
    check_profile(model);
    check_mistakes(model);
    check_plan_mistakes();
    check_choice();
    fovea_cl_close(model);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    if (strcmp(what, "devices") == 0)
        return print_devices();
    if (strcmp(what, "answers") == 0)
        return print_answers();
    if (strcmp(what, "wrong") == 0)
        return print_wrong();
    return check_all();
}
