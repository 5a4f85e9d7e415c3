/* beside.h - a place for what is not complete yet: NAME.fovea-tmp0 beside NAME, to be renamed over it.
 *
 * The place is locked while its maker lives. What a killed process left behind is not locked: the next one that wants
 * the name removes it and takes its place, and two at once get -tmp0 and -tmp1.
 */
#ifndef FOVEA_SUPPORT_BESIDE_H
#define FOVEA_SUPPORT_BESIDE_H

#include "support/base.h"

typedef struct Beside {
    const char *path;
    int file; /* a file's descriptor, for writing; a folder's. It holds the lock: keep it until the place is renamed */
} Beside;

/* Makes a new file, or folder, with the permissions that one usually gets. false: errno says why. */
bool beside_make(Beside *beside, Arena *arena, const char *target, bool folder);

/* The path without such a place in it, for messages: "out/net.fovea-tmp0/net.c" will be "out/net.c". */
const char *beside_final(Arena *arena, const char *path);

/* Removes a file, or a folder with everything in it. What is not there is fine. */
void tree_remove(const char *path);

#endif
