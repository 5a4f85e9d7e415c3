/* several.c - nets of several devices from outside, on towers.h (see ../../opencl_devices.sh):
 *
 *   several answers     opens and runs; "right built, units 2 1, 2 devices", or "cached"
 *   several one         the same for a net of one device
 *   several all         lines "ok ..." and "not ok ..." about everything that needs no other process
 * and with wraps.c:
 *   several seen        ... about whether a run sees it when no launch waits for another device
 *   several kinds       ... about two devices, one of which says that it is a GPU
 *
 * Exit status 1 after an error, which goes to standard error.
 */
#include "opencl/fovea_cl_internal.h"
#include "pair.h"
#include "towers.h"
#ifdef WRAPPED
#include "wraps.h"
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void check(const char *name, int right)
{
    if (right)
        printf("ok %s\n", name);
    else
        printf("not ok %s: %.300s\n", name, fovea_cl_error());
}

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

static int fail(void)
{
    fprintf(stderr, "%s\n", fovea_cl_error());
    return 1;
}

/* How many runs of one session, each with other inputs, are right. */
static int right_runs(const fovea_cl_model *model, int profile, int runs)
{
    static Towers towers;
    fovea_cl_session *session;
    int right = 0;
    if (fovea_cl_session_open(&session, model, 4, profile) != FOVEA_OK)
        return 0;
    for (int run = 0; run < runs; run++) {
        towers_fill(&towers, run);
        right += towers_run(session, &towers) == FOVEA_OK && towers_right(model->net, &towers);
    }
    fovea_cl_session_close(session);
    return right;
}

/* ---- what a process says ---- */

static int print_answers(void)
{
    fovea_cl_model *model;
    int count;
    if (open_net(&model, &towers_net) != FOVEA_OK)
        return fail();
    printf("%s %s, units", right_runs(model, 0, 1) ? "right" : "wrong",
           fovea_cl_model_cached(model) ? "cached" : "built");
    const fovea_cl_device *devices = fovea_cl_model_devices(model, &count);
    for (int i = 0; i < count; i++)
        printf(" %u", devices[i].units);
    printf(", %d devices\n", fovea_cl_distinct(model).count);
    fovea_cl_close(model);
    return 0;
}

static int print_one(void)
{
    fovea_cl_net net = towers_net;
    fovea_cl_launch launch = net.cpu.launches[6];
    fovea_cl_model *model;
    net.device_count = 1;
    launch.device = 0;
    net.cpu.launches = &launch;
    net.cpu.launch_count = 1;
    if (open_net(&model, &net) != FOVEA_OK)
        return fail();
    printf("%s\n", fovea_cl_model_cached(model) ? "cached" : "built");
    fovea_cl_close(model);
    return 0;
}

/* ---- who waits for whom ---- */

typedef struct Before {
    unsigned char launches[TOWERS_MOST_LAUNCHES]; /* 1: it is done before this one begins */
} Before;

static int writes(const fovea_cl_launch *launch, int device)
{
    return launch->transfer ? launch->transfer->to_device == device : launch->device == device;
}

static int touches(const fovea_cl_launch *launch, int device)
{
    return writes(launch, device) || fovea_cl_queue_of(launch) == device;
}

/* Two launches that touch the same memory, which one of them writes, follow each other. */
static int is_ordered(const fovea_cl_plan *plan, int devices, const Before *before)
{
    for (int later = 0; later < plan->launch_count; later++)
        for (int earlier = 0; earlier < later; earlier++)
            for (int device = 0; device < devices; device++) {
                const fovea_cl_launch *a = &plan->launches[earlier], *b = &plan->launches[later];
                if (touches(a, device) && touches(b, device) && (writes(a, device) || writes(b, device)) &&
                    !before[later].launches[earlier])
                    return 0;
            }
    return 1;
}

static int schedule_holds(const fovea_cl_net *net)
{
    static fovea_cl_waits waits[TOWERS_MOST_LAUNCHES];
    static Before before[TOWERS_MOST_LAUNCHES];
    const fovea_cl_plan *plan = &net->cpu;
    int last[FOVEA_CL_MOST_DEVICES], flushed[FOVEA_CL_MOST_DEVICES];
    memset(before, 0, sizeof before);
    memset(last, -1, sizeof last);
    memset(flushed, -1, sizeof flushed);
    fovea_cl_schedule(plan, net->device_count, waits);
    for (int at = 0; at < plan->launch_count; at++) {
        const int queue = fovea_cl_queue_of(&plan->launches[at]);
        if (queue < 0)
            continue;
        for (int i = 0; i < net->device_count; i++)
            if (waits[at].flushes >> i & 1)
                flushed[i] = at - 1;
        for (int i = -1; i < waits[at].count; i++) {
            const int earlier = i < 0 ? last[queue] : waits[at].at[i];
            if (earlier < 0)
                continue;
            if (i >= 0 && (earlier >= at || !waits[earlier].is_awaited ||
                           flushed[fovea_cl_queue_of(&plan->launches[earlier])] < earlier))
                return 0;
            for (int j = 0; j < at; j++)
                before[at].launches[j] |= before[earlier].launches[j];
            before[at].launches[earlier] = 1;
        }
        last[queue] = at;
    }
    for (int i = 0; i < net->device_count; i++)
        if (last[i] >= 0 && !waits[last[i]].is_awaited)
            return 0;
    return is_ordered(plan, net->device_count, before);
}

static void check_schedules(void)
{
    static RandomNet random;
    char name[64];
    int needless = 0;
    check("a plan by hand: who waits for whom", schedule_holds(&towers_net));
    for (int devices = 2; devices <= FOVEA_CL_MOST_DEVICES; devices += devices < 5 ? 1 : 11) {
        int held = 0;
        for (unsigned seed = 0; seed < 100; seed++) {
            towers_random(&random, devices, TOWERS_MOST_LAUNCHES, seed);
            held += schedule_holds(&random.net);
        }
        snprintf(name, sizeof name, "plans at random, %d devices: %d of 100 hold", devices, held);
        check(name, held == 100);
    }
    /* Without copies between devices nobody waits. */
    static fovea_cl_waits waits[TOWERS_MOST_LAUNCHES];
    static const fovea_cl_transfer in = {{FOVEA_CL_INPUT, 0, 0}, {FOVEA_CL_MEMORY, 0, 0}, FOVEA_CL_HOST, 1, 4, 4};
    for (int i = 0; i < TOWERS_MOST_LAUNCHES; i++)
        if (random.launches[i].transfer && random.launches[i].transfer->from_device != FOVEA_CL_HOST)
            random.launches[i].transfer = &in;
    fovea_cl_schedule(&random.net.cpu, FOVEA_CL_MOST_DEVICES, waits);
    for (int i = 0; i < TOWERS_MOST_LAUNCHES; i++)
        needless += waits[i].count + (waits[i].flushes != 0);
    check("without copies between devices nobody waits", needless == 0);
}

/* ---- answers ---- */

static void check_runs(const fovea_cl_model *model)
{
    char name[64];
    int right = right_runs(model, 0, 1000);
    snprintf(name, sizeof name, "%d of 1000 runs are right", right);
    check(name, right == 1000);
    right = right_runs(model, 1, 100);
    snprintf(name, sizeof name, "%d of 100 timed runs are right", right);
    check(name, right == 100);
}

static void check_random(int devices)
{
    static RandomNet random;
    fovea_cl_model *model;
    char name[64];
    int right = 0;
    towers_random(&random, devices, 60, 0);
    if (open_net(&model, &random.net) != FOVEA_OK) {
        check("nets at random: opened", 0);
        return;
    }
    for (unsigned seed = 0; seed < 50; seed++) {
        towers_random(&random, devices, 60, seed);
        right += right_runs(model, 0, 3);
    }
    snprintf(name, sizeof name, "nets at random, %d devices: %d of 150 runs are right", devices, right);
    check(name, right == 150);
    fovea_cl_close(model);
}

/* ---- devices, queues, times ---- */

static void check_devices(const fovea_cl_model *model)
{
    int count = 0, fine;
    fovea_cl_session *session;
    const fovea_cl_device *devices = fovea_cl_model_devices(model, &count);
    check("two devices, the first of which is the model's",
          count == 2 && devices == fovea_cl_model_device(model) && devices[0].kind == devices[1].kind);
    fine = fovea_cl_session_open(&session, model, 1, 0) == FOVEA_OK;
    for (int i = 0; fine && i < 2; i++) {
        cl_device_id id = NULL;
        fine =
            clGetCommandQueueInfo(session->queues[i], CL_QUEUE_DEVICE, sizeof(cl_device_id), &id, NULL) == CL_SUCCESS &&
            id == (cl_device_id)devices[i].id;
    }
    check("each has its own queue", fine && session->queues[0] != session->queues[1]);
    fovea_cl_session_close(session);
    for (int threads = 1; fine && threads <= 16; threads++) {
        fine = fovea_cl_session_open(&session, model, threads, 0) == FOVEA_OK;
        for (int i = 0; fine && i < TOWERS_LAUNCHES; i++) {
            const fovea_cl_launch *launch = &towers_net.cpu.launches[i];
            size_t wanted = (size_t)(threads + 1) / 2;
            wanted = wanted < devices[launch->device].units ? wanted : devices[launch->device].units;
            wanted = wanted < 4 ? wanted : 4;
            fine = launch->transfer || devices[0].kind != FOVEA_CL_CPU || session->commands[i].global[0] == wanted;
        }
        fovea_cl_session_close(session);
    }
    check("each uses its part of the threads", fine);
    check("no devices of no model", !fovea_cl_model_devices(NULL, &count) && count == 0);
}

static void check_times(const fovea_cl_model *model)
{
    static Towers towers;
    fovea_cl_session *session;
    uint64_t times[TOWERS_LAUNCHES], whole = 0;
    int fine;
    towers_fill(&towers, 3);
    fine = fovea_cl_session_open(&session, model, 2, 1) == FOVEA_OK;
    check_error("times before the first run", FOVEA_BAD_ARGUMENT, fovea_cl_profile(session, times, &whole), "timed");
    for (int run = 0; fine && run < 20; run++) {
        fine = towers_run(session, &towers) == FOVEA_OK && towers_right(&towers_net, &towers) &&
               fovea_cl_profile(session, times, &whole) == FOVEA_OK;
        for (int i = 0; fine && i < TOWERS_LAUNCHES; i++) {
            const fovea_cl_transfer *transfer = towers_net.cpu.launches[i].transfer;
            const int is_own = transfer && fovea_cl_queue_of(&towers_net.cpu.launches[i]) == FOVEA_CL_HOST;
            fine = is_own ? times[i] == 0 : times[i] > 0 && times[i] <= whole;
        }
    }
    check("times of kernels and transfers", fine && whole < UINT64_C(60000000000));
    fovea_cl_session_close(session);
}

/* Two kernels that take long and wait for nothing take longer together than the whole, in one of many runs. */
static void check_overlap(void)
{
    static Towers towers;
    fovea_cl_launch launches[] = {towers_net.cpu.launches[0], towers_net.cpu.launches[1], towers_net.cpu.launches[4],
                                  towers_net.cpu.launches[4]};
    fovea_cl_net net = towers_net;
    fovea_cl_model *model;
    fovea_cl_session *session = NULL;
    uint64_t times[4], whole = 0;
    int overlapped = 0;
    launches[3].device = 1;
    for (int i = 0; i < 4; i++)
        launches[i].step = i;
    net.step_count = 4;
    net.cpu.options = "-DDELAY=20000";
    net.cpu.launches = launches;
    net.cpu.launch_count = 4;
    int fine = open_net(&model, &net) == FOVEA_OK && fovea_cl_session_open(&session, model, 2, 1) == FOVEA_OK;
    for (int run = 0; fine && run < 50 && !overlapped; run++) {
        fine = towers_run(session, &towers) == FOVEA_OK && fovea_cl_profile(session, times, &whole) == FOVEA_OK;
        overlapped = fine && times[2] + times[3] > whole;
    }
    check("both devices compute at the same time", overlapped);
    fovea_cl_session_close(session);
    fovea_cl_close(model);
}

/* ---- mistakes ---- */

static fovea_status open_with(fovea_cl_model *model, fovea_cl_net *net, const fovea_cl_launch *launch)
{
    fovea_cl_session *session;
    net->cpu.launches = launch;
    net->cpu.launch_count = 1;
    fovea_status status = fovea_cl_session_open(&session, model, 1, 0);
    fovea_cl_session_close(session);
    net->cpu = towers_net.cpu;
    return status;
}

static void check_transfers(void)
{
    enum { LAST = TOWERS_SLOTS * TOWERS_COUNT - 1, I = FOVEA_CL_INPUT, O = FOVEA_CL_OUTPUT, M = FOVEA_CL_MEMORY };
    static const struct {
        const char *name;
        fovea_cl_transfer transfer;
        int fine;
    } cases[] = {
        {"the last element", {{M, 0, LAST}, {M, 0, LAST}, 0, 1, 4, 4}, 1},
        {"the last of an input", {{I, 1, TOWERS_COUNT - 1}, {M, 0, 4 * LAST + 3}, -1, 1, 1, 1}, 1},
        {"from the caller to the caller", {{I, 0, 0}, {O, 0, 0}, -1, -1, 4, 4}, 1},
        {"behind the memory that is read", {{M, 0, LAST}, {M, 0, 0}, 0, 1, 4, 8}, 0},
        {"behind the memory that is written", {{M, 0, 0}, {M, 0, LAST + 1}, 0, 1, 4, 4}, 0},
        {"far behind it", {{M, 0, UINT32_MAX}, {M, 0, 0}, 0, 1, 255, 4}, 0},
        {"behind an input", {{I, 1, 0}, {M, 0, 0}, -1, 1, 4, TOWERS_COUNT + 1}, 0},
        {"behind an output", {{M, 0, 0}, {O, 1, 1}, 0, -1, 4, TOWERS_COUNT * 4}, 0},
        {"an input that is not there", {{I, 2, 0}, {M, 0, 0}, -1, 0, 4, 4}, 0},
        {"an output that is not there", {{M, 0, 0}, {O, 2, 0}, 0, -1, 4, 4}, 0},
        {"an input that is written", {{M, 0, 0}, {I, 0, 0}, 0, -1, 4, 4}, 0},
        {"an output that is read", {{O, 0, 0}, {M, 0, 0}, -1, 0, 4, 4}, 0},
        {"an input on a device", {{I, 0, 0}, {M, 0, 0}, 0, 1, 4, 4}, 0},
        {"memory of the caller", {{M, 0, 0}, {M, 0, 0}, -1, 1, 4, 4}, 0},
        {"weights", {{FOVEA_CL_WEIGHTS, 0, 0}, {M, 0, 0}, 0, 1, 4, 4}, 0},
        {"from a device to itself", {{M, 0, 0}, {M, 0, 8}, 1, 1, 4, 4}, 0},
        {"to a device that is not there", {{M, 0, 0}, {M, 0, 0}, 0, 2, 4, 4}, 0},
        {"from one that cannot be", {{M, 0, 0}, {M, 0, 0}, -2, 0, 4, 4}, 0},
        {"nothing", {{M, 0, 0}, {M, 0, 0}, 0, 1, 4, 0}, 0},
    };
    fovea_cl_net net = towers_net, one = towers_net;
    fovea_cl_model *model, *single;
    char name[96];
    one.device_count = 0;
    if (open_net(&model, &net) != FOVEA_OK || open_net(&single, &one) != FOVEA_OK) {
        check("transfers: opened", 0);
        return;
    }
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        const fovea_cl_launch launch = {NULL, "x", 0, NULL, 0, 1, {0}, {0}, 0, &cases[i].transfer};
        fovea_status status = open_with(model, &net, &launch);
        snprintf(name, sizeof name, "a transfer: %s", cases[i].name);
        if (cases[i].fine)
            check(name, status == FOVEA_OK);
        else
            check_error(name, FOVEA_BAD_ARGUMENT, status, "towers: launch 0 is a transfer from or to what the net");
    }
    const fovea_cl_launch across = {NULL, "x", 0, NULL, 0, 1, {0}, {0}, 0, &cases[0].transfer};
    check_error("a transfer in a net of one device", FOVEA_BAD_ARGUMENT, open_with(single, &one, &across), "launch 0");
    fovea_cl_close(single);
    fovea_cl_close(model);
}

static void check_mistakes(void)
{
    static const fovea_cl_tensor input[] = {{FOVEA_CL_INPUT, 0, 0}, {FOVEA_CL_MEMORY, 0, 0}};
    const fovea_cl_launch reads = {"towers_wide", "x", 0, input, 2, 1, {1, 1, 1}, {1, 1, 1}, 1, NULL};
    fovea_cl_launch third = towers_net.cpu.launches[6];
    fovea_cl_net net = towers_net;
    fovea_cl_model *model;
    if (open_net(&model, &net) != FOVEA_OK) {
        check("mistakes: opened", 0);
        return;
    }
    third.device = 2;
    check_error("a kernel that reads an input", FOVEA_BAD_ARGUMENT, open_with(model, &net, &reads),
                "towers: kernel towers_wide: argument 0 is in a buffer that the net does not have");
    check_error("a kernel of a device that is not there", FOVEA_BAD_ARGUMENT, open_with(model, &net, &third),
                "towers: kernel towers_wide is for device 2, and the net has 2");
    fovea_cl_close(model);
    net.device_count = FOVEA_CL_MOST_DEVICES + 1;
    check_error("more devices than a net may have", FOVEA_BAD_ARGUMENT, open_net(&model, &net),
                "towers: the net has 17 devices, and 16 is the most");
    check_error("fewer names than devices", FOVEA_NO_DEVICE,
                fovea_cl_open(&model, &towers_net, "0,nowhere", pair_weights(), PAIR_WEIGHTS_BYTES), "'nowhere'");
}

static int check_all(void)
{
    fovea_cl_model *model;
    check_schedules();
    if (open_net(&model, &towers_net) != FOVEA_OK)
        return fail();
    check_devices(model);
    check_times(model);
    if (fovea_cl_distinct(model).count == 2)
        check_overlap();
    check_runs(model);
    fovea_cl_close(model);
    check_random(2);
    check_random(3);
    check_transfers();
    check_mistakes();
    return 0;
}

#ifdef WRAPPED
/* Events that nobody waits for: one of many answers is then wrong, or these checks would see nothing. */
static int check_seen(void)
{
    fovea_cl_model *model;
    if (open_net(&model, &towers_net) != FOVEA_OK)
        return fail();
    wraps_without_waiting(1);
    check("a run sees it when no launch waits", right_runs(model, 0, 200) < 200);
    wraps_without_waiting(0);
    check("and is right when they do", right_runs(model, 0, 200) == 200);
    fovea_cl_close(model);
    return 0;
}

static int check_kinds(void)
{
    fovea_cl_net net = towers_net;
    fovea_cl_model *model;
    const char *weights = pair_weights();
    wraps_as_gpu(2);
    check_error("a CPU and a GPU, which have a plan each", FOVEA_NO_DEVICE,
                fovea_cl_open(&model, &net, "0,1", weights, PAIR_WEIGHTS_BYTES),
                " need kernels of two kinds, and a net");
    net.gpu.launch_count = 0;
    check("and which have one", fovea_cl_open(&model, &net, "0,1", weights, PAIR_WEIGHTS_BYTES) == FOVEA_OK &&
                                    right_runs(model, 0, 20) == 20);
    fovea_cl_close(model);
    return 0;
}
#endif

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "all";
    if (strcmp(what, "answers") == 0)
        return print_answers();
    if (strcmp(what, "one") == 0)
        return print_one();
#ifdef WRAPPED
    if (strcmp(what, "seen") == 0)
        return check_seen();
    if (strcmp(what, "kinds") == 0)
        return check_kinds();
#endif
    return check_all();
}
