/* drawing_box.c - a box of a drawing: a table of words, coloured by kind of layer (see drawing_parts.h).
 *
 *   conv 3x3 /2          128x28x28      what it is, and the shape of what it gives
 *   conv2 [batchnorm][relu] 147,712     label, followers, parameters
 *
 * Colours are never the only thing that says what a box is.
 */
#include "report/drawing_parts.h"
#include "report/number.h"

enum { LONGEST_DETAILS = 400, CHIPS_A_ROW = 3 };

typedef struct Colours {
    const char *fill, *line, *text;
} Colours;

/* Light fills under dark text; lines dark enough to be seen on white. */
static const Colours colours[BOX_COUNT] = {
    [BOX_INPUT] = {DRAWING_DARK, "#263238", "#ffffff"}, [BOX_OUTPUT] = {DRAWING_DARK, "#263238", "#ffffff"},
    [BOX_CONV] = {"#dbe9f6", "#4f81b5", "#1f2328"},     [BOX_POOL] = {"#fdebd3", "#b9772f", "#1f2328"},
    [BOX_FULL] = {"#e8e1f3", "#7f65ad", "#1f2328"},     [BOX_NORM] = {"#f6f1cf", "#8f7f22", "#1f2328"},
    [BOX_JOIN] = {"#dcefdf", "#4c8a57", "#1f2328"},     [BOX_ELEMENT] = {"#f3e3ea", "#a45c7b", "#1f2328"},
    [BOX_MOVE] = {"#eceff1", "#78858c", "#1f2328"},
};

static const Node *box_node(const Drawing *d, const Box *box, uint32_t i)
{
    return graph_node(d->graph, box->nodes.at[i]);
}

/* Of the layer that the last turn of all repeats has in place of this one. */
static const Node *last_node(const Drawing *d, NodeId id)
{
    uint32_t layer = d->blocks.layer_of[id.index];
    return graph_node(d->graph, layer == UINT32_MAX ? id : d->blocks.layers.at[blocks_last(&d->blocks, layer)]);
}

void put_box_name(const Drawing *d, uint32_t at)
{
    const Box *box = &d->boxes.at.at[at];
    const Node *node = box_node(d, box, 0);
    const char *text = box->port ? box->port->name : node->path[0] ? node->path : op_name(node->op);
    buf_puts(d->buf, "\"");
    put_quoted(d->buf, text, LONGEST_NAME);
    buf_printf(d->buf, " %%%u%s\"", box->nodes.at[0].index, box->kind == BOX_OUTPUT ? " out" : "");
}

/* The label of a layer without those of the blocks around it, which their clusters have. */
static const char *own_label(const Blocks *blocks, uint32_t block, const char *path)
{
    if (!block)
        return path;
    const Block *around = &blocks->at.at[block];
    const char *rest = own_label(blocks, around->parent, path);
    size_t length = strlen(around->label);
    return strncmp(rest, around->label, length) == 0 && rest[length] == '.' ? rest + length + 1 : rest;
}

/* Words in a cell. Viewers have other fonts than dot measured, so that blanks around words are not spared. */
void put_cell(const Drawing *d, const char *colour, const char *text)
{
    buf_printf(d->buf, "<TD ALIGN=\"LEFT\"><FONT COLOR=\"%s\">", colour);
    put_html(d->buf, text, LONGEST_LABEL);
    buf_puts(d->buf, "</FONT></TD>");
}

static void open_cell(const Drawing *d, const char *align, size_t width)
{
    buf_printf(d->buf, "<TD ALIGN=\"%s\"", align);
    if (width)
        buf_printf(d->buf, " WIDTH=\"%zu\"", width);
    buf_puts(d->buf, ">");
}

/* At the ends of a line; each in a cell of at least that width, in points. */
static void put_left(const Drawing *d, const char *colour, const char *text, size_t width)
{
    open_cell(d, "LEFT", width);
    buf_printf(d->buf, "<FONT COLOR=\"%s\"><B>", colour);
    put_html(d->buf, text, LONGEST_NAME);
    buf_puts(d->buf, "</B></FONT></TD>");
}

/* A bold blank gives it the height of what is bold to the left. */
static void put_right(const Drawing *d, const char *colour, const char *text, size_t width)
{
    open_cell(d, "RIGHT", width);
    buf_printf(d->buf, "<FONT COLOR=\"%s\"><B>&#160; </B>", colour);
    put_html(d->buf, text, LONGEST_NAME);
    buf_puts(d->buf, "</FONT></TD>");
}

/* A follower: "relu" in a frame of its own. A view says what it makes of the shape. */
static void put_chip(const Drawing *d, const Box *box, uint32_t i)
{
    const Node *node = box_node(d, box, i), *before = box_node(d, box, i - 1);
    const Node *last = last_node(d, box->nodes.at[i]);
    const char *text = op_text(d->arena, d->graph, node);
    if (!shape_equal(&node->type.shape, &before->type.shape))
        text = arena_printf(d->arena, "%s %s", text, shapes_text(d->arena, &node->type.shape, &last->type.shape));
    buf_printf(d->buf, "<TD BORDER=\"1\" CELLPADDING=\"2\" STYLE=\"ROUNDED\" COLOR=\"%s\" BGCOLOR=\"white\">",
               colours[box->kind].line);
    buf_puts(d->buf, "<FONT COLOR=\"" DRAWING_SOFT "\">");
    put_html(d->buf, text, LONGEST_LABEL);
    buf_puts(d->buf, "</FONT></TD>");
}

void put_table(const Drawing *d, int spacing)
{
    buf_printf(d->buf, "<TABLE BORDER=\"0\" CELLBORDER=\"0\" CELLSPACING=\"%d\" CELLPADDING=\"1\"><TR>", spacing);
}

/* Label and followers, a few a line. */
static void put_small_print(const Drawing *d, const Box *box, const char *label)
{
    uint32_t in_row = 0;
    buf_puts(d->buf, "<TD ALIGN=\"LEFT\">");
    put_table(d, 2);
    if (label[0] || box->nodes.count == 1) /* a row needs a cell */
        put_cell(d, DRAWING_SOFT, label[0] ? label : " ");
    for (uint32_t i = 1; i < box->nodes.count; i++, in_row++) {
        if (in_row == CHIPS_A_ROW) {
            buf_puts(d->buf, "</TR><TR>");
            in_row = 0;
        }
        put_chip(d, box, i);
    }
    buf_puts(d->buf, "</TR></TABLE></TD>");
}

static const char *parameters_text(const Drawing *d, const Box *box)
{
    if (!box->parameters)
        return "";
    int64_t last = 0;
    for (uint32_t i = 0; i < box->nodes.count; i++)
        last += d->layers.rows.at[blocks_last(&d->blocks, d->blocks.layer_of[box->nodes.at[i].index])].parameters;
    const char *text = number_grouped(d->arena, box->parameters);
    if (last != box->parameters)
        text = arena_printf(d->arena, "%s\xe2\x80\xa6%s", text, number_grouped(d->arena, last));
    return arena_printf(d->arena, "%s params", text);
}

/* Of the layer, or else of the first follower that has one. */
static const char *label_of(const Drawing *d, const Box *box)
{
    const char *path = "";
    for (uint32_t i = 0; !path[0] && i < box->nodes.count; i++)
        path = box_node(d, box, i)->path;
    return own_label(&d->blocks, box->block, path);
}

static void put_layer_label(const Drawing *d, const Box *box, size_t width)
{
    const Node *node = box_node(d, box, 0);
    const char *label = label_of(d, box), *parameters = parameters_text(d, box);
    const char *shape = shapes_text(d->arena, &node->type.shape, &last_node(d, box->nodes.at[0])->type.shape);
    bool one_line = !label[0] && !parameters[0];
    put_table(d, 1);
    put_left(d, colours[box->kind].text, op_text(d->arena, d->graph, node), width / 2);
    if (one_line && box->nodes.count > 1)
        put_small_print(d, box, "");
    put_right(d, colours[box->kind].text, shape, width / 2);
    buf_puts(d->buf, "</TR>");
    if (!one_line) {
        buf_puts(d->buf, "<TR>");
        put_small_print(d, box, label);
        put_right(d, DRAWING_SOFT, parameters, 0);
        buf_puts(d->buf, "</TR>");
    }
    buf_puts(d->buf, "</TABLE>");
}

/* "input image 3x224x224", on one line. */
static void put_port_label(const Drawing *d, const Box *box)
{
    const Type *type = &box_node(d, box, 0)->type;
    const char *colour = colours[box->kind].text, *shape = shapes_text(d->arena, &type->shape, &type->shape);
    put_table(d, 1);
    put_left(d, colour, arena_printf(d->arena, "%s %s", box->kind == BOX_INPUT ? "input" : "output", box->port->name),
             0);
    if (box->nodes.count > 1)
        put_small_print(d, box, "");
    put_right(d, colour, type->dtype == DT_U8 ? arena_printf(d->arena, "%s bytes", shape) : shape, 0);
    buf_puts(d->buf, "</TR></TABLE>");
}

void put_box(const Drawing *d, uint32_t at, size_t width)
{
    const Box *box = &d->boxes.at.at[at];
    const Colours *c = &colours[box->kind];
    Buf details = {0};
    for (uint32_t i = 0; i < box->nodes.count && !(box->port && i == 0); i++) {
        buf_puts(&details, i ? "; " : "");
        put_details(&details, d->graph, box_node(d, box, i));
    }
    put_box_name(d, at);
    buf_printf(d->buf, " [fillcolor=\"%s\" color=\"%s\" tooltip=\"", c->fill, c->line);
    put_quoted(d->buf, details.length ? buf_text(&details) : box->port->name, LONGEST_DETAILS);
    buf_puts(d->buf, "\" label=<");
    if (box->port)
        put_port_label(d, box);
    else
        put_layer_label(d, box, width);
    buf_puts(d->buf, ">]\n");
    buf_free(&details);
}
