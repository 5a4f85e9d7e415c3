/* fovea_cl_internal.h - what the files of runtime/opencl share. Every function that fails has set fovea_cl_error(). */
#ifndef FOVEA_CL_INTERNAL_H
#define FOVEA_CL_INTERNAL_H

#include "fovea_opencl.h"

#ifndef CL_TARGET_OPENCL_VERSION
#define CL_TARGET_OPENCL_VERSION 120
#endif
#ifdef __APPLE__
#include <OpenCL/opencl.h>
#else
#include <CL/cl.h>
#endif

#if defined(__GNUC__)
#define FOVEA_CL_FORMAT(text, first) __attribute__((format(printf, text, first)))
#else
#define FOVEA_CL_FORMAT(text, first)
#endif

/* Read-only once it is open, but for its own counts inside OpenCL. */
struct fovea_cl_model {
    const fovea_cl_net *net;
    const fovea_cl_plan *plan;
    fovea_cl_device devices[FOVEA_CL_MOST_DEVICES]; /* of the net; the same one may be there several times */
    int device_count;
    int part_count; /* so many of them, the first, are parts of a device, made for this model */
    cl_context context;
    cl_mem weights; /* NULL when the net has none */
    cl_program program;
    int cached;
};

/* A launch of the plan as it is queued. */
typedef struct fovea_cl_command {
    cl_kernel kernel; /* NULL: a transfer */
    cl_uint dimensions;
    size_t global[3], local[3];
    cl_event done; /* of the last run; NULL when nobody asks for it */
} fovea_cl_command;

/* What a launch waits for, besides those before it in its queue. Kept only for nets of several devices. */
typedef struct fovea_cl_waits {
    int count, at[2 * FOVEA_CL_MOST_DEVICES]; /* launches of other queues */
    unsigned flushes;                         /* bit i: queue i has to be flushed before */
    int is_awaited;                           /* by a launch of another queue, or by the end of the run */
} fovea_cl_waits;

struct fovea_cl_session {
    const fovea_cl_model *model;
    cl_command_queue queues[FOVEA_CL_MOST_DEVICES];                       /* one for each device, in order */
    cl_mem memory[FOVEA_CL_MOST_DEVICES], scratch[FOVEA_CL_MOST_DEVICES]; /* NULL when the plan needs none */
    cl_mem *ports; /* inputs, then outputs; NULL for several devices */
    fovea_cl_command *commands;
    fovea_cl_waits *waits; /* NULL for one device */
    int profile, timed;    /* timed: the last run was, and succeeded */
};

/* ---- errors ---- */

/* Sets the text, and returns the status. */
fovea_status fovea_cl_fail(fovea_status status, const char *format, ...) FOVEA_CL_FORMAT(2, 3);
/* The same for a call of OpenCL: "`about`: `call` failed: CL_INVALID_VALUE (-30)". The status follows from the code. */
fovea_status fovea_cl_failed(const char *call, cl_int code, const char *about, ...) FOVEA_CL_FORMAT(3, 4);
/* The same for malloc. */
fovea_status fovea_cl_no_memory(const char *about);
/* "CL_INVALID_VALUE"; "an unknown error" for codes of vendors. */
const char *fovea_cl_code_name(cl_int code);

/* ---- devices ---- */

/* The name of a platform that has ways of its own. */
#define FOVEA_CL_POCL "Portable Computing Language"

/* "cpu"; "other" for what has no name in a choice. */
const char *fovea_cl_kind_name(fovea_cl_kind kind);
/* Sets the devices and the plan. Parts have to be released, also after a failure. */
fovea_status fovea_cl_find_devices(fovea_cl_model *model, const char *choice);
/* Waits until parts can be released; before the context is. */
void fovea_cl_settle_parts(const fovea_cl_model *model);
/* The first code that is not CL_SUCCESS. */
cl_int fovea_cl_release_parts(fovea_cl_model *model);

/* Devices, each once. */
typedef struct fovea_cl_group {
    const fovea_cl_device *devices[FOVEA_CL_MOST_DEVICES];
    cl_device_id ids[FOVEA_CL_MOST_DEVICES];
    int count;
} fovea_cl_group;

fovea_cl_group fovea_cl_distinct(const fovea_cl_model *model);

/* ---- programs ---- */

/* Builds model->program, or finds it in the cache. */
fovea_status fovea_cl_build(fovea_cl_model *model);
/* The plan's, for the device's compiler. */
const char *fovea_cl_options(const fovea_cl_model *model);

/* What a built program depends on. */
typedef struct fovea_cl_key {
    const char *name; /* of the net, for people who look into the folder */
    uint64_t hash;
    uint32_t check; /* another hash of the same */
} fovea_cl_key;

fovea_cl_key fovea_cl_key_of(const fovea_cl_model *model);
/* The program's bytes, for free(), or NULL: there is none, it is damaged, or the folder is not safe. No failure. */
unsigned char *fovea_cl_cache_read(const fovea_cl_key *key, size_t *bytes);
/* Keeps it, if it can be kept. */
void fovea_cl_cache_write(const fovea_cl_key *key, const unsigned char *binary, size_t bytes);

/* The program, built of what fovea_cl_keep has kept; NULL when one of the devices does not take it. */
cl_program fovea_cl_load(const fovea_cl_model *model, const unsigned char *kept, size_t bytes);
/* Writes the binaries of model->program into the cache, if they can be had. */
void fovea_cl_keep(const fovea_cl_model *model, const fovea_cl_key *key);

/* ---- runs ---- */

/* The device whose queue a launch is in: for transfers that which is read, or else that which is written.
 * FOVEA_CL_HOST for transfers from the caller to the caller. */
int fovea_cl_queue_of(const fovea_cl_launch *launch);
/* Who waits for whom, for each launch of a plan for `device_count` devices. */
void fovea_cl_schedule(const fovea_cl_plan *plan, int device_count, fovea_cl_waits *waits);
/* As fovea_cl_failed, about one launch. */
fovea_status fovea_cl_launch_failed(const fovea_cl_session *session, int at, const char *call, cl_int code);
/* Releases the events of the last run; the first code that is not CL_SUCCESS. */
cl_int fovea_cl_forget_run(fovea_cl_session *session);

#endif
