/* guarded_cl.h - buffers of OpenCL in memory of the tests: what models.so of target opencl has beside models.
 *
 * The linker leads the models' calls of clCreateBuffer through guarded_cl.c (--wrap). On a CPU, buffers stand where
 * `allocate` says: between forbidden pages, filled with what no kernel may depend on. On other devices, they are filled
 * and no more. A CPU is said to have many compute units, so that loops are shared among more work-groups than it would
 * start by itself.
 */
#ifndef FOVEA_TESTS_GUARDED_CL_H
#define FOVEA_TESTS_GUARDED_CL_H

#include <stddef.h>

typedef struct GuardedCl {
    void *(*allocate)(void *context, size_t bytes);
    void *context;
    unsigned char fill; /* of buffers on other devices */
} GuardedCl;

#endif
