/* engine.c - opening a model and running it (see engine.h). */
#include "engine.h"
#include "input.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#if defined(__linux__)
#include <sys/mman.h>
#endif

enum { HUGE_PAGE = 1 << 21 };

/* Zeroed, so that the places of a batch that is not full hold numbers. NULL when there is no memory. */
static void *aligned_zeros(size_t bytes)
{
    if (bytes > SIZE_MAX - 2 * FOVEA_ALIGNMENT)
        return NULL;
    bytes = (bytes / FOVEA_ALIGNMENT + 1) * FOVEA_ALIGNMENT;
    void *memory = aligned_alloc(FOVEA_ALIGNMENT, bytes);
    return memory ? memset(memory, 0, bytes) : NULL;
}

/* As it comes: every run writes what it reads of it. In large pages where the system has some: fetching small ones, one
 * after another, takes milliseconds in the first run. NULL when there is no memory. */
static void *make_workspace(size_t bytes)
{
    if (bytes > SIZE_MAX - 2 * (size_t)HUGE_PAGE)
        return NULL;
    size_t unit = bytes < HUGE_PAGE ? FOVEA_ALIGNMENT : HUGE_PAGE;
    bytes = (bytes / unit + 1) * unit;
    void *memory = aligned_alloc(unit, bytes);
#if defined(MADV_HUGEPAGE)
    if (memory && unit == HUGE_PAGE)
        (void)madvise(memory, bytes, MADV_HUGEPAGE); /* a wish */
#endif
    return memory;
}

static void **make_tensors(const fovea_port *ports, size_t count, int64_t batch, fovea_fault *fault)
{
    void **tensors = calloc(count + 1, sizeof *tensors);
    for (size_t i = 0; tensors && i < count; i++) {
        size_t bytes = fovea_size(batch, fovea_port_bytes(&ports[i]));
        tensors[i] = aligned_zeros(bytes);
        if (!tensors[i]) {
            fovea_fail_memory(fault, bytes);
            return tensors;
        }
    }
    if (!tensors)
        fovea_fail_memory(fault, (count + 1) * sizeof *tensors);
    return tensors;
}

static void free_tensors(void **tensors, size_t count)
{
    for (size_t i = 0; tensors && i < count; i++)
        free(tensors[i]);
    free(tensors);
}

static bool find_weights(fovea_engine *engine, const char *path, fovea_fault *fault)
{
    const fovea_program *program = engine->program;
    engine->blob = program->weights;
    engine->blob_bytes = program->weights_bytes;
    if (!path)
        return engine->blob ||
               fovea_fail(fault, "%s was built without weights; give them with --weights FILE", program->name);
    errno = 0; /* a folder, or a file that is too short, fails without an error of the system */
    fovea_status status = fovea_weights_map(&engine->mapped, path);
    if (status != FOVEA_OK)
        return fovea_fail(fault, "cannot read %s: %s", path, errno ? strerror(errno) : fovea_status_text(status));
    engine->blob = engine->mapped.data;
    engine->blob_bytes = engine->mapped.bytes;
    return true;
}

/* What a status means, or what a device said, which tells more and begins with the net's name itself. */
static bool fail(const fovea_program *program, const char *where, fovea_status status, fovea_fault *fault)
{
    const char *said = program->error ? program->error() : "";
    return said[0] ? fovea_fail_lines(fault, said) : fovea_fail(fault, "%s: %s", where, fovea_status_text(status));
}

static bool open_model(fovea_engine *engine, int threads, const char *weights, fovea_fault *fault)
{
    const fovea_program *program = engine->program;
    const char *where = weights ? weights : program->name;
    fovea_status status = program->open(engine->model, engine->blob, engine->blob_bytes);
    if (status != FOVEA_OK)
        return fail(program, where, status, fault);
    engine->model_open = true;
    size_t bytes = program->workspace_for ? program->workspace_for(threads) : program->workspace_bytes;
    engine->workspace = make_workspace(bytes);
    if (!engine->workspace)
        return fovea_fail_memory(fault, bytes);
    status = program->session_open(engine->session, engine->model, engine->workspace, bytes, threads);
    if (status != FOVEA_OK)
        return fail(program, program->name, status, fault);
    engine->session_open = true;
    return true;
}

bool fovea_engine_open(fovea_engine *engine, const fovea_program *program, int threads, const char *weights,
                       fovea_fault *fault)
{
    *engine = (fovea_engine){.program = program};
    fault->text[0] = '\0';
    engine->inputs = make_tensors(program->inputs, program->input_count, program->batch, fault);
    engine->outputs = make_tensors(program->outputs, program->output_count, program->batch, fault);
    engine->model = aligned_zeros(program->model_bytes);
    engine->session = aligned_zeros(program->session_bytes);
    bool fine =
        !fault->text[0] && ((engine->model && engine->session) || fovea_fail_memory(fault, program->model_bytes));
    fine = fine && find_weights(engine, weights, fault) && open_model(engine, threads, weights, fault);
    if (!fine)
        fovea_engine_close(engine);
    return fine;
}

void fovea_engine_close(fovea_engine *engine)
{
    if (engine->session_open)
        engine->program->session_close(engine->session);
    if (engine->model_open)
        engine->program->close(engine->model);
    fovea_weights_unmap(&engine->mapped);
    free_tensors(engine->inputs, engine->program->input_count);
    free_tensors(engine->outputs, engine->program->output_count);
    free(engine->model);
    free(engine->session);
    free(engine->workspace);
    *engine = (fovea_engine){.program = engine->program};
}

bool fovea_engine_run(fovea_engine *engine, fovea_fault *fault)
{
    double start = fovea_seconds();
    fovea_status status = engine->program->run(engine->session, (const void *const *)engine->inputs, engine->outputs);
    engine->seconds += fovea_seconds() - start;
    return status == FOVEA_OK || fail(engine->program, engine->program->name, status, fault);
}

bool fovea_engine_selftest(fovea_engine *engine, fovea_fault *fault)
{
    const fovea_program *program = engine->program;
    fovea_status status = fovea_weights_verify(engine->blob, engine->blob_bytes);
    if (status == FOVEA_OK && program->selftest) {
        void *scratch = aligned_zeros(program->selftest_bytes);
        if (!scratch)
            return fovea_fail_memory(fault, program->selftest_bytes);
        status = program->selftest(engine->model, scratch, program->selftest_bytes);
        free(scratch);
    }
    return status == FOVEA_OK || fovea_fail(fault, "selftest of %s: %s", program->name, fovea_status_text(status));
}

void *fovea_engine_input(const fovea_engine *engine, size_t port, int64_t slot)
{
    return (unsigned char *)engine->inputs[port] + (size_t)slot * fovea_port_bytes(&engine->program->inputs[port]);
}

const float *fovea_engine_output(const fovea_engine *engine, size_t port, int64_t slot)
{
    return (const float *)engine->outputs[port] + slot * fovea_port_count(&engine->program->outputs[port]);
}

double fovea_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}
