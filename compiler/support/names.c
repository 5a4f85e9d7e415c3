/* names.c - names that are there once (see names.h). */
#include "support/names.h"
#include "support/hash.h"

/* The slot of `name`: where it stands, or the empty one where it belongs. */
static NameSlot *find_slot(const NameSet *set, const char *name)
{
    uint32_t slot = (uint32_t)fnv1a64(FNV_START, name, strlen(name)) & (set->capacity - 1);
    while (set->slots[slot].name && strcmp(set->slots[slot].name, name) != 0)
        slot = (slot + 1) & (set->capacity - 1);
    return &set->slots[slot];
}

static void grow(NameSet *set)
{
    NameSet larger = {.arena = set->arena, .capacity = set->capacity ? 2 * set->capacity : 64, .count = set->count};
    larger.slots = NEW_ARRAY(set->arena, NameSlot, larger.capacity);
    for (uint32_t i = 0; i < set->capacity; i++)
        if (set->slots[i].name)
            *find_slot(&larger, set->slots[i].name) = set->slots[i];
    *set = larger;
}

/* The slot of a name; a free name is entered as not taken. */
static NameSlot *enter(NameSet *set, const char *name)
{
    if (2 * set->count >= set->capacity)
        grow(set);
    NameSlot *slot = find_slot(set, name);
    if (!slot->name) {
        *slot = (NameSlot){.name = name, .suffix = 1};
        set->count++;
    }
    return slot;
}

bool name_is_taken(const NameSet *set, const char *name)
{
    return set->capacity && find_slot(set, name)->name && find_slot(set, name)->taken;
}

void name_take(NameSet *set, const char *name)
{
    enter(set, name)->taken = true;
}

const char *name_next(NameSet *set, const char *base)
{
    return arena_printf(set->arena, "%s_%d", base, ++enter(set, base)->suffix);
}

const char *name_free(NameSet *set, const char *wanted)
{
    const char *name = wanted;
    while (name_is_taken(set, name))
        name = name_next(set, wanted);
    name_take(set, name);
    return name;
}
