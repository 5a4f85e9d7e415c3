/* safetensors_header.h - checks of a safetensors header made before anything parses it. */
#ifndef FOVEA_WEIGHTS_SAFETENSORS_HEADER_H
#define FOVEA_WEIGHTS_SAFETENSORS_HEADER_H

#include "support/base.h"

/* What is wrong with the text, as the end of a sentence ("has a NUL in a string"), and at which byte; NULL when nothing
 * is. A text that passes is UTF-8 without control bytes, nests no deeper than a header does, and makes a parser use
 * memory in proportion to its length. It need not be JSON yet. */
const char *safetensors_header_fault(const char *text, size_t length, size_t *where);

#endif
