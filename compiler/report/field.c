/* field.c - receptive fields, from the inputs on (see field.h). Pixels beyond 2^40 are not counted: strides multiply
 * without end, and no tensor is as large. */
#include "report/field.h"
#include "ops/reach.h"

/* Fields that repeat themselves late take time and memory: what is over these is said to see all. */
enum { LONGEST_PERIOD = 1 << 16, ALL_PERIODS = 1 << 22 };

typedef struct Tracker {
    Arena *arena;
    const Graph *graph;
    int64_t left; /* of ALL_PERIODS */
} Tracker;

static bool is_affordable(Tracker *tracker, int64_t period)
{
    if (period > 1)
        tracker->left -= MIN(period, LONGEST_PERIOD);
    return period == 1 || (period <= LONGEST_PERIOD && tracker->left >= 0);
}

static const Pixels NO_PIXELS = {1, 0};

static bool is_empty(Pixels pixels)
{
    return pixels.first > pixels.last;
}

static int64_t bounded(double pixels)
{
    double most = (double)LIMIT_ELEMENTS;
    return (int64_t)(pixels > most ? most : pixels < -most ? -most : pixels);
}

static Pixels join_pixels(Pixels a, Pixels b)
{
    if (is_empty(a) || is_empty(b))
        return is_empty(a) ? b : a;
    return (Pixels){MIN(a.first, b.first), MAX(a.last, b.last)};
}

static Pixels moved(Pixels pixels, double way)
{
    if (is_empty(pixels))
        return pixels;
    return (Pixels){bounded((double)pixels.first + way), bounded((double)pixels.last + way)};
}

Pixels field_pixels(const FieldSide *side, int64_t place)
{
    int64_t turn = floor_div(place, side->period);
    return moved(side->at[place - turn * side->period], (double)turn * (double)side->advance);
}

int64_t field_size(const Field *field, int side)
{
    int64_t size = 0;
    for (int64_t i = 0; i < field->side[side].period; i++) {
        Pixels pixels = field->side[side].at[i];
        size = MAX(size, is_empty(pixels) ? 0 : pixels.last - pixels.first + 1);
    }
    return size;
}

double field_jump(const Field *field, int side)
{
    const FieldSide *s = &field->side[side];
    double jump = s->axis ? (double)s->advance / (double)s->period : 0;
    return jump < 0 ? -jump : jump;
}

int64_t field_offset(const Field *field, int side)
{
    return field->side[side].at[0].first;
}

bool field_sees_all(const Field *field)
{
    return field->side[0].all || field->side[1].all;
}

/* ---- one side ---- */

static FieldSide side_new(Arena *arena, int axis, int64_t period, int64_t advance)
{
    FieldSide side = {.axis = axis, .period = period, .advance = advance, .at = NEW_ARRAY(arena, Pixels, period)};
    for (int64_t i = 0; i < period; i++)
        side.at[i] = NO_PIXELS;
    return side;
}

/* What all places together see. */
static Pixels all_pixels(const FieldSide *side, int64_t length)
{
    Pixels pixels = NO_PIXELS;
    int64_t turn = MIN(side->period, length);
    for (int64_t i = 0; i < turn; i++)
        pixels = join_pixels(pixels, join_pixels(field_pixels(side, i), field_pixels(side, length - 1 - i)));
    return pixels;
}

/* Every place sees that. */
static FieldSide side_still(Arena *arena, int axis, Pixels pixels)
{
    FieldSide side = side_new(arena, axis, 1, 0);
    side.at[0] = pixels;
    return side;
}

static FieldSide side_all(Arena *arena, const FieldSide *from, int axis, int64_t length)
{
    FieldSide side = side_still(arena, axis, all_pixels(from, length));
    side.all = true;
    return side;
}

/* Two that repeat themselves at the same pace. */
static FieldSide join_same_pace(Arena *arena, const FieldSide *a, const FieldSide *b)
{
    int64_t turns = b->period / greatest_divisor(a->period, b->period);
    FieldSide side = side_new(arena, a->axis, a->period * turns, a->advance * turns);
    for (int64_t i = 0; i < side.period; i++)
        side.at[i] = join_pixels(field_pixels(a, i), field_pixels(b, i));
    return side;
}

/* Two at different paces: whatever the places see, seen from those of the faster one. */
static FieldSide join_paces(Arena *arena, const FieldSide *a, const FieldSide *b, int64_t length)
{
    double pace_a = (double)a->advance / (double)a->period, pace_b = (double)b->advance / (double)b->period;
    const FieldSide *faster = pace_a * pace_a > pace_b * pace_b ? a : b;
    FieldSide side = side_new(arena, a->axis, faster->period, faster->advance);
    for (int64_t i = 0; i < length; i++) {
        Pixels pixels = join_pixels(field_pixels(a, i), field_pixels(b, i));
        Pixels *at = &side.at[i % side.period];
        *at = join_pixels(*at, moved(pixels, -(double)(i / side.period) * (double)side.advance));
    }
    return side;
}

/* A value whose places lie along `axis`, so many of them, reads both. */
static FieldSide side_join(Tracker *tracker, FieldSide a, FieldSide b, int axis, int64_t length)
{
    bool same_pace = (double)a.advance * (double)b.period == (double)b.advance * (double)a.period;
    int64_t period = a.period / greatest_divisor(a.period, b.period) * b.period;
    FieldSide side;
    if (a.all || b.all || !is_affordable(tracker, same_pace ? period : length)) {
        side = side_still(tracker->arena, axis, join_pixels(all_pixels(&a, length), all_pixels(&b, length)));
        side.all = true;
        return side;
    }
    side = same_pace ? join_same_pace(tracker->arena, &a, &b) : join_paces(tracker->arena, &a, &b, length);
    side.axis = axis;
    side.mixed = a.mixed || b.mixed;
    side.list = join_pixels(a.list, b.list);
    return side;
}

/* ---- through a node ---- */

/* What is made of a list, of which nobody knows where elements lie. `lost`: they are told apart again. */
static FieldSide pass_list(Tracker *tracker, const Node *node, FieldSide side, bool *lost)
{
    Family family = op_row(node->op)->family;
    if (family == FAMILY_MAP || family == FAMILY_VIEW || family == FAMILY_CONCAT)
        return side;
    side = side_still(tracker->arena, 0, side.list);
    side.all = true;
    *lost |= family != FAMILY_MATVEC && family != FAMILY_SOFTMAX && family != FAMILY_REDUCE;
    return side;
}

static FieldSide make_list(Tracker *tracker, const FieldSide *from, int64_t length)
{
    FieldSide side = side_still(tracker->arena, 0, from->at[0]);
    for (int64_t i = 1; i < from->period; i++)
        if (from->at[i].last - from->at[i].first > side.at[0].last - side.at[0].first)
            side.at[0] = from->at[i];
    side.mixed = true;
    side.all = from->all;
    side.list = all_pixels(from, length);
    return side;
}

static FieldSide pass_reach(Tracker *tracker, const FieldSide *from, const Reach *reach, int64_t length)
{
    int64_t places, input_places;
    reach_period(reach, &places, &input_places);
    int64_t turns = from->period / greatest_divisor(from->period, input_places);
    if (reach->mixed)
        return make_list(tracker, from, length);
    if (reach->everything || !is_affordable(tracker, places * turns))
        return side_all(tracker->arena, from, reach->to, length);
    double advance = (double)from->advance * ((double)input_places * (double)turns / (double)from->period);
    FieldSide side = side_new(tracker->arena, reach->to, places * turns, bounded(advance));
    for (int64_t o = 0; o < side.period; o++) {
        ReachTaps taps = reach_taps(reach, o, length);
        if (!taps.count)
            continue;
        int64_t last = taps.first + (taps.count - 1) * taps.step;
        side.at[o] = join_pixels(field_pixels(from, taps.first), field_pixels(from, last));
    }
    side.all = from->all;
    return side;
}

static FieldSide side_pass(Tracker *tracker, const Node *node, uint32_t input, const FieldSide *from, bool *lost)
{
    if (from->mixed)
        return pass_list(tracker, node, *from, lost);
    if (!from->axis)
        return *from;
    Reach reach = op_reach(tracker->graph, node, input, from->axis);
    return pass_reach(tracker, from, &reach, graph_input_node(tracker->graph, node, input)->type.shape.dim[from->axis]);
}

static void field_pass(Tracker *tracker, const Node *node, uint32_t input, const Field *from, Field *field)
{
    if (!from->known)
        return;
    field->lost |= from->lost;
    for (int s = 0; s < 2; s++) {
        FieldSide side = side_pass(tracker, node, input, &from->side[s], &field->lost), *to = &field->side[s];
        if (!field->known) {
            *to = side;
            continue;
        }
        int axis = MAX(side.axis, to->axis);
        bool apart = (side.axis && to->axis && side.axis != to->axis) || (axis && (side.mixed || to->mixed));
        field->lost |= apart;
        side.all |= apart;
        *to = side_join(tracker, *to, side, apart ? 0 : axis, axis ? node->type.shape.dim[axis] : 1);
    }
    field->known = true;
}

static Field field_of_input(Arena *arena, const Node *node)
{
    Field field = {.known = node->type.shape.rank == 4};
    for (int s = 0; s < 2 && field.known; s++) {
        field.side[s] = side_new(arena, 2 + s, 1, 1);
        field.side[s].at[0] = (Pixels){0, 0};
    }
    return field;
}

Field *fields_of(Arena *arena, const Graph *graph)
{
    Tracker tracker = {arena, graph, ALL_PERIODS};
    Field *fields = NEW_ARRAY(arena, Field, graph->nodes.count);
    for (uint32_t i = 0; i < graph->nodes.count; i++) {
        const Node *node = &graph->nodes.at[i];
        if (node->op == OP_input)
            fields[i] = field_of_input(arena, node);
        for (uint32_t k = 0; k < node->input_count; k++)
            field_pass(&tracker, node, k, &fields[graph_input(graph, node, k).index], &fields[i]);
    }
    return fields;
}

/* ---- of the net ---- */

/* Whether a value has places that see different parts of the input: it is no list, nor the one place that global
 * pooling leaves. */
static bool has_places(const Node *node, const Field *field)
{
    const FieldSide *side = field->side;
    if (!field->known || !side[0].axis || !side[1].axis)
        return false;
    return !field_sees_all(field) || node->type.shape.dim[side[0].axis] * node->type.shape.dim[side[1].axis] > 1;
}

bool field_of_answer(Arena *arena, const Graph *graph, const Field *fields, int64_t size[2])
{
    bool *asked = NEW_ARRAY(arena, bool, graph->nodes.count), known = false;
    size[0] = size[1] = 0;
    if (graph->outputs.count)
        asked[graph->outputs.at[0].node.index] = true;
    for (uint32_t i = graph->nodes.count; i-- > 0;) {
        const Node *node = &graph->nodes.at[i];
        if (!asked[i])
            continue;
        bool places = has_places(node, &fields[i]);
        for (int s = 0; places && s < 2; s++)
            size[s] = MAX(size[s], field_size(&fields[i], s));
        known |= places;
        for (uint32_t k = 0; !places && k < node->input_count; k++)
            asked[graph_input(graph, node, k).index] = true;
    }
    return known;
}
