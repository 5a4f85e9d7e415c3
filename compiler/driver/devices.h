/* devices.h - `fovea devices`: the OpenCL devices that models can run on. */
#ifndef FOVEA_DRIVER_DEVICES_H
#define FOVEA_DRIVER_DEVICES_H

#include "support/diag.h"

/* Becomes the program that prints them. Returns false, after a diagnostic. */
bool devices_list(Arena *arena, Diag *diag);

#endif
