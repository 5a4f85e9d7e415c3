/* input.h - files that are given to a stand-alone program. */
#ifndef FOVEA_TESTS_FUZZ_INPUT_H
#define FOVEA_TESTS_FUZZ_INPUT_H

#include "program/input.h"

/* Checks that a refusal has one sentence that can be shown, and acceptance none that was written meanwhile. */
void fuzz_check_fault(bool fine, const fovea_fault *fault);

/* Opens the file as what a program takes, for inputs of several shapes, and reads examples of it. */
void fuzz_inputs(const uint8_t *bytes, size_t size);

#endif
