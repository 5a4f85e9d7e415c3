/* wraps.h - all that the OpenCL side of the runtime calls and that can fail, each made to fail on request.
 *
 * The program is linked with -Wl,--wrap=NAME for each name of the lists, so that the runtime's calls come here first.
 * Objects of OpenCL and pieces of memory are counted from where they are made to where they are given back.
 */
#ifndef WRAPS_H
#define WRAPS_H

#include <stddef.h>

/* What happens when a call fails. */
typedef enum Outcome {
    OUTCOME_ERROR,  /* the runtime says so */
    OUTCOME_NONE,   /* nothing: it can do without */
    OUTCOME_RELEASE /* nothing can be done: the object is gone, and the error's text says that it failed */
} Outcome;

typedef struct Wrapped {
    const char *name;
    Outcome outcome;
} Wrapped;

extern const Wrapped wrapped[];
extern const size_t wrapped_count;

/* From now on calls are counted and may fail: call `number` (from 1 on) of function `which`; 0: none. */
void wraps_begin(size_t which, int number);
/* Until here. */
void wraps_end(void);
/* How often the function was called between them. */
int wraps_calls(size_t which);
/* Whether the failure has happened. */
int wraps_failed(void);
/* Objects and memory that were made between them, and not given back; descriptors of files, too. */
int wraps_left(void);
/* How many bytes of buffers were made between them. */
size_t wraps_bytes(void);
/* Devices say that they are GPUs. 1: all, 2: each other one that is asked, the first among them; 0: none. */
void wraps_as_gpu(int as_gpu);
/* Commands wait for no events, until wraps_begin. */
void wraps_without_waiting(int without_waiting);

#endif
