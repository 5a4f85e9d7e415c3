/* reductions.h - what operators that sum along axes share. */
#ifndef FOVEA_IMPORT_REDUCTIONS_H
#define FOVEA_IMPORT_REDUCTIONS_H

#include "import/model.h"
#include "ops/reduce.h"

/* A shape in which axes that are reduced, or are not, and stand beside each other are one, behind one of 1, so that
 * there is room for that; and attributes that reduce it, without keep. */
Shape axes_merged(const Shape *shape, const bool *is_reduced, ReduceAttrs *attrs);

#endif
