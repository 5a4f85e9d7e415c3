/* rf.c - the receptive field of one place, pixel by pixel, tried out (see rf.h). */
#include "report/rf.h"
#include "report/find.h"
#include "report/json.h"
#include "report/number.h"
#include "report/paths.h"
#include "report/table.h"
#include "report/trial.h"
#include "support/file.h"

#include <errno.h>

enum { WIDEST_MAP = 15 };

/* What is said of one place. */
typedef struct Rf {
    Arena *arena;
    const Graph *net;
    const char *name; /* as it was asked for */
    NodeId unit;
    const Field *fields;
    int64_t place[2], places[2];
    const Area *areas;
    Trial trial;
} Rf;

/* One input, as far as the place sees it. */
typedef struct Seen {
    const Port *port;
    const Area *area;
    int64_t rows, columns; /* of the input */
    int64_t pixels;        /* that a path leads from */
    uint64_t sum, most;    /* paths; UINT64_MAX: at least */
} Seen;

/* ---- what is asked ---- */

static bool read_place(Diag *diag, const char *text, int64_t place[2])
{
    char *end = NULL;
    errno = 0;
    place[0] = strtoll(text, &end, 10);
    bool good = end != text && *end == ',';
    const char *second = good ? end + 1 : text;
    place[1] = good ? strtoll(second, &end, 10) : 0;
    if (good && end != second && !*end && !errno)
        return true;
    diag_error(diag, NOWHERE, "--at takes Y,X, a row and a column counted from 0, not '%s'", text);
    return false;
}

static bool choose_place(Rf *rf, Diag *diag, const char *at)
{
    const Node *node = graph_node(rf->net, rf->unit);
    for (int s = 0; s < 2; s++) {
        rf->places[s] = side_places(&rf->fields[rf->unit.index], node, s);
        rf->place[s] = rf->places[s] / 2;
    }
    if (!at)
        return true;
    if (!read_place(diag, at, rf->place))
        return false;
    for (int s = 0; s < 2; s++)
        if (rf->place[s] < 0 || rf->place[s] >= rf->places[s]) {
            diag_error(diag, NOWHERE, "'%s' has no place %s: it has %lld rows and %lld columns of places, from 0,0 on",
                       rf->name, at, (long long)rf->places[0], (long long)rf->places[1]);
            return false;
        }
    return true;
}

/* Whether places of the layer can be followed back to pixels. */
static bool check_field(const Rf *rf, Diag *diag)
{
    const Node *node = graph_node(rf->net, rf->unit);
    const Field *field = &rf->fields[rf->unit.index];
    if (!field->known)
        diag_error(diag, node->span, "'%s' sees no picture: no input of channels x height x width leads to it",
                   rf->name);
    else if (field->side[0].mixed || field->side[1].mixed)
        diag_error(diag, node->span, "the values of '%s' are a list, which has no rows and columns", rf->name);
    else if (field->lost)
        diag_error(diag, node->span, "on the way to '%s', a list is made a picture again: places cannot be followed",
                   rf->name);
    else
        return true;
    if (field->known)
        diag_hint(diag, "ask for a layer before it");
    return false;
}

/* ---- what is seen ---- */

static Seen look_at(const Rf *rf, const Port *port)
{
    const Shape *shape = &graph_node(rf->net, port->node)->type.shape;
    Seen seen = {.port = port, .area = &rf->areas[port->node.index], .rows = shape->dim[2], .columns = shape->dim[3]};
    for (int64_t i = 0; seen.area->reached && i < seen.area->size[0] * seen.area->size[1]; i++) {
        uint64_t paths = seen.area->paths[i];
        seen.pixels += paths > 0;
        seen.sum = paths > UINT64_MAX - seen.sum ? UINT64_MAX : seen.sum + paths;
        seen.most = MAX(seen.most, paths);
    }
    return seen;
}

static bool has_gaps(const Seen *seen)
{
    return seen->area->reached && seen->pixels < seen->area->size[0] * seen->area->size[1];
}

static const char *paths_text(Arena *arena, uint64_t paths)
{
    if (paths == UINT64_MAX)
        return "2^64 - 1 or more";
    return paths <= INT64_MAX ? number_grouped(arena, (int64_t)paths)
                              : arena_printf(arena, "%llu", (unsigned long long)paths);
}

/* ---- for people ---- */

static void print_map(Buf *buf, const Seen *seen)
{
    const Area *area = seen->area;
    int width = snprintf(NULL, 0, "%llu", (unsigned long long)seen->most);
    int label = snprintf(NULL, 0, "%lld", (long long)(area->first[0] + area->size[0] - 1));
    width = MAX(width, snprintf(NULL, 0, "%lld", (long long)(area->first[1] + area->size[1] - 1)));
    if (label + 3 + area->size[1] * (width + 1) > TABLE_WIDTH)
        return;
    buf_printf(buf, "\n%*s  ", label, "");
    for (int64_t x = 0; x < area->size[1]; x++)
        buf_printf(buf, " %*lld", width, (long long)(area->first[1] + x));
    buf_puts(buf, "\n");
    for (int64_t y = 0; y < area->size[0]; y++) {
        buf_printf(buf, "%*lld |", label, (long long)(area->first[0] + y));
        for (int64_t x = 0; x < area->size[1]; x++) {
            uint64_t paths = area->paths[y * area->size[1] + x];
            if (paths)
                buf_printf(buf, " %*llu", width, (unsigned long long)paths);
            else
                buf_printf(buf, " %*s", width, ".");
        }
        buf_puts(buf, "\n");
    }
}

static void print_seen(Buf *buf, const Rf *rf, const Seen *seen)
{
    Arena *arena = rf->arena;
    const Area *area = seen->area;
    buf_printf(buf, "\ninput %s, %lldx%lld pixels\n", seen->port->name, (long long)seen->rows,
               (long long)seen->columns);
    if (!area->reached) {
        buf_puts(buf, "  sees    nothing of it\n");
        return;
    }
    buf_printf(buf, "  sees    rows %lld..%lld, columns %lld..%lld\n", (long long)area->first[0],
               (long long)(area->first[0] + area->size[0] - 1), (long long)area->first[1],
               (long long)(area->first[1] + area->size[1] - 1));
    buf_printf(buf, "  pixels  %s of %s%s\n", number_grouped(arena, seen->pixels),
               number_grouped(arena, seen->rows * seen->columns),
               has_gaps(seen)
                   ? arena_printf(arena, ", with gaps: %lldx%lld are %s", (long long)area->size[0],
                                  (long long)area->size[1], number_grouped(arena, area->size[0] * area->size[1]))
                   : "");
    buf_printf(buf, "  paths   %s, at most %s from one pixel\n", paths_text(arena, seen->sum),
               paths_text(arena, seen->most));
    if (area->size[0] <= WIDEST_MAP && area->size[1] <= WIDEST_MAP)
        print_map(buf, seen);
}

static void print_field(Buf *buf, const Rf *rf)
{
    const Field *field = &rf->fields[rf->unit.index];
    Arena *arena = rf->arena;
    if (field_sees_all(field)) {
        buf_puts(buf, "field     all of the input\n");
        return;
    }
    int64_t size[2];
    for (int s = 0; s < 2; s++) {
        Pixels pixels = field_pixels(&field->side[s], rf->place[s]);
        size[s] = MAX(pixels.last - pixels.first + 1, 0);
    }
    buf_printf(buf, "field     %lldx%lld pixels, padding included", (long long)size[0], (long long)size[1]);
    if (size[0] < field_size(field, 0) || size[1] < field_size(field, 1))
        buf_printf(buf, "; of other places up to %lldx%lld", (long long)field_size(field, 0),
                   (long long)field_size(field, 1));
    buf_puts(buf, "\n");
    if (!field->side[0].axis || !field->side[1].axis)
        return;
    buf_printf(buf, "jump      %s pixels from place to place\n",
               pair_text(arena, field_jump(field, 0), field_jump(field, 1)));
    buf_printf(buf, "from      row %lld, column %lld for place 0,0; row %lld, column %lld for this one\n",
               (long long)field_offset(field, 0), (long long)field_offset(field, 1),
               (long long)field_pixels(&field->side[0], rf->place[0]).first,
               (long long)field_pixels(&field->side[1], rf->place[1]).first);
}

static void print_trial(Buf *buf, const Rf *rf)
{
    const Trial *trial = &rf->trial;
    Arena *arena = rf->arena;
    int64_t outside = trial->pixels - trial->inside;
    if (!trial->possible) {
        buf_puts(buf, "\nnot verified: this net cannot be tried out\n");
        return;
    }
    if (trial->tried == trial->inside) {
        buf_printf(buf, "\nverified: %s of %s pixels change it, the %s predicted\n",
                   number_grouped(arena, trial->inside), number_grouped(arena, trial->pixels),
                   number_grouped(arena, trial->inside));
        return;
    }
    if (outside)
        buf_printf(buf, "\nverified: the %s pixels outside do not change it; ", number_grouped(arena, outside));
    else
        buf_puts(buf, "\nverified: no pixel is outside; ");
    buf_printf(
        buf,
        "of the %s inside, %s were\ntried one by one, the rim first, and each changes it (--every-pixel tries all)\n",
        number_grouped(arena, trial->inside), number_grouped(arena, trial->tried));
}

static void print_text(Buf *buf, const Rf *rf, const char *model)
{
    const Node *node = graph_node(rf->net, rf->unit);
    buf_printf(buf, "%s (%s), %s: %s, %s\n", rf->net->name, path_base(model), rf->name, op_name(node->op),
               shape_text(rf->arena, &node->type.shape));
    buf_printf(buf, "place     %lld,%lld of %lldx%lld (row, column)\n", (long long)rf->place[0],
               (long long)rf->place[1], (long long)rf->places[0], (long long)rf->places[1]);
    print_field(buf, rf);
    for (uint32_t i = 0; i < rf->net->inputs.count; i++) {
        const Port *port = &rf->net->inputs.at[i];
        if (!rf->fields[port->node.index].known)
            continue;
        Seen seen = look_at(rf, port);
        print_seen(buf, rf, &seen);
    }
    print_trial(buf, rf);
}

/* ---- for programs ---- */

static void add_pair(cJSON *object, const char *name, double down, double across)
{
    json_add_numbers(object, name, (double[]){down, across}, 2);
}

/* A count that is too large for 64 bits is null. */
static void add_paths(cJSON *object, const char *name, uint64_t paths)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%llu", (unsigned long long)paths);
    if (paths == UINT64_MAX)
        cJSON_AddNullToObject(object, name);
    else
        cJSON_AddRawToObject(object, name, digits);
}

static cJSON *seen_json(const Seen *seen)
{
    const Area *area = seen->area;
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", seen->port->name);
    add_pair(object, "size", (double)seen->rows, (double)seen->columns);
    json_add_count(object, "pixels", seen->pixels);
    add_paths(object, "paths", seen->sum);
    add_paths(object, "most_paths", seen->most);
    if (!area->reached)
        return object;
    add_pair(object, "first", (double)area->first[0], (double)area->first[1]);
    add_pair(object, "extent", (double)area->size[0], (double)area->size[1]);
    if (area->size[0] > WIDEST_MAP || area->size[1] > WIDEST_MAP || seen->most == UINT64_MAX)
        return object;
    cJSON *map = cJSON_AddArrayToObject(object, "map");
    for (int64_t y = 0; y < area->size[0]; y++) {
        cJSON *row = cJSON_CreateArray();
        for (int64_t x = 0; x < area->size[1]; x++)
            cJSON_AddItemToArray(row, cJSON_CreateNumber((double)area->paths[y * area->size[1] + x]));
        cJSON_AddItemToArray(map, row);
    }
    return object;
}

static void print_json(Buf *buf, const Rf *rf, const char *model)
{
    const Node *node = graph_node(rf->net, rf->unit);
    const Field *field = &rf->fields[rf->unit.index];
    cJSON *object = cJSON_CreateObject();
    cJSON_AddStringToObject(object, "name", rf->net->name);
    cJSON_AddStringToObject(object, "model", path_base(model));
    cJSON_AddStringToObject(object, "layer", rf->name);
    cJSON_AddStringToObject(object, "op", op_name(node->op));
    json_add_shape(object, "output", &node->type.shape);
    add_pair(object, "place", (double)rf->place[0], (double)rf->place[1]);
    add_pair(object, "receptive_field", (double)field_size(field, 0), (double)field_size(field, 1));
    cJSON_AddBoolToObject(object, "sees_all", field_sees_all(field));
    if (!field_sees_all(field) && field->side[0].axis && field->side[1].axis) {
        add_pair(object, "jump", field_jump(field, 0), field_jump(field, 1));
        add_pair(object, "offset", (double)field_offset(field, 0), (double)field_offset(field, 1));
    }
    cJSON *inputs = cJSON_AddArrayToObject(object, "inputs");
    for (uint32_t i = 0; i < rf->net->inputs.count; i++) {
        const Port *port = &rf->net->inputs.at[i];
        Seen seen = look_at(rf, port);
        if (rf->fields[port->node.index].known)
            cJSON_AddItemToArray(inputs, seen_json(&seen));
    }
    cJSON_AddBoolToObject(object, "verified", rf->trial.possible);
    json_add_count(object, "pixels", rf->trial.pixels);
    json_add_count(object, "pixels_inside", rf->trial.inside);
    json_add_count(object, "pixels_tried", rf->trial.tried);
    json_print(buf, object);
}

/* ---- the command ---- */

/* What paths say and what pixels do is found out in two ways, which have to agree. */
static bool check_trial(const Rf *rf, Diag *diag)
{
    const Trial *trial = &rf->trial;
    if (!trial->possible || (trial->outside_is_silent && !trial->silent))
        return true;
    if (!trial->outside_is_silent)
        diag_error(diag, NOWHERE, "'%s' is changed by pixels from which no path was found", rf->name);
    else
        diag_error(diag, NOWHERE, "%lld of %lld pixels from which paths lead to '%s' do not change it",
                   (long long)trial->silent, (long long)trial->tried, rf->name);
    diag_hint(diag, "this is a mistake in fovea");
    return false;
}

bool rf_print(Buf *buf, Diag *diag, const Graph *net, const char *model, const RfOptions *options)
{
    Rf rf = {.arena = net->arena, .net = net, .name = options->layer};
    rf.unit = find_layer(diag, net, options->layer, model);
    if (node_is_none(rf.unit))
        return false;
    rf.fields = fields_of(net->arena, net);
    if (!check_field(&rf, diag) || !choose_place(&rf, diag, options->at))
        return false;
    rf.areas = paths_to(net->arena, net, rf.fields, rf.unit, rf.place);
    if (!rf.areas) {
        diag_error(diag, graph_node(net, rf.unit)->span, "'%s' sees more than 2^26 places of one layer", rf.name);
        return false;
    }
    rf.trial = trial_run(net, rf.fields, rf.areas, rf.unit, rf.place, options->every_pixel);
    if (!check_trial(&rf, diag))
        return false;
    (options->json ? print_json : print_text)(buf, &rf, model);
    return true;
}
