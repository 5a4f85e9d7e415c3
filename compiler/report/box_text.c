/* box_text.c - what stands in boxes (see box_text.h).
 *
 * Attributes are looked up by name in the op's row, so that an operation that has a stride or a slope shows it without
 * being known here.
 */
#include "report/box_text.h"
#include "ir/text.h"

#define TIMES "\xc3\x97"     /* a multiplication sign */
#define RANGE "\xe2\x80\xa6" /* three dots */

/* ---- attributes ---- */

static const OpAttr *find_attr(const Node *node, const char *name, AttrKind kind)
{
    const Op *row = op_row(node->op);
    for (int i = 0; i < row->attr_count; i++)
        if (strcmp(row->attrs[i].name, name) == 0)
            return row->attrs[i].kind == kind ? &row->attrs[i] : NULL;
    return NULL;
}

static const void *field_of(const Node *node, const OpAttr *attr)
{
    return (const char *)node->attrs + attr->offset;
}

/* An integer for height and one for width: "3x3", or one number when `short_form` and both are the same. */
static void put_pair(Buf *buf, const int64_t *pair, bool short_form)
{
    buf_printf(buf, "%lld", (long long)pair[0]);
    if (!short_form || pair[0] != pair[1])
        buf_printf(buf, TIMES "%lld", (long long)pair[1]);
}

/* An integer, or one for height and one for width, that is not 1, which goes without saying. */
static void put_unless_one(Buf *buf, const Node *node, const char *name, const char *before)
{
    const OpAttr *attr = find_attr(node, name, ATTR_INT);
    if (!attr || attr->count < 1 || attr->count > 2)
        return;
    const int64_t *at = field_of(node, attr), pair[2] = {at[0], at[attr->count - 1]};
    if (pair[0] == 1 && pair[1] == 1)
        return;
    buf_puts(buf, before);
    put_pair(buf, pair, true);
}

static void put_number(Buf *buf, const Node *node, const char *name, const char *before)
{
    const OpAttr *attr = find_attr(node, name, ATTR_NUMBER);
    if (attr && attr->count == 1)
        buf_printf(buf, "%s%g", before, *(const double *)field_of(node, attr));
}

/* The first word is the usual one, and goes without saying. */
static void put_word(Buf *buf, const Node *node, const char *name)
{
    const OpAttr *attr = find_attr(node, name, ATTR_WORD);
    int word = attr && attr->count == 1 ? *(const int *)field_of(node, attr) : 0;
    const char *words = attr ? attr->words : "";
    for (int i = 0; i < word; i++) {
        words += strcspn(words, " ");
        words += strspn(words, " ");
    }
    if (word)
        buf_printf(buf, " %.*s", (int)strcspn(words, " "), words);
}

/* ---- operations ---- */

static void put_kernel(Buf *buf, const Graph *graph, const Node *node)
{
    const Shape *weight = &graph_input_node(graph, node, 1)->type.shape;
    buf_puts(buf, " ");
    put_pair(buf, &weight->dim[weight->rank - 2], false);
    put_unless_one(buf, node, "stride", op_row(node->op)->family == FAMILY_CONV_TRANSPOSE ? " stride " : " /");
    put_unless_one(buf, node, "dilation", " dilation ");
    const OpAttr *groups = find_attr(node, "groups", ATTR_INT);
    int64_t count = groups ? *(const int64_t *)field_of(node, groups) : 1;
    if (count > 1 && count == graph_input_node(graph, node, 0)->type.shape.dim[1])
        buf_puts(buf, " depthwise");
    else
        put_unless_one(buf, node, "groups", " groups ");
}

static void put_pool(Buf *buf, const Graph *graph, const Node *node)
{
    const Shape *x = &graph_input_node(graph, node, 0)->type.shape, *y = &node->type.shape;
    const int64_t *size = field_of(node, find_attr(node, "size", ATTR_INT));
    if (size[0] == x->dim[2] && size[1] == x->dim[3] && y->dim[2] == 1 && y->dim[3] == 1) {
        buf_puts(buf, " global");
        return;
    }
    buf_puts(buf, " ");
    put_pair(buf, size, false);
    put_unless_one(buf, node, "stride", " /");
    put_unless_one(buf, node, "dilation", " dilation ");
}

/* The number in "x * 2" and "2 * x", but not that in "2 - x", where the order says something. */
static void put_operand(Buf *buf, const Graph *graph, const Node *node)
{
    bool any_order = node->op == OP_add || node->op == OP_mul || node->op == OP_max || node->op == OP_min;
    if (node->input_count != 2 || op_row(node->op)->most_inputs < 2)
        return;
    for (uint32_t i = any_order ? 0 : 1; i < 2; i++) {
        const Node *operand = graph_input_node(graph, node, i);
        if (operand->op == OP_const && !operand->type.shape.rank &&
            graph_constant(graph, operand)->kind != CONSTANT_LOADED)
            buf_printf(buf, " %g", (double)graph_constant(graph, operand)->data[0]);
    }
}

static void put_attributes(Buf *buf, const Node *node)
{
    put_unless_one(buf, node, "groups", " groups ");
    put_unless_one(buf, node, "group", " ");
    put_unless_one(buf, node, "block", " ");
    put_number(buf, node, "slope", " ");
    put_number(buf, node, "min", " ");
    put_number(buf, node, "max", RANGE);
    put_unless_one(buf, node, "axis", " axis "); /* 1 is channels */
    put_word(buf, node, "mode");
    if (node->op == OP_lrn)
        put_unless_one(buf, node, "size", " over ");
}

const char *op_text(Arena *arena, const Graph *graph, const Node *node)
{
    Buf buf = {0};
    buf_puts(&buf, op_name(node->op));
    switch (op_row(node->op)->family) {
    case FAMILY_CONV:
    case FAMILY_CONV_TRANSPOSE:
    case FAMILY_CONV_CONNECT:
        put_kernel(&buf, graph, node);
        break;
    case FAMILY_POOL:
        put_pool(&buf, graph, node);
        break;
    default:
        put_attributes(&buf, node);
        put_operand(&buf, graph, node);
    }
    const char *text = arena_strdup(arena, buf_text(&buf));
    buf_free(&buf);
    return text;
}

const char *shapes_text(Arena *arena, const Shape *first, const Shape *last)
{
    Buf buf = {0};
    for (int d = 1; d < first->rank; d++) {
        buf_printf(&buf, "%s%lld", d > 1 ? TIMES : "", (long long)first->dim[d]);
        if (first->dim[d] != last->dim[d])
            buf_printf(&buf, RANGE "%lld", (long long)last->dim[d]);
    }
    const char *text = buf.length ? arena_strdup(arena, buf_text(&buf)) : "a number";
    buf_free(&buf);
    return text;
}

void put_details(Buf *buf, const Graph *graph, const Node *node)
{
    if (node->path[0])
        buf_printf(buf, "%s: ", node->path);
    buf_puts(buf, op_name(node->op));
    graph_print_attributes(buf, node);
    if (op_row(node->op)->macs)
        buf_printf(buf, ", %lld MACs", (long long)op_row(node->op)->macs(graph, node));
}

/* ---- escaping ---- */

/* Bytes of the character at `at`, at most 4; 0: it is none that may stand in XML. */
static size_t character_length(const unsigned char *at)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000};
    if (*at < 0x80)
        return *at >= 0x20 && *at != 0x7f;
    size_t length = (*at & 0xe0) == 0xc0 ? 2 : (*at & 0xf0) == 0xe0 ? 3 : (*at & 0xf8) == 0xf0 ? 4 : 0;
    uint32_t code = *at & (0x7fU >> length);
    for (size_t i = 1; i < length; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 0;
        code = code << 6 | (at[i] & 0x3fU);
    }
    bool surrogate = code >= 0xd800 && code <= 0xdfff, missing = code == 0xfffe || code == 0xffff;
    return code < least[length] || code > 0x10ffff || surrogate || missing ? 0 : length;
}

static void put_character(Buf *buf, const char *at, size_t length, bool quoted)
{
    static const struct {
        char character;
        const char *html;
    } escapes[] = {{'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&#39;"}};
    for (size_t i = 0; i < COUNT_OF(escapes); i++)
        if (*at == escapes[i].character) {
            buf_puts(buf, escapes[i].html);
            return;
        }
    if (!length)
        buf_puts(buf, "\xef\xbf\xbd");
    else if (quoted && *at == '\\')
        buf_puts(buf, "\\\\");
    else
        buf_bytes(buf, at, length);
}

static void put_escaped(Buf *buf, const char *text, size_t most, bool quoted)
{
    size_t count = 0, at = 0, index = 0;
    for (size_t i = 0; text[i]; count++)
        i += MAX(character_length((const unsigned char *)text + i), 1);
    size_t kept = most / 2, skipped_to = count - (most - 1 - most / 2);
    for (; text[at]; index++) {
        size_t length = character_length((const unsigned char *)text + at);
        if (count <= most || index < kept || index >= skipped_to)
            put_character(buf, text + at, length, quoted);
        else if (index == kept)
            buf_puts(buf, RANGE);
        at += MAX(length, 1);
    }
}

void put_html(Buf *buf, const char *text, size_t most)
{
    put_escaped(buf, text, most, false);
}

void put_quoted(Buf *buf, const char *text, size_t most)
{
    put_escaped(buf, text, most, true);
}
