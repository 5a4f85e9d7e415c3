/* fovea_opencl.h - the part of the runtime that models of target opencl link with: devices, programs, runs.
 *
 * A compiled model is a table (fovea_cl_net): the source of its kernels, and in which order they are launched on which
 * parts of which buffers, once for devices of CPU kind and once for GPUs; a net for several devices also says what is
 * sent from which to which. All else is done here. C99 and C++, OpenCL 1.2; this header needs none of OpenCL's. Built
 * with -I on the folder that has fovea.h, linked with -lOpenCL:
 *
 *   cc -c -I. opencl/fovea_cl_*.c
 *
 * Nothing is printed, and nothing falls back to another device. What failed is a fovea_status, and more of it
 * fovea_cl_error(). Several models, and several sessions of one, may be used in several threads at once, each session
 * by one of them at a time.
 *
 * The environment:
 *   FOVEA_DEVICE     the device: its index in the list, `cpu`, `gpu` or `accelerator`, or a part of its name; several
 *                    of these, with commas between them, for nets of several devices
 *   FOVEA_CACHE      the folder for built programs; without it $XDG_CACHE_HOME/fovea or ~/.cache/fovea, except for
 *                    those of PoCL, which has a cache of its own
 */
#ifndef FOVEA_OPENCL_H
#define FOVEA_OPENCL_H

#include "fovea.h"

#ifdef __cplusplus
extern "C" {
#endif

/* ---- errors ---- */

/* What failed last in the calling thread: the model and its kernel or buffer, the call of OpenCL, the name of its error
 * code, and for programs that cannot be built what the device's compiler said, cut where it is long. "" before the
 * first failure. The text stays until the thread's next failure. */
const char *fovea_cl_error(void);

/* ---- devices ---- */

/* Of one net. */
enum { FOVEA_CL_MOST_DEVICES = 16 };

typedef enum fovea_cl_kind { FOVEA_CL_CPU, FOVEA_CL_GPU, FOVEA_CL_ACCELERATOR, FOVEA_CL_OTHER } fovea_cl_kind;

/* Texts are cut where they are longer. */
typedef struct fovea_cl_device {
    char name[128], vendor[64], driver[64], platform[64], version[96]; /* version: of OpenCL, on this platform */
    fovea_cl_kind kind;
    unsigned units; /* that compute at the same time */
    uint64_t memory_bytes;
    void *id; /* the cl_device_id */
} fovea_cl_device;

/* All devices of all platforms: these in the order of their names, and the devices of one in its own order. An array
 * for free(). FOVEA_NO_DEVICE when there is none. */
fovea_status fovea_cl_devices(fovea_cl_device **devices, int *count);

/* The place in the list of the device that `choice` means, written as in FOVEA_DEVICE; NULL or "": the first one of the
 * preferred kind, or the first. Of several names between commas it is the first one's. FOVEA_NO_DEVICE when none fits
 * one of them: the error lists what there is. */
fovea_status fovea_cl_choose(const fovea_cl_device *devices, int count, const char *choice, fovea_cl_kind preferred,
                             int *chosen);
/* The places of up to `wanted` (1 to FOVEA_CL_MOST_DEVICES) devices, and in *found how many they are. One name means
 * the first device that fits, and with it the next ones that fit on the same platform, if there are `wanted` of them;
 * if not, *found is 1. An index fits its device alone; no name, all devices of the chosen one's kind. Of several names
 * each means the first device that fits and that none before it means; an index may be there twice. The first `wanted`
 * of them are taken, and fewer are an error. */
fovea_status fovea_cl_choose_several(const fovea_cl_device *devices, int count, const char *choice,
                                     fovea_cl_kind preferred, int wanted, int *chosen, int *found);

/* The list for people, one line a device below a line of titles, a star before the chosen one (-1: none). Writes at
 * most `bytes`, the zero at the end included, and returns the length of the whole. */
size_t fovea_cl_devices_text(const fovea_cl_device *devices, int count, int chosen, char *text, size_t bytes);

/* ---- compiled models ---- */

typedef enum fovea_cl_place {
    FOVEA_CL_WEIGHTS, /* the blob, from its first byte on */
    FOVEA_CL_MEMORY,  /* of the session, read and written; each device has its own */
    FOVEA_CL_SCRATCH, /* of the launch */
    FOVEA_CL_INPUT,
    FOVEA_CL_OUTPUT
} fovea_cl_place;

/* A tensor of a launch: two arguments of the kernel, the buffer and a uint, the element (of the kernel's type) where it
 * begins there. */
typedef struct fovea_cl_tensor {
    unsigned char place, port; /* port: which input or output */
    uint32_t at;
} fovea_cl_tensor;

/* Whose memory: a device's number, from 0 on, or the caller's. */
enum { FOVEA_CL_HOST = -1 };

/* Bytes that are copied from one memory to another, where a net has several devices. On a device it is FOVEA_CL_MEMORY;
 * the caller's is FOVEA_CL_INPUT where it is read, and FOVEA_CL_OUTPUT where it is written. */
typedef struct fovea_cl_transfer {
    fovea_cl_tensor from, to;
    int from_device, to_device;  /* another, or FOVEA_CL_HOST, which both may be */
    unsigned char element_bytes; /* what `at` counts, on both sides: 4 for floats */
    size_t bytes;                /* in all */
} fovea_cl_transfer;

/* One call of a kernel; several may share one. Or a transfer, which has no more than `layers`. */
typedef struct fovea_cl_launch {
    const char *kernel; /* its name in the source */
    const char *layers; /* what it computes, for messages and profiles */
    int step;           /* of the net, which may take several launches */
    const fovea_cl_tensor *tensors;
    int tensor_count;
    int shares;                        /* for CPUs: its loop can be shared among so many work-groups at most */
    size_t global[3], local[3];        /* for GPUs: work-items in all, and in a work-group */
    unsigned char device;              /* which of the net's devices computes it */
    const fovea_cl_transfer *transfer; /* NULL: it is a kernel */
} fovea_cl_launch;

/* One way of computing a net. Launches of one device follow each other. Those of several overlap, except where a
 * transfer is between them: it reads what launches before it have written, and those behind it read what it writes.
 * Memory may be used again as if all launches followed each other. */
typedef struct fovea_cl_plan {
    const char *options; /* for the device's compiler */
    const fovea_cl_launch *launches;
    int launch_count;     /* 0: there is no such plan */
    size_t memory_bytes;  /* on each device */
    size_t scratch_bytes; /* for CPUs: for each work-group, which finds its part by get_group_id(0); for GPUs: in all */
} fovea_cl_plan;

typedef struct fovea_cl_net {
    const char *name;
    const char *const *source; /* literals, one after the other */
    size_t source_count;
    const size_t *input_bytes, *output_bytes;
    int input_count, output_count;
    uint64_t architecture; /* what the weights' header has to say, see fovea_weights_check */
    size_t weights_bytes;  /* of the blob, header included; 0: the net has no weights, and there is none */
    int step_count;
    fovea_cl_plan cpu; /* launches of work-groups of one item, each with a share of a loop */
    fovea_cl_plan gpu; /* also taken for accelerators */
    int device_count;  /* 0 and 1: one. With more, kernels read no input and write no output: transfers do */
} fovea_cl_net;

/* ---- models and sessions ---- */

typedef struct fovea_cl_model fovea_cl_model;
typedef struct fovea_cl_session fovea_cl_session;

/* Finds the device, puts the weights there, and builds the program or finds it built in the cache. The plan is that of
 * the device's kind, or the only one. `device` is a choice as FOVEA_DEVICE, NULL: what the environment says.
 * A net of several devices takes as many as fovea_cl_choose_several finds, which have to be of one platform and of
 * kinds with the same plan. Where it finds one, that is divided into so many parts (clCreateSubDevices), its compute
 * units shared among them; and where it cannot be, each of the net's devices is a queue of it.
 * The net's tables and the weights must stay where they are until the model is closed: a device that shares the CPU's
 * memory reads the caller's weights, others have a copy. On failure *model is NULL, and nothing is left behind. */
fovea_status fovea_cl_open(fovea_cl_model **model, const fovea_cl_net *net, const char *device, const void *weights,
                           size_t bytes);
/* After its sessions. NULL is fine. */
void fovea_cl_close(fovea_cl_model *model);

/* What the model runs on, the first of several. Its id is valid until the model is closed. */
const fovea_cl_device *fovea_cl_model_device(const fovea_cl_model *model);
/* All of them, one for each of the net's. Parts of a device have its name, units of their own, and ids of their own;
 * the same id twice: one device with several queues. */
const fovea_cl_device *fovea_cl_model_devices(const fovea_cl_model *model, int *count);
/* Which of the two plans it takes. */
const fovea_cl_plan *fovea_cl_model_plan(const fovea_cl_model *model);
/* 1 when the program was found in the cache, 0 when it was built from its source. */
int fovea_cl_model_cached(const fovea_cl_model *model);

/* Buffers, queues, and each launch with its arguments. `threads`: on a CPU, so many of its compute units are used at
 * most; of several devices each uses its part of them, rounded up. `profile`: launches are timed; runs then take a
 * little longer. On failure *session is NULL, and nothing is left behind. */
fovea_status fovea_cl_session_open(fovea_cl_session **session, const fovea_cl_model *model, int threads, int profile);
/* NULL is fine. */
void fovea_cl_session_close(fovea_cl_session *session);

/* Copies the inputs to the device, computes, and copies the outputs back; all is there when it returns. Several devices
 * compute at the same time. One pointer a port, each to as many bytes as the net says. Allocates nothing. After a
 * failure the outputs are undefined, and the session may be run again if the device still works. */
fovea_status fovea_cl_run(fovea_cl_session *session, const void *const *inputs, void *const *outputs);

/* Nanoseconds that the launches of each step of the last run took, one number a step of the net, and in *whole, unless
 * that is NULL, those from the first one's start to the last one's end, over all devices: parts of a device have
 * its clock; where devices of their own have clocks that differ, *whole is wrong by as much. Transfers are launches,
 * and those from the caller to the caller take 0. FOVEA_BAD_ARGUMENT when the session was opened without `profile`, or
 * no run has succeeded since. */
fovea_status fovea_cl_profile(const fovea_cl_session *session, uint64_t *steps, uint64_t *whole);

#ifdef __cplusplus
}
#endif

#endif
