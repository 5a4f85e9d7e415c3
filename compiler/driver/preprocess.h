/* preprocess.h - what makes an input of a picture, for ONNX files, which do not say: options, or lines of a file beside
 * the model, X.pre for X.onnx. Options win.
 *
 *   # SqueezeNet v1.1 of Caffe
 *   order bgr
 *   mean 104, 117, 123
 *   resize 256
 */
#ifndef FOVEA_DRIVER_PREPROCESS_H
#define FOVEA_DRIVER_PREPROCESS_H

#include "driver/options.h"

/* Whether it is the name of such an option. */
bool preprocess_has_word(const char *word);
/* Whether the words of an option are right; kept for later. `name` is that of the option. */
bool preprocess_option(Options *options, Arena *arena, Diag *diag, const char *name, const char *value);
/* false after a diagnostic. */
bool preprocess_read(Arena *arena, Diag *diag, const Options *options, ImportPicture *picture);

#endif
