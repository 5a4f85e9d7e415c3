/* json.h - what reports add to cJSON. */
#ifndef FOVEA_REPORT_JSON_H
#define FOVEA_REPORT_JSON_H

#include "ir/type.h"

#include <cjson/cJSON.h>

/* A whole number to its last digit: cJSON's own are doubles. */
void json_add_count(cJSON *object, const char *name, int64_t count);
/* With so many places behind the point. */
void json_add_decimals(cJSON *object, const char *name, double number, int places);
void json_add_numbers(cJSON *object, const char *name, const double *numbers, int count);
/* Without the batch. */
void json_add_shape(cJSON *object, const char *name, const Shape *shape);
/* Prints and frees it. */
void json_print(Buf *buf, cJSON *object);

#endif
