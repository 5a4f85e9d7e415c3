/* cases.h - one-line nets for the tests of operations, and the check that all of them share. */
#ifndef FOVEA_TESTS_OPS_CASES_H
#define FOVEA_TESTS_OPS_CASES_H

#include "emit/target.h"
#include "tests/support/model.h"

typedef struct OpCase {
    const char
        *inputs; /* "f32[3, 7, 9]" for an input called x, or several: "x: f32[3], y: f32[3]"; a batch: "2 of ..." */
    const char *body; /* the answer, or whole statements when it has a ';' */
} OpCase;

extern const OpCase op_cases[];
extern const uint32_t op_case_count;

/* The model's text, and how many examples a run takes. */
const char *op_case_text(Arena *arena, const OpCase *op_case, int64_t *batch);
/* The net of a case with random weights; NULL after printing diagnostics. */
Graph *op_case_graph(Arena *arena, Diag *diag, const OpCase *op_case);

/* Emits cases for a target (those that target_takes), runs each on usual and on extreme inputs, and
 * compares with the reference within the tolerance of the operations in it. The number of cases that fail;
 * they are printed. -1: no such target here. `cache`: bytes of the cache for which they are compiled, 0: the usual one.
 */
int op_cases_check(const char *target, int64_t cache, const OpCase *cases, uint32_t count);
/* The same for a row that need not be in the list of targets. */
int op_cases_check_on(const Target *target, int64_t cache, const OpCase *cases, uint32_t count);

#endif
