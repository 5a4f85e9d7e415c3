/* zoo.h - the nets of examples/zoo/zoo.list, by their names there. */
#ifndef FOVEA_TESTS_ZOO_H
#define FOVEA_TESTS_ZOO_H

#include "elaborate/elaborate.h"

typedef struct ZooNet {
    const char *name, *file;
    VEC(Define) defines;
} ZooNet;

typedef struct Zoo {
    VEC(ZooNet) nets; /* in the order of the list */
} Zoo;

/* Reads the list. Each line is `NAME FILE [-D name=value]...`; the first that is not, or a name that comes twice, ends
 * the reading with a message in `report`, and false. */
bool zoo_read(Arena *arena, Zoo *zoo, Buf *report);

/* NULL when no net has that name. */
const ZooNet *zoo_find(const Zoo *zoo, const char *name);

/* Elaborates a net as the list says, and with `more` (NULL: nothing): further blank-separated name=value, which win.
 * No weights are bound. NULL after printing the diagnostics. `diag` is initialised here; it has the sources. */
Graph *zoo_graph(Arena *arena, Diag *diag, const ZooNet *net, const char *more);

#endif
