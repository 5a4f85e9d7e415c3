/* given.h - the inputs of a model as they will be: which are given, and the sizes that the model leaves open. */
#ifndef FOVEA_IMPORT_GIVEN_H
#define FOVEA_IMPORT_GIVEN_H

#include "import/model.h"

/* Finds the input that each given value is for, and closes dimensions; false after a diagnostic. Before any input is
 * defined. */
bool given_prepare(Import *import);
/* Whether it is an input that a run could give: old files list weights among the inputs. */
bool given_is_input(const Import *import, const Onnx__ValueInfoProto *input);
/* What is given for the model's input i, which has its shape and type; NULL: nothing. */
const ImportGiven *given_for(const Import *import, size_t i);
/* The type and shape of the model's input i; false after a diagnostic. */
bool given_shape(Import *import, size_t i, Shape *shape, OnnxType *type);

#endif
