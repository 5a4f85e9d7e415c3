/* opencl.h - target opencl in tests: whether there is a device, and where programs are kept.
 *
 * The device is a CPU, as PoCL has one, unless FOVEA_DEVICE says otherwise. What is built for it is kept in folders of
 * the test's process, so that each begins with empty caches and the user's are not touched.
 */
#ifndef FOVEA_TESTS_OPENCL_H
#define FOVEA_TESTS_OPENCL_H

#include "support/base.h"

/* Asked in a child, as the threads of a device do not survive fork(). */
bool opencl_has_device(void);

/* Before the first use: chooses the device, and empty folders for what is built, until the process ends. PoCL asks once
 * for its own. */
void opencl_prepare(void);

#endif
