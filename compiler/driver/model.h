/* model.h - the model that a command is about, as a Graph: of a text, or of an ONNX file. */
#ifndef FOVEA_DRIVER_MODEL_H
#define FOVEA_DRIVER_MODEL_H

#include "driver/options.h"
#include "import/import.h"

/* NULL after diagnostics. `ports` may be NULL; that of a text leaves them empty. */
Graph *model_read(Arena *arena, Diag *diag, const Options *options, ImportPorts *ports);

#endif
