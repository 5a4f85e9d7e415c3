/* guard.h - memory that notices when somebody reads or writes beside it.
 *
 * A Guard is a piece of memory between two pages that nobody may touch. It touches either the page behind it or the
 * page before it, so that a read one element too far on that side ends the program; on the other side stands a
 * pattern, which guard_intact looks at.
 */
#ifndef FOVEA_TESTS_GUARD_H
#define FOVEA_TESTS_GUARD_H

#include "support/base.h"

typedef enum GuardSide { GUARD_BEHIND, GUARD_BEFORE } GuardSide;

typedef struct Guard {
    unsigned char *at; /* bytes of memory, at a multiple of the alignment asked for */
    size_t bytes;
    unsigned char *pages; /* all that is mapped */
    size_t page_bytes;
} Guard;

Guard guard_new(size_t bytes, size_t alignment, GuardSide side);
/* From now on writing into it ends the program. */
void guard_protect(Guard *guard);
bool guard_intact(const Guard *guard);
void guard_free(Guard *guard);

#endif
