/* tune.h - `fovea tune`: which way of computing each convolution of a net is fastest on this machine. */
#ifndef FOVEA_DRIVER_TUNE_H
#define FOVEA_DRIVER_TUNE_H

#include "driver/options.h"

/* Measures, prints a table, and writes the choices as a file for --tune. Lines of other shapes stay as they are when
 * the file is there. */
bool tune_net(Diag *diag, const Graph *net, const Options *options);

#endif
