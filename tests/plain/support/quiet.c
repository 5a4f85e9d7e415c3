/* quiet.c - a net that is used while every allocation is counted, then while system calls kill (see ../quiet.sh).
 *
 *   quiet FILE            0 when nothing was allocated; 1, and what was; 2 when the net does not work
 *   quiet FILE malloc     the same with an allocation amid the runs, which has to be seen
 *   quiet FILE brk        the same with a system call
 *
 * The allocators here come before those of the C library, for all code in the process, and hand on to them (glibc).
 * Threads may take memory when they are started, in the first run that is parallel: the second may not.
 */
#define _GNU_SOURCE
#include "probe.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

enum {
    PORTS = 8,
    PORT_FLOATS = 1 << 16,
    THREADS = 4,
    INPUTS = sizeof(probe_inputs) / sizeof(void *),
    OUTPUTS = sizeof(probe_outputs) / sizeof(void *)
};

/* ---- allocators that count ---- */

static const char *volatile first_call; /* the first one counted */
static volatile int counting, calls;

static void count(const char *name)
{
    if (!counting)
        return;
    if (!first_call)
        first_call = name;
    __atomic_add_fetch(&calls, 1, __ATOMIC_RELAXED);
}

void *__libc_malloc(size_t bytes);
void *__libc_calloc(size_t items, size_t bytes);
void *__libc_realloc(void *at, size_t bytes);
void *__libc_memalign(size_t alignment, size_t bytes);
void __libc_free(void *at);

void *malloc(size_t bytes)
{
    count("malloc");
    return __libc_malloc(bytes);
}

void *calloc(size_t items, size_t bytes)
{
    count("calloc");
    return __libc_calloc(items, bytes);
}

void *realloc(void *at, size_t bytes)
{
    count("realloc");
    return __libc_realloc(at, bytes);
}

void *memalign(size_t alignment, size_t bytes)
{
    count("memalign");
    return __libc_memalign(alignment, bytes);
}

void *aligned_alloc(size_t alignment, size_t bytes)
{
    count("aligned_alloc");
    return __libc_memalign(alignment, bytes);
}

int posix_memalign(void **at, size_t alignment, size_t bytes)
{
    count("posix_memalign");
    *at = __libc_memalign(alignment, bytes);
    return *at ? 0 : ENOMEM;
}

void free(void *at)
{
    count("free");
    __libc_free(at);
}

void *mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    count("mmap");
    return (void *)syscall(SYS_mmap, at, bytes, protection, flags, file, offset);
}

int munmap(void *at, size_t bytes)
{
    count("munmap");
    return (int)syscall(SYS_munmap, at, bytes);
}

void *sbrk(intptr_t bytes)
{
    count("sbrk");
    return (void *)(syscall(SYS_brk, 0) + bytes);
}

int brk(void *at)
{
    count("brk");
    return syscall(SYS_brk, at) == (long)at ? 0 : -1;
}

/* ---- the net ---- */

static FOVEA_ALIGNED(64) unsigned char memory[PROBE_SELFTEST_BYTES + PROBE_WORKSPACE_BYTES_FOR(THREADS)];
static FOVEA_ALIGNED(64) float tensors[PORTS][PORT_FLOATS]; /* inputs, then outputs */
static fovea_weights weights;

/* Every function of the interface but the runs themselves, which follow `runs` times on that many threads. */
static int use(int threads, int runs, const char *fault)
{
    probe_model model;
    probe_session session;
    probe_inputs inputs;
    probe_outputs outputs;
    const void *from[INPUTS];
    void *to[OUTPUTS];
    fovea_status status = probe_open(&model, weights.data, weights.bytes);
    if (status == FOVEA_OK)
        status = probe_verify(&model);
    if (status == FOVEA_OK)
        status = probe_selftest(&model, memory, sizeof memory);
    if (status == FOVEA_OK || status == FOVEA_NO_SELFTEST)
        status = probe_session_open(&session, &model, memory, sizeof memory, threads);
    for (size_t i = 0; i < INPUTS; i++)
        from[i] = tensors[i];
    for (size_t i = 0; i < OUTPUTS; i++)
        to[i] = tensors[INPUTS + i];
    memcpy(&inputs, from, sizeof inputs);
    memcpy(&outputs, to, sizeof outputs);
    for (int i = 0; status == FOVEA_OK && i < runs; i++) {
        counting = threads == 1 || i > 0;
        status = probe_run(&session, &inputs, &outputs);
    }
    if (fault && strcmp(fault, "malloc") == 0) {
        void *volatile lost = malloc(1);
        free(lost);
    }
    if (fault && strcmp(fault, "brk") == 0)
        sbrk(0);
    if (status == FOVEA_OK) {
        probe_session_close(&session);
        probe_close(&model);
    }
    return status == FOVEA_OK;
}

/* In strict mode a thread may read, write and exit; anything else is its end. */
static void use_strictly(const char *fault)
{
    counting = 0;
    if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT) != 0) {
        puts("no seccomp");
        return;
    }
    int fine = use(1, 2, fault);
    syscall(SYS_exit, fine ? 0 : 2);
}

int main(int argument_count, char **arguments)
{
    const char *fault = argument_count > 2 ? arguments[2] : NULL;
    typedef char enough_ports[INPUTS + OUTPUTS <= PORTS ? 1 : -1];
    (void)sizeof(enough_ports);
    if (argument_count < 2 || fovea_weights_map(&weights, arguments[1]) != FOVEA_OK)
        return 2;
    puts("begin"); /* standard output has its memory now */
    fflush(stdout);
    counting = 1;
    int fine = use(1, 2, fault && strcmp(fault, "malloc") == 0 ? fault : NULL);
    counting = 0;
    fine &= use(THREADS, 3, NULL);
    counting = 0;
    if (calls)
        printf("%d calls, the first of %s\n", calls, first_call);
    if (!fine)
        puts("the net does not work");
    fflush(stdout);
    if (calls || !fine)
        return fine ? 1 : 2;
    use_strictly(fault);
    return 0;
}
