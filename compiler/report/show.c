/* show.c - the layer table of `fovea show` (see show.h). Each question has a table of its own: what layers are, what
 * share they have, what they would need if they were fully connected. */
#include "report/show.h"
#include "report/fold.h"
#include "report/number.h"
#include "report/table.h"
#include "report/traffic.h"
#include "support/file.h"

typedef struct Show {
    Arena *arena;
    const Graph *net;
    const Layers *layers;
    const ShowOptions *options;
} Show;

/* "195/32/0": size, jump and offset. A list has a size only; what sees everything needs none. */
static const char *field_text(Arena *arena, const Field *field)
{
    if (!field->known)
        return "";
    if (field_sees_all(field))
        return "all";
    const char *size = pair_text(arena, (double)field_size(field, 0), (double)field_size(field, 1));
    if (!field->side[0].axis || !field->side[1].axis)
        return size;
    return arena_printf(arena, "%s/%s/%s", size, pair_text(arena, field_jump(field, 0), field_jump(field, 1)),
                        pair_text(arena, (double)field_offset(field, 0), (double)field_offset(field, 1)));
}

static const char *percent_text(Arena *arena, int64_t part, int64_t whole)
{
    return part ? arena_printf(arena, "%.2f", share_percent(part, whole)) : "";
}

/* 32112.62 as "32,113x". */
static const char *times_text(Arena *arena, int64_t dense, int64_t weights)
{
    if (!weights)
        return "";
    double times = (double)dense / (double)weights;
    return times < 100 ? arena_printf(arena, "%.3gx", times)
                       : arena_printf(arena, "%sx", number_text(arena, (int64_t)(times + 0.5)));
}

static void add_column(Table *table, Column column)
{
    table->column[table->count++] = column;
}

/* Beside what a layer would need without its structure: without bias, as in the papers' comparisons. */
static bool shows_weights(const ShowOptions *options)
{
    return options->as_dense && !options->share;
}

static void add_columns(Table *table, const ShowOptions *options)
{
    add_column(table, (Column){"layer", .shrinks = true});
    add_column(table, (Column){"op", .shrinks = true});
    add_column(table, (Column){"output", .shrinks = true});
    add_column(table, (Column){shows_weights(options) ? "weights" : "parameters", .right = true});
    if (options->share)
        add_column(table, (Column){"%", .right = true});
    add_column(table, (Column){"MACs", .right = true});
    if (options->share)
        add_column(table, (Column){"%", .right = true});
    if (options->as_dense) {
        add_column(table, (Column){"if dense", .right = true});
        if (!options->share)
            add_column(table, (Column){"times", .right = true});
    } else if (!options->share) {
        add_column(table, (Column){"field/jump/from", .right = true, .shrinks = true});
        add_column(table, (Column){"bytes", .right = true});
    }
}

static void add_row(const Show *show, Table *table, const FoldedRow *row)
{
    Arena *arena = show->arena;
    const ShowOptions *options = show->options;
    const Node *node = graph_node(show->net, row->last->node);
    TableRow cells = {{row->label, row->op, shape_text(arena, &node->type.shape)}};
    int c = 3;
    cells.cell[c++] = number_or_nothing(arena, shows_weights(options) ? row->weights : row->parameters);
    if (options->share)
        cells.cell[c++] = percent_text(arena, row->parameters, show->layers->parameters);
    cells.cell[c++] = number_or_nothing(arena, row->macs);
    if (options->share)
        cells.cell[c++] = percent_text(arena, row->macs, show->layers->macs);
    if (options->as_dense) {
        cells.cell[c++] = number_or_nothing(arena, row->dense_weights);
        if (!options->share)
            cells.cell[c++] = times_text(arena, row->dense_weights, row->weights);
    } else if (!options->share) {
        cells.cell[c++] = field_text(arena, row->last->field);
        cells.cell[c++] = number_text(arena, row->bytes);
    }
    VEC_PUSH(arena, &table->rows, cells);
}

static void print_ports(Buf *buf, const Show *show)
{
    const Graph *net = show->net;
    const int64_t batch = graph_batch(net);
    for (uint32_t i = 0; i < net->inputs.count + net->outputs.count; i++) {
        bool input = i < net->inputs.count;
        const Port *port = input ? &net->inputs.at[i] : &net->outputs.at[i - net->inputs.count];
        const Type *type = &graph_node(net, port->node)->type;
        buf_printf(buf, "%-6s  %s: %s[%s]\n", input ? "input" : "output", port->name, dtype_name(type->dtype),
                   (type->shape.dim[0] == batch ? shape_text : shape_full_text)(show->arena, &type->shape));
    }
}

static void print_totals(Buf *buf, const Show *show, const Plan *plan)
{
    Arena *arena = show->arena;
    const Layers *layers = show->layers;
    struct {
        const char *name, *text;
    } totals[] = {
        {"parameters", number_grouped(arena, layers->parameters)},
        {"MACs", number_grouped(arena, layers->macs)},
        {"weighted depth", number_grouped(arena, layers->depth)},
        {"receptive field",
         layers->has_field ? pair_text(arena, (double)layers->field[0], (double)layers->field[1]) : "-"},
        {"weights, bytes", number_grouped(arena, plan->weights_bytes)},
        {"workspace, bytes", number_grouped(arena, plan->workspace_bytes)},
        {"if all dense", show->options->as_dense && layers->dense_weights < INT64_MAX
                             ? number_grouped(arena, layers->dense_weights)
                             : NULL},
    };
    int widest = 0;
    for (size_t i = 0; i < COUNT_OF(totals); i++)
        widest = MAX(widest, totals[i].text ? (int)strlen(totals[i].text) : 0);
    for (size_t i = 0; i < COUNT_OF(totals); i++)
        if (totals[i].text)
            buf_printf(buf, "%-17s %*s\n", totals[i].name, widest, totals[i].text);
}

OpShare *op_shares(Arena *arena, const Graph *net, const Layers *layers)
{
    OpShare *shares = NEW_ARRAY(arena, OpShare, OP_COUNT);
    for (uint32_t i = 0; i < layers->rows.count; i++) {
        const Layer *layer = &layers->rows.at[i];
        OpShare *share = &shares[graph_node(net, layer->node)->op];
        share->layers++;
        share->parameters += layer->parameters;
        share->macs = count_sum(share->macs, layer->macs);
    }
    return shares;
}

static void print_shares(Buf *buf, const Show *show)
{
    Table table = {.count = 6,
                   .column = {{.title = "op"},
                              {"layers", .right = true},
                              {"parameters", .right = true},
                              {"%", .right = true},
                              {"MACs", .right = true},
                              {"%", .right = true}}};
    Arena *arena = show->arena;
    const OpShare *shares = op_shares(arena, show->net, show->layers);
    for (int op = 0; op < OP_COUNT; op++) {
        const OpShare *share = &shares[op];
        if (!share->parameters && !share->macs)
            continue;
        TableRow row = {{op_name((OpId)op), number_text(arena, share->layers),
                         number_or_nothing(arena, share->parameters),
                         percent_text(arena, share->parameters, show->layers->parameters),
                         number_or_nothing(arena, share->macs), percent_text(arena, share->macs, show->layers->macs)}};
        VEC_PUSH(arena, &table.rows, row);
    }
    table_print(buf, arena, &table);
    buf_puts(buf, "\n");
}

void show_table(Buf *buf, const Graph *net, const Plan *plan, const char *model, const ShowOptions *options)
{
    Arena *arena = arena_new();
    Layers layers = layers_of(arena, net);
    Show show = {arena, net, &layers, options};
    FoldedRows rows = fold_layers(arena, net, &layers, options->unfold);
    Table table = {0};
    add_columns(&table, options);
    for (uint32_t i = 0; i < rows.count; i++)
        add_row(&show, &table, &rows.at[i]);
    int64_t batch = graph_batch(net);
    buf_printf(buf, "%s (%s, target %s, batch %lld)\n", net->name, path_base(model), plan->target->name,
               (long long)batch);
    print_ports(buf, &show);
    buf_puts(buf, "\n");
    table_print(buf, arena, &table);
    if (rows.count < layers.rows.count)
        buf_printf(buf, "\n%u layers in %u rows; --unfold shows each of them\n", layers.rows.count, rows.count);
    buf_puts(buf, "\n");
    if (options->share)
        print_shares(buf, &show);
    print_totals(buf, &show, plan);
    traffic_print(buf, arena, net);
    arena_free(arena);
}
