/* target.c - the targets by name. */
#include "emit/target.h"

static const Target *const targets[] = {&target_c, &target_avx2};

const Target target_c = {
    .name = "c",
    .synopsis = "portable C99, for any CPU and compiler",
    .conv_form = c_conv_form,
    .attribute = "",
    .words = "",
};

const Target *target_at(int index)
{
    return index < (int)COUNT_OF(targets) ? targets[index] : NULL;
}

const Target *target_find(const char *name)
{
    for (int i = 0; target_at(i); i++)
        if (strcmp(target_at(i)->name, name) == 0)
            return target_at(i);
    return NULL;
}
