/* draw.h - `fovea graph`: a net as a picture, by graphviz's dot. */
#ifndef FOVEA_DRIVER_DRAW_H
#define FOVEA_DRIVER_DRAW_H

#include "driver/options.h"

/* DOT to standard output or NAME.dot; what dot makes of it to NAME.svg, .pdf or .png, complete or not at all. */
bool draw_net(Diag *diag, const Graph *net, const Options *options);

#endif
