/* opencl.h - target opencl in tests: whether there is a device, where programs are kept, and which cases are tried.
 *
 * The device is a CPU, as PoCL has one, unless FOVEA_DEVICE says otherwise. What is built for it is kept in folders of
 * the test's process, so that each begins with empty caches and the user's are not touched.
 *
 * A program takes a second or two to be built there. So `make test` tries a sample of the cases: the first of each
 * list, and some by their texts, the same every time. With OPENCL_CASES=all (`make check-opencl`) it is all of them.
 */
#ifndef FOVEA_TESTS_OPENCL_H
#define FOVEA_TESTS_OPENCL_H

#include "support/base.h"

/* Asked in a child, as the threads of a device do not survive fork(). */
bool opencl_has_device(void);

/* Before the first use: chooses the device, and empty folders for what is built, until the process ends. PoCL asks once
 * for its own. */
void opencl_prepare(void);

/* Whether a case is tried: its place in its list, and its text. */
bool opencl_takes(uint32_t index, const char *text);

#endif
