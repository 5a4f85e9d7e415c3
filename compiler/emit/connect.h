/* connect.h - the tables of a convolution with a connection table, as text. */
#ifndef FOVEA_EMIT_CONNECT_H
#define FOVEA_EMIT_CONNECT_H

#include "emit/kernel.h"
#include "ops/conv.h"

/* NAME_sees, the input maps of all output maps, and NAME_first, where those of each begin. */
void connect_tables(KernelText *text);
/* The type of their elements, the largest of which is that large. */
const char *connect_index(int64_t largest);

#endif
