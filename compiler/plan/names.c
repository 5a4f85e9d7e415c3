/* names.c - identifiers for kernels and buffers: layer1.0.conv1 becomes layer1_0_conv1, a second one layer1_0_conv1_2.
 */
#include "plan/plan.h"

const char *name_identifier(Arena *arena, const char *text)
{
    char *name = arena_strdup(arena, text);
    for (char *c = name; *c; c++)
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9'))
            *c = '_';
    return name;
}

const char *name_unique(NameSet *set, const char *wanted)
{
    return name_free(set, name_identifier(set->arena, wanted));
}
