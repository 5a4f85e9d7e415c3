/* json.c - what reports add to cJSON (see json.h). */
#include "report/json.h"

void json_add_count(cJSON *object, const char *name, int64_t count)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%lld", (long long)count);
    cJSON_AddRawToObject(object, name, digits);
}

void json_add_decimals(cJSON *object, const char *name, double number, int places)
{
    char digits[400];
    snprintf(digits, sizeof digits, "%.*f", places, number);
    cJSON_AddRawToObject(object, name, digits);
}

void json_add_numbers(cJSON *object, const char *name, const double *numbers, int count)
{
    cJSON_AddItemToObject(object, name, cJSON_CreateDoubleArray(numbers, count));
}

void json_add_shape(cJSON *object, const char *name, const Shape *shape)
{
    cJSON *array = cJSON_AddArrayToObject(object, name);
    for (int d = 1; d < shape->rank; d++)
        cJSON_AddItemToArray(array, cJSON_CreateNumber((double)shape->dim[d]));
}

void json_print(Buf *buf, cJSON *object)
{
    char *text = cJSON_Print(object);
    if (!text)
        fatal("out of memory");
    buf_printf(buf, "%s\n", text);
    cJSON_free(text);
    cJSON_Delete(object);
}
