/* names.c - identifiers for kernels and buffers: layer1.0.conv1 becomes layer1_0_conv1, a second one layer1_0_conv1_2.
 */
#include "plan/plan.h"
#include "support/hash.h"

/* The slot of `name`: where it stands, or the empty one where it belongs. */
static uint32_t find_slot(const NameSet *set, const char *name)
{
    uint32_t slot = (uint32_t)fnv1a64(FNV_START, name, strlen(name)) & (set->capacity - 1);
    while (set->names[slot] && strcmp(set->names[slot], name) != 0)
        slot = (slot + 1) & (set->capacity - 1);
    return slot;
}

static void grow(NameSet *set)
{
    NameSet larger = {.arena = set->arena, .capacity = set->capacity ? 2 * set->capacity : 64, .count = set->count};
    larger.names = NEW_ARRAY(set->arena, const char *, larger.capacity);
    for (uint32_t i = 0; i < set->capacity; i++)
        if (set->names[i])
            larger.names[find_slot(&larger, set->names[i])] = set->names[i];
    *set = larger;
}

const char *name_identifier(Arena *arena, const char *text)
{
    char *name = arena_strdup(arena, text);
    for (char *c = name; *c; c++)
        if (!(*c >= 'a' && *c <= 'z') && !(*c >= 'A' && *c <= 'Z') && !(*c >= '0' && *c <= '9'))
            *c = '_';
    return name;
}

bool name_is_taken(const NameSet *set, const char *name)
{
    return set->capacity && set->names[find_slot(set, name)];
}

void name_take(NameSet *set, const char *name)
{
    if (2 * set->count >= set->capacity)
        grow(set);
    set->names[find_slot(set, name)] = name;
    set->count++;
}

const char *name_unique(NameSet *set, const char *wanted)
{
    const char *name = name_identifier(set->arena, wanted), *unique = name;
    for (int i = 2; name_is_taken(set, unique); i++)
        unique = arena_printf(set->arena, "%s_%d", name, i);
    name_take(set, unique);
    return unique;
}
