/* answer.h - what comes out of a net, for people: the best labels, all values, or a line about the values. */
#ifndef FOVEA_PROGRAM_ANSWER_H
#define FOVEA_PROGRAM_ANSWER_H

#include "common.h"
#include "options.h"
#include "program.h"

/* A list of scores, of which the largest are the answer: at least two values along one axis. */
bool fovea_port_is_list(const fovea_port *port);
/* Pixels: rank 3, height and width at least 2. */
bool fovea_port_is_picture(const fovea_port *port);
/* The label of an element, or its number as text in `number`. */
const char *fovea_label(const fovea_port *port, int64_t index, char number[24]);

/* Prints one example: its name, then each output. `values[i]` belongs to output i. */
bool fovea_answer_print(const fovea_program *program, const fovea_options *options, const char *name,
                        const float *const *values, fovea_fault *fault);

/* Writes a picture-shaped output into a folder (NULL: the current one): STEM.png when it has 1 or 3 channels and no
 * negative value, else each channel as STEM-C.png in grey. 0..1 is black to white (more is scaled to fit); with
 * negative values 0 is mid-grey and the largest magnitude black or white. Prints the paths. */
bool fovea_maps_write(const char *folder, const char *stem, const fovea_port *port, const float *values,
                      fovea_fault *fault);

#endif
