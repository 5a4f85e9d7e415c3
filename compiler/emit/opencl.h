/* opencl.h - what is emitted for target opencl: PREFIX.cl, and PREFIX.c for the host (internal to emit/). */
#ifndef FOVEA_EMIT_OPENCL_H
#define FOVEA_EMIT_OPENCL_H

#include "emit/emit.h"

/* Bytes of scratch memory that each work-group has. */
int64_t opencl_scratch(const Plan *plan);

/* PREFIX.cl. */
void emit_opencl_text(const Emission *emission, Buf *out);
/* PREFIX.c, with that text in it. */
void emit_opencl_host(const Emission *emission, Buf *out);

#endif
