/* names.c - open addressing with linear probing, at most two thirds full (see names.h). */
#include "elaborate/names.h"

static uint64_t name_hash(const char *name)
{
    uint64_t hash = 0xcbf29ce484222325u;
    for (; *name; name++)
        hash = (hash ^ (unsigned char)*name) * 0x100000001b3u;
    return hash ^ hash >> 29;
}

/* The entry of the name, or the free one where it would stand. The table must not be full. */
static NameEntry *find_entry(const NameMap *map, const char *name, uint64_t hash)
{
    uint32_t mask = map->capacity - 1;
    for (uint32_t i = (uint32_t)hash & mask;; i = (i + 1) & mask) {
        NameEntry *entry = &map->at[i];
        if (!entry->name || (entry->hash == hash && strcmp(entry->name, name) == 0))
            return entry;
    }
}

void *name_map_find(const NameMap *map, const char *name)
{
    if (map->capacity == 0)
        return NULL;
    return find_entry(map, name, name_hash(name))->item;
}

static void grow(Arena *arena, NameMap *map)
{
    NameMap larger = {.count = map->count, .capacity = map->capacity ? map->capacity * 2 : 16};
    larger.at = NEW_ARRAY(arena, NameEntry, larger.capacity);
    for (uint32_t i = 0; i < map->capacity; i++)
        if (map->at[i].name)
            *find_entry(&larger, map->at[i].name, map->at[i].hash) = map->at[i];
    *map = larger;
}

void **name_map_place(Arena *arena, NameMap *map, const char *name)
{
    if (map->capacity == 0 || map->count >= map->capacity / 3 * 2)
        grow(arena, map);
    uint64_t hash = name_hash(name);
    NameEntry *entry = find_entry(map, name, hash);
    if (!entry->name) {
        *entry = (NameEntry){.name = name, .hash = hash};
        map->count++;
    }
    return &entry->item;
}
