/* model.c - models in fuzz inputs (see model.h). */
#include "tests/fuzz/support/model.h"

#include "elaborate/elaborate.h"
#include "ir/text.h"
#include "ir/verify.h"
#include "ops/op.h"
#include "tests/fuzz/support/fuzz.h"

#define SEPARATOR "#> "

/* The end of the file that begins here: the next line that begins with the separator, or the end. */
static const char *file_end(const char *at, const char *end)
{
    for (const char *line = at; line < end;) {
        if ((size_t)(end - line) >= strlen(SEPARATOR) && memcmp(line, SEPARATOR, strlen(SEPARATOR)) == 0)
            return line;
        const char *newline = memchr(line, '\n', (size_t)(end - line));
        line = newline ? newline + 1 : end;
    }
    return end;
}

void fuzz_model_begin(FuzzModel *model, const uint8_t *bytes, size_t size)
{
    *model = (FuzzModel){.arena = arena_new()};
    diag_init(&model->diag, model->arena);
    model->diag.capture = &model->said;
    const char *at = (const char *)bytes, *end = at + size, *stop = file_end(at, end);
    model->source = diag_add_source(&model->diag, "net.fov", at, (size_t)(stop - at));
    file_add("net.fov", at, (size_t)(stop - at));
    while (stop < end) {
        const char *name = stop + strlen(SEPARATOR), *newline = memchr(name, '\n', (size_t)(end - name));
        if (!newline)
            break;
        stop = file_end(newline + 1, end);
        file_add(arena_strndup(model->arena, name, (size_t)(newline - name)), newline + 1,
                 (size_t)(stop - newline - 1));
    }
}

void fuzz_check_messages(const Diag *diag, const Buf *said)
{
    FUZZ_CHECK((diag->errors + diag->warnings > 0) == (said->length > 0), "%u errors, %u warnings, and said:\n%s",
               diag->errors, diag->warnings, buf_text(said));
    for (size_t i = 0; i < said->length; i++) {
        unsigned char byte = (unsigned char)said->text[i];
        FUZZ_CHECK((byte >= 0x20 && byte != 0x7F) || byte == '\n', "a message has byte %d:\n%s", byte, said->text);
    }
    FUZZ_CHECK(!said->length || said->text[said->length - 1] == '\n', "a message does not end its line:\n%s",
               said->text);
}

void fuzz_model_elaborate(FuzzModel *model)
{
    model->graph = elaborate_source(model->arena, &model->diag, model->source, NULL);
    FUZZ_CHECK(!model->graph == (model->diag.errors > 0), "%s, and %u errors:\n%s", model->graph ? "a graph" : "none",
               model->diag.errors, buf_text(&model->said));
    fuzz_check_messages(&model->diag, &model->said);
}

void fuzz_model_end(FuzzModel *model)
{
    files_clear();
    buf_free(&model->said);
    arena_free(model->arena);
}

void fuzz_check_graph(Arena *arena, const Graph *graph)
{
    Diag diag;
    Buf said = {0}, once = {0}, twice = {0};
    diag_init(&diag, arena);
    diag.capture = &said;
    const char *broken = graph_verify(graph);
    FUZZ_CHECK(!broken, "it is a broken graph: %s", broken);
    graph_print(&once, graph);
    Graph *again = graph_parse(arena, &diag, diag_add_source(&diag, "again.ir", buf_text(&once), once.length));
    FUZZ_CHECK(again, "a printed graph is refused:\n%s\n%s", buf_text(&once), buf_text(&said));
    graph_print(&twice, again);
    FUZZ_CHECK(!strcmp(buf_text(&once), buf_text(&twice)), "a printed graph reads as another:\n%s\n%s", buf_text(&once),
               buf_text(&twice));
    buf_free(&said);
    buf_free(&once);
    buf_free(&twice);
}

int64_t graph_cost(const Graph *graph)
{
    int64_t cost = 0;
    for (uint32_t i = 0; i < graph->nodes.count && cost < INT64_MAX / 4; i++) {
        const Node *node = &graph->nodes.at[i];
        const Op *row = op_row(node->op);
        cost += shape_count(&node->type.shape);
        if (row->macs)
            cost += MIN(row->macs(graph, node), INT64_MAX / 4);
    }
    return cost;
}
