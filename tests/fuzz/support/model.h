/* model.h - models in fuzz inputs: a text and the files it names, elaborated with everything that is promised checked.
 *
 * An input is the model's text. A line "#> NAME" ends it and begins the file NAME (imports, labels), and so on: such
 * lines are comments of the language.
 */
#ifndef FOVEA_TESTS_FUZZ_MODEL_H
#define FOVEA_TESTS_FUZZ_MODEL_H

#include "ir/graph.h"

typedef struct FuzzModel {
    Arena *arena;
    Diag diag;
    Buf said;
    uint32_t source;
    Graph *graph; /* NULL: the text is wrong, and `said` says how */
} FuzzModel;

/* Splits the input into virtual files and adds the first one, net.fov, as a source. The model must stay where it is. */
void fuzz_model_begin(FuzzModel *model, const uint8_t *bytes, size_t size);
/* Elaborates it. Checks that a refusal has messages and that messages are printable text. */
void fuzz_model_elaborate(FuzzModel *model);
void fuzz_model_end(FuzzModel *model);

/* Checks what every message keeps: UTF-8 as it was in the input, no control characters but line ends. */
void fuzz_check_messages(const Diag *diag, const Buf *said);

/* Checks that a graph keeps its rules, and that its text reads back as itself. */
void fuzz_check_graph(Arena *arena, const Graph *graph);

/* Elements that values of the graph have, and its multiply-adds, together: what it costs to evaluate. */
int64_t graph_cost(const Graph *graph);

#endif
