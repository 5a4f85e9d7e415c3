/* shrink.h - makes a model's text that fails as small as it can be while it still fails. */
#ifndef FOVEA_TESTS_SHRINK_H
#define FOVEA_TESTS_SHRINK_H

#include "support/base.h"

/* Leaves out statements (what they named becomes a value that they read), outputs, stages and arguments, and makes
 * numbers smaller, for as long as fails(context, text) says so of what is left. A text that is no model does not fail.
 * One statement a line, as random_net writes them. */
const char *model_shrink(Arena *arena, const char *text, bool (*fails)(void *context, const char *text), void *context);

#endif
