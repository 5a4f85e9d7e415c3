/* faults.c - makes every single call that the OpenCL side of the runtime makes fail once (see ../../opencl.sh).
 *
 *   faults FOLDER     FOLDER: for the cache, made and emptied here
 *   faults names      the functions that are wrapped, for the linker
 *
 * A scenario opens a model and a session, runs twice, asks for times, and closes all. First it counts the calls; then
 * it goes on from the start as often as there are calls, and another one fails each time. What must come of it: a
 * status that is not OK, an error that names the call and the code, or for what can be done without, right answers; the
 * session works in the next run; and everything that was made is given back.
 */
#if !defined(_POSIX_C_SOURCE)
#define _POSIX_C_SOURCE 200809L
#endif
#include "pair.h"
#include "towers.h"
#include "wraps.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A run of a net: whether its answers are right. */
typedef fovea_status Run(fovea_cl_session *session, int *right);

typedef struct Scenario {
    const char *name;
    const fovea_cl_net *net;
    Run *run;
    int warm, as_gpu; /* warm: the program is in the cache */
    const char *only; /* the function that is of interest, NULL: all */
    int is_rest;      /* all but those that the scenario before this one called as often */
} Scenario;

static fovea_status run_pair(fovea_cl_session *session, int *right)
{
    static Pair pair;
    pair_fill(&pair, 4);
    fovea_status status = pair_run(session, &pair);
    *right = status == FOVEA_OK && pair_right(&pair);
    return status;
}

static fovea_status run_towers(fovea_cl_session *session, int *right)
{
    static Towers towers;
    towers_fill(&towers, 4);
    fovea_status status = towers_run(session, &towers);
    *right = status == FOVEA_OK && towers_right(&towers_net, &towers);
    return status;
}

static const Scenario scenarios[] = {
    {"from the source", &pair_net, run_pair, 0, 0, NULL, 0},
    {"from the cache", &pair_net, run_pair, 1, 0, NULL, 0},
    {"with a source that is refused", &pair_wrong_net, run_pair, 0, 0, "clGetProgramBuildInfo", 0},
    {"as a GPU", &pair_net, run_pair, 1, 1, NULL, 0},
    {"two devices, from the cache", &towers_net, run_towers, 1, 0, NULL, 0},
    {"two devices, from the source", &towers_net, run_towers, 0, 0, NULL, 1},
    {"two GPUs", &towers_net, run_towers, 1, 1, NULL, 1},
};

typedef struct Outcomes {
    int failures; /* functions of the runtime that failed */
    fovea_status status;
    char error[400];      /* of the first */
    int right, recovered; /* answers at the end; a run that failed succeeds the next time */
} Outcomes;

static void note(Outcomes *outcomes, fovea_status status)
{
    if (status == FOVEA_OK || outcomes->failures++)
        return;
    outcomes->status = status;
    snprintf(outcomes->error, sizeof outcomes->error, "%s", fovea_cl_error());
}

/* A function of the runtime that has no status: what it has to say is in the error. */
static void note_close(Outcomes *outcomes, const char *before)
{
    if (strcmp(before, fovea_cl_error()) != 0 && !outcomes->failures)
        note(outcomes, FOVEA_DEVICE_FAILED);
}

static void play(const Scenario *scenario, Outcomes *outcomes)
{
    static char before[8192];
    fovea_cl_model *model;
    fovea_cl_session *session = NULL;
    uint64_t times[PAIR_STEPS + TOWERS_LAUNCHES];
    memset(outcomes, 0, sizeof *outcomes);
    fovea_cl_run(NULL, NULL, NULL); /* an error that is older */
    note(outcomes, fovea_cl_open(&model, scenario->net, NULL, pair_weights(), PAIR_WEIGHTS_BYTES));
    if (model)
        note(outcomes, fovea_cl_session_open(&session, model, 2, 1));
    for (int run = 0; session && run < 2; run++) {
        fovea_status status = scenario->run(session, &outcomes->right);
        note(outcomes, status);
        if (status != FOVEA_OK)
            scenario->run(session, &outcomes->recovered);
        else
            note(outcomes, fovea_cl_profile(session, times, NULL));
    }
    strcpy(before, fovea_cl_error());
    fovea_cl_session_close(session);
    fovea_cl_close(model);
    note_close(outcomes, before);
}

static void empty(const char *folder)
{
    char path[4096];
    DIR *files = opendir(folder);
    for (struct dirent *file; files && (file = readdir(files));) {
        snprintf(path, sizeof path, "%s/%s", folder, file->d_name);
        unlink(path);
    }
    if (files)
        closedir(files);
}

/* NULL, or what is wrong. */
static const char *judge(const Scenario *scenario, size_t which, int number, const Outcomes *outcomes)
{
    const char *name = wrapped[which].name;
    Outcome wanted = wrapped[which].outcome;
    if (scenario->warm && strcmp(name, "clBuildProgram") == 0 && number == 1)
        wanted = OUTCOME_NONE; /* of the binary: then of the source */
    const int is_memory = strcmp(name, "calloc") == 0 || strcmp(name, "realloc") == 0;
    if (!wraps_failed())
        return "the call did not come";
    if (wraps_left())
        return wraps_left() > 0 ? "something was not given back" : "something was given back twice";
    if (scenario->only)
        return outcomes->status == FOVEA_CANNOT_BUILD ? NULL : "the build did not fail";
    if (wanted == OUTCOME_NONE)
        return outcomes->failures || !outcomes->right ? "it could have done without" : NULL;
    if (outcomes->failures != 1)
        return outcomes->failures ? "there were several failures" : "nothing failed";
    if (outcomes->status != (is_memory ? FOVEA_NO_MEMORY : FOVEA_DEVICE_FAILED))
        return "another status";
    if (is_memory)
        return strstr(outcomes->error, "memory") ? NULL : "the error does not speak of memory";
    if (!strstr(outcomes->error, name) || !strstr(outcomes->error, "CL_OUT_OF_RESOURCES (-5)"))
        return "the error does not name the call and the code";
    return NULL;
}

/* Whether a run was what failed, so that the session is there to run again. */
static int is_of_run(const char *name)
{
    return strcmp(name, "clEnqueueNDRangeKernel") == 0 || strcmp(name, "clEnqueueReadBuffer") == 0 ||
           strcmp(name, "clEnqueueCopyBuffer") == 0 || strcmp(name, "clFlush") == 0 ||
           strcmp(name, "clWaitForEvents") == 0;
}

static void fail_each(const Scenario *scenario, const char *folder, size_t which, int calls)
{
    Outcomes outcomes;
    int wrong = 0;
    for (int number = 1; number <= calls; number++) {
        if (!scenario->warm)
            empty(folder);
        wraps_begin(which, number);
        play(scenario, &outcomes);
        wraps_end();
        const char *fault = judge(scenario, which, number, &outcomes);
        if (!fault && is_of_run(wrapped[which].name) && !outcomes.recovered)
            fault = "the next run failed, too";
        if (fault && !wrong++)
            printf("not ok %s, %s fails, call %d of %d: %s; status %d, '%s'\n", scenario->name, wrapped[which].name,
                   number, calls, fault, outcomes.status, outcomes.error);
    }
    if (!wrong)
        printf("ok %s, %s fails, each of %d calls\n", scenario->name, wrapped[which].name, calls);
}

/* `called`: adds up how often each function was, over all scenarios. */
static int play_all(const Scenario *scenario, const char *folder, int *called)
{
    static int before[64];
    Outcomes outcomes;
    int calls[64];
    wraps_as_gpu(scenario->as_gpu);
    empty(folder);
    for (int time = 0; time <= scenario->warm; time++) {
        wraps_begin(0, 0);
        play(scenario, &outcomes);
        wraps_end();
    }
    if (!scenario->only && (outcomes.failures || !outcomes.right || wraps_left())) {
        printf("not ok %s: status %d, %d left, '%s'\n", scenario->name, outcomes.status, wraps_left(), outcomes.error);
        return 0;
    }
    for (size_t i = 0; i < wrapped_count; i++) {
        calls[i] = wraps_calls(i);
        called[i] += calls[i];
        if (calls[i] && strcmp(wrapped[i].name, "clGetContextInfo") == 0)
            calls[i] = 1; /* how often it comes depends on PoCL's threads */
    }
    for (size_t i = 0; i < wrapped_count; i++)
        if (calls[i] && strcmp(wrapped[i].name, "free") != 0 && !(scenario->is_rest && calls[i] == before[i]) &&
            (!scenario->only || strcmp(wrapped[i].name, scenario->only) == 0))
            fail_each(scenario, folder, i, calls[i]);
    memcpy(before, calls, sizeof before);
    return 1;
}

/* clFinish is called after another failure alone: there the first one is what is said. */
static void check_finish(void)
{
    Outcomes outcomes;
    size_t which = 0, finish = 0;
    for (size_t i = 0; i < wrapped_count; i++) {
        if (strcmp(wrapped[i].name, "clWaitForEvents") == 0)
            which = i;
        if (strcmp(wrapped[i].name, "clFinish") == 0)
            finish = i;
    }
    wraps_begin(which, 1);
    play(&scenarios[0], &outcomes);
    wraps_end();
    if (wraps_calls(finish) == 1 && outcomes.failures == 1 && outcomes.recovered)
        printf("ok a run that fails waits until nothing uses the caller's memory\n");
    else
        printf("not ok a run that fails waits until nothing uses the caller's memory: %d calls\n", wraps_calls(finish));
}

/* Work-groups have scratch memory of their own, as many as there are at once: threads, and at most units and shares. */
static void check_bytes(void)
{
    const size_t others = PAIR_WEIGHTS_BYTES + 2 * PAIR_COUNT * 4 + 3 * PAIR_COUNT * 4 + 64;
    fovea_cl_model *model;
    fovea_cl_session *session;
    int fine = 1;
    for (int threads = 1; threads <= 64; threads *= 2) {
        wraps_begin(0, 0);
        fine = fine && fovea_cl_open(&model, &pair_cpu_net, NULL, pair_weights(), PAIR_WEIGHTS_BYTES) == FOVEA_OK;
        fine = fine && fovea_cl_session_open(&session, model, threads, 0) == FOVEA_OK;
        if (!fine)
            break;
        size_t groups = (size_t)threads, units = fovea_cl_model_device(model)->units;
        groups = groups > units ? units : groups;
        groups = groups > 8 ? 8 : groups;
        fine = wraps_bytes() == others + groups * PAIR_COUNT * 4;
        fovea_cl_session_close(session);
        fovea_cl_close(model);
        wraps_end();
    }
    printf(fine ? "ok each work-group has scratch memory\n"
                : "not ok each work-group has scratch memory: other sizes\n");
}

int main(int argc, char **argv)
{
    int called[64] = {0};
    if (argc != 2)
        return 2;
    if (strcmp(argv[1], "names") == 0) {
        for (size_t i = 0; i < wrapped_count; i++)
            puts(wrapped[i].name);
        return 0;
    }
    setenv("FOVEA_CACHE", argv[1], 1);
    for (size_t i = 0; i < sizeof scenarios / sizeof scenarios[0]; i++)
        if (!play_all(&scenarios[i], argv[1], called))
            return 1;
    wraps_as_gpu(0);
    check_finish();
    check_bytes();
    for (size_t i = 0; i < wrapped_count; i++)
        if (!called[i] && strcmp(wrapped[i].name, "clFinish") != 0)
            printf("not ok %s: no scenario calls it\n", wrapped[i].name);
    return 0;
}
