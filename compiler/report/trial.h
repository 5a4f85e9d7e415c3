/* trial.h - trying out which pixels change a place, against those of which paths lead to it. */
#ifndef FOVEA_REPORT_TRIAL_H
#define FOVEA_REPORT_TRIAL_H

#include "report/paths.h"

typedef struct Trial {
    bool possible;          /* the net can be tried (thin.h) */
    int64_t pixels, inside; /* of all inputs; those from which a path leads to the place */
    int64_t tried;          /* of those inside, one by one; all others were tried together */
    bool outside_is_silent; /* none of those changes the place */
    int64_t silent;         /* of those tried inside: they do not change it */
} Trial;

/* `areas` is paths_to's. Of the pixels inside as many are tried as take a second or two, those at the rim first, then
 * others spread evenly; or every pixel. */
Trial trial_run(const Graph *net, const Field *fields, const Area *areas, NodeId unit, const int64_t place[2],
                bool every_pixel);

#endif
