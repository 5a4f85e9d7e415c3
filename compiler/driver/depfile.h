/* depfile.h - a rule for make that says which files a result was made from, as C compilers write with -MD -MP.
 *
 *   net/lenet5.c: lenet5.fov fashion.txt lenet5_fashion.safetensors
 *
 *   fashion.txt:
 *   lenet5.fov:
 *   lenet5_fashion.safetensors:
 */
#ifndef FOVEA_DRIVER_DEPFILE_H
#define FOVEA_DRIVER_DEPFILE_H

#include "support/diag.h"

/* Writes the rule for `target` to `path`: every file that was read as a text (models, imports, labels), and `weights`
 * (NULL: none). The empty rules let make go on when a file is no longer there. false after a diagnostic. */
bool depfile_write(Diag *diag, const char *path, const char *target, const char *weights);

#endif
