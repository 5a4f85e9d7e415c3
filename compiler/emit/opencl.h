/* opencl.h - what is emitted for target opencl: PREFIX.cl, and PREFIX.c for the host (internal to emit/). */
#ifndef FOVEA_EMIT_OPENCL_H
#define FOVEA_EMIT_OPENCL_H

#include "emit/emit.h"
#include "plan/gpu.h"

/* Bytes of scratch memory that each work-group has. */
int64_t opencl_scratch(const Plan *plan);

/* The launches of a kernel; how many there are. On CPUs there is one, of as many groups as the device has units. */
int opencl_launches(const Plan *plan, const Kernel *kernel, GpuLaunch launches[MOST_LAUNCHES]);

/* The same for the plan beside that of an emission. */
Emission opencl_beside(const Emission *emission);

/* PREFIX.cl. */
void emit_opencl_text(const Emission *emission, Buf *out);
/* PREFIX.c, with that text in it. */
void emit_opencl_host(const Emission *emission, Buf *out);

#endif
