/* accuracy.h - answers counted against an IDX file of right labels. */
#ifndef FOVEA_PROGRAM_ACCURACY_H
#define FOVEA_PROGRAM_ACCURACY_H

#include "feed.h"

/* Runs the net on every picture of the feed and prints
 *   accuracy: 91.41 % (9141 of 10000)
 * then which classes were taken for which, then pictures per second. The first output gives the answer. */
bool fovea_accuracy(fovea_feed *feed, const char *labels, fovea_fault *fault);

#endif
