/* picture.h - inputs that are given pictures. */
#ifndef FOVEA_IMPORT_PICTURE_H
#define FOVEA_IMPORT_PICTURE_H

#include "import/model.h"

/* Whether it is a batch of pictures of one or three channels; `picture` may be NULL: nothing is said of any. */
bool picture_fits(const ImportPicture *picture, const Value *value);
/* The size that a crop gives an axis that the model leaves open; 0: none. */
int64_t picture_size(const ImportPicture *picture, size_t axes, size_t axis);
/* Makes an input of bytes for it, and the value of that; false after a diagnostic. */
bool picture_input(Import *import, const ImportPicture *picture, Value *value, const char *name);

#endif
