/* names.h - a hash table from names to pointers; names and entries live in an arena. */
#ifndef FOVEA_ELABORATE_NAMES_H
#define FOVEA_ELABORATE_NAMES_H

#include "support/base.h"

typedef struct NameEntry {
    const char *name; /* NULL: free */
    uint64_t hash;
    void *item;
} NameEntry;

typedef struct NameMap {
    NameEntry *at;
    uint32_t count, capacity; /* capacity: 0 or a power of two */
} NameMap;

/* What was put under the name, or NULL. */
void *name_map_find(const NameMap *map, const char *name);
/* The place of the name, made (holding NULL) when it was not there. The name is not copied. Valid until the next call.
 */
void **name_map_place(Arena *arena, NameMap *map, const char *name);

#endif
