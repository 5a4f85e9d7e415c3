/* sample.h - which cases of a long list are tried.
 *
 * Where each case takes a second or two, `make test` tries the first of a list and some by their texts, the same every
 * time. With CASES=all (`make test-all`, `make check-opencl`) it is all of them.
 */
#ifndef FOVEA_TESTS_SAMPLE_H
#define FOVEA_TESTS_SAMPLE_H

#include "support/base.h"

/* Whether all are: CASES=all. */
bool sample_is_whole(void);

/* Whether a case is tried: about one in `one_in` of a list is, by the list's name and the case's text; and its first.
 */
bool sample_takes(uint32_t one_in, const char *list, uint32_t index, const char *text);

#endif
