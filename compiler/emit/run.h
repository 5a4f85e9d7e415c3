/* run.h - kernels and their calls, as source.c, run.c, bands.c and trials.c write them (internal to emit/). */
#ifndef FOVEA_EMIT_RUN_H
#define FOVEA_EMIT_RUN_H

#include "emit/emit.h"
#include "emit/kernel.h"

/* Which of the pointers that buffers are written with occur in some steps. */
typedef struct Pointers {
    bool weights, memory, inputs, outputs;
} Pointers;
Pointers pointers_of(const Plan *plan, uint32_t first, uint32_t count);

/* The call of a step's kernel. `x`, `y`: texts for its first read and for what it writes, NULL where its buffers say
 * it; `rows`: further arguments. */
void write_step(const Emission *emission, Buf *out, const Step *step, const char *x, const char *y, const char *rows);

/* Behind the call of a step, in code that is timed: that it is done. */
void write_mark(const Emission *emission, Buf *out, const Step *step);

/* The function that calls the kernels of a band, and its call. */
void write_band(const Emission *emission, Buf *out, const Band *band);
void write_band_call(const Emission *emission, Buf *out, const Band *band);
/* Notes the helpers that the bands of a plan call. */
void emit_band_needs(const Emission *emission, Needs *needs);

/* What the text of a kernel is written with. */
KernelText kernel_text(const Emission *emission, Buf *out, const Kernel *kernel, Needs *needs);
/* The functions of a kernel, which note what they need (source.c), and the helpers that were noted (helpers.c). */
void emit_kernel(const Emission *emission, Buf *out, const Kernel *kernel, Needs *needs);
void emit_helpers(const Emission *emission, Buf *out, const Needs *needs);

#endif
