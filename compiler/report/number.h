/* number.h - numbers as people read them. */
#ifndef FOVEA_REPORT_NUMBER_H
#define FOVEA_REPORT_NUMBER_H

#include "support/base.h"

/* 61706 is "61,706". */
const char *number_grouped(Arena *arena, int64_t number);

#endif
