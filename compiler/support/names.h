/* names.h - names that are there once: a set of those that are taken, hashed. */
#ifndef FOVEA_SUPPORT_NAMES_H
#define FOVEA_SUPPORT_NAMES_H

#include "support/base.h"

typedef struct NameSlot {
    const char *name; /* NULL: the slot is empty */
    bool taken;
    int suffix; /* the last one tried behind this name */
} NameSlot;

typedef struct NameSet {
    Arena *arena;
    NameSlot *slots;
    uint32_t count, capacity;
} NameSet;

bool name_is_taken(const NameSet *set, const char *name);
void name_take(NameSet *set, const char *name);
/* base_2, then base_3, ...: the next that was not tried. */
const char *name_next(NameSet *set, const char *base);
/* The name, or the first free one of name_2, name_3, ...; taken from now on. */
const char *name_free(NameSet *set, const char *wanted);

#endif
