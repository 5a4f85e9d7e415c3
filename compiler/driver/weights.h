/* weights.h - the command `weights`: other numbers for code that is compiled already, and what a weights file is.
 *
 *   fovea weights MODEL -w new.safetensors -o net/lenet5.weights   writes them; the C and the program stay as they are
 *   fovea weights MODEL --check net/lenet5.weights                 whether the file fits, and where its tensors are
 *   fovea weights net/lenet5.weights                               size, architecture, checksum
 *
 * Weights fit code that was made from the same net for the same target, batch and parameters. A file that is there
 * already (--check, or what -o replaces) tells the target, and stops the command when the model has another one.
 */
#ifndef FOVEA_DRIVER_WEIGHTS_H
#define FOVEA_DRIVER_WEIGHTS_H

#include "driver/options.h"

/* A weights file is known by its first bytes, or by its name: NAME.weights. */
bool names_weights_file(const char *path);

/* Prints what options->model, a weights file, is. false after a diagnostic. */
bool describe_weights(Diag *diag, const Options *options);

/* Writes weights for the net, or checks those of options->check_file. false after a diagnostic. */
bool swap_weights(Diag *diag, Graph *net, const Options *options);

#endif
