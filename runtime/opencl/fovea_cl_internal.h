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
    fovea_cl_device device;
    cl_context context;
    cl_mem weights; /* NULL when the net has none */
    cl_program program;
    int cached;
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

/* "cpu"; "other" for what has no name in a choice. */
const char *fovea_cl_kind_name(fovea_cl_kind kind);

/* ---- programs ---- */

/* Builds model->program, or finds it in the cache. */
fovea_status fovea_cl_build(fovea_cl_model *model);

/* What a built program depends on. */
typedef struct fovea_cl_key {
    const char *name; /* of the net, for people who look into the folder */
    uint64_t hash;
    uint32_t check; /* another hash of the same */
} fovea_cl_key;

fovea_cl_key fovea_cl_key_of(const fovea_cl_net *net, const fovea_cl_plan *plan, const fovea_cl_device *device);
/* The program's bytes, for free(), or NULL: there is none, it is damaged, or the folder is not safe. No failure. */
unsigned char *fovea_cl_cache_read(const fovea_cl_key *key, size_t *bytes);
/* Keeps it, if it can be kept. */
void fovea_cl_cache_write(const fovea_cl_key *key, const unsigned char *binary, size_t bytes);

#endif
