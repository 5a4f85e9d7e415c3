/* paths.c - counts the paths from the net's inputs to one place (see paths.h).
 *
 * Backwards, node by node: first how far the places reach that are read, as rectangles; then, for each node, its counts
 * are added to those of the places that it reads. Rows and columns are read independently of each other, so that each
 * node is done along one side first, then along the other.
 */
#include "report/paths.h"
#include "ops/reach.h"

#define MOST_PLACES ((int64_t)1 << 26)

typedef struct Counting {
    Arena *arena; /* of what stays */
    const Graph *graph;
    const Field *fields;
    Area *areas;
} Counting;

/* What place o reads along one side of an input: first, first + step, ... of a side of `length` places. */
typedef struct Reading {
    Reach reach;
    bool single; /* the input has one place there */
    int64_t length;
} Reading;

int64_t side_places(const Field *field, const Node *node, int side)
{
    int axis = field->known ? field->side[side].axis : 0;
    return axis ? node->type.shape.dim[axis] : 1;
}

static Reading reading_of(const Counting *counting, const Node *node, uint32_t input, int side)
{
    NodeId id = graph_input(counting->graph, node, input);
    const Field *field = &counting->fields[id.index];
    Reading reading = {.length = side_places(field, graph_node(counting->graph, id), side)};
    reading.single = !field->side[side].axis;
    if (!reading.single)
        reading.reach = op_reach(counting->graph, node, input, field->side[side].axis);
    reading.reach.everything |= reading.reach.mixed;
    return reading;
}

/* Place number k of those that o reads; -1: none, k being less than the count. */
static int64_t place_read(const Reading *reading, const ReachTaps *taps, int64_t k)
{
    return reading->single ? 0 : reach_inside(&reading->reach, taps->first + k * taps->step, reading->length);
}

static ReachTaps taps_of(const Reading *reading, int64_t o)
{
    return reading->single ? (ReachTaps){0, 1, 1} : reach_taps(&reading->reach, o, reading->length);
}

/* ---- how far ---- */

/* From the first to the last place that a range of places reads; count 0: none. */
static void range_read(const Reading *reading, int64_t first, int64_t size, int64_t *begin, int64_t *count)
{
    int64_t least = INT64_MAX, most = -1;
    for (int64_t o = first; o < first + size; o++) {
        ReachTaps taps = taps_of(reading, o);
        for (int64_t k = 0; k < taps.count; k++) {
            int64_t place = place_read(reading, &taps, k);
            least = place >= 0 ? MIN(least, place) : least;
            most = MAX(most, place);
            if (reading->reach.everything)
                k = MAX(k, taps.count - 2);
        }
        if (reading->reach.everything || reading->single)
            break;
    }
    *begin = most < 0 ? 0 : least;
    *count = most < 0 ? 0 : most - least + 1;
}

static void area_join(Area *area, const int64_t first[2], const int64_t size[2])
{
    for (int s = 0; s < 2; s++) {
        int64_t begin = area->reached ? MIN(area->first[s], first[s]) : first[s];
        int64_t end = area->reached ? MAX(area->first[s] + area->size[s], first[s] + size[s]) : first[s] + size[s];
        area->first[s] = begin;
        area->size[s] = end - begin;
    }
    area->reached = true;
}

static bool find_areas(Counting *counting, NodeId unit)
{
    for (uint32_t i = unit.index + 1; i-- > 0;) {
        const Node *node = graph_node(counting->graph, (NodeId){i});
        const Area *area = &counting->areas[i];
        if (!area->reached)
            continue;
        if (area->size[0] > MOST_PLACES / area->size[1])
            return false;
        for (uint32_t k = 0; k < node->input_count; k++) {
            uint32_t input = graph_input(counting->graph, node, k).index;
            int64_t first[2], size[2];
            if (!counting->fields[input].known)
                continue;
            for (int s = 0; s < 2; s++) {
                Reading reading = reading_of(counting, node, k, s);
                range_read(&reading, area->first[s], area->size[s], &first[s], &size[s]);
            }
            if (size[0] && size[1])
                area_join(&counting->areas[input], first, size);
        }
    }
    return true;
}

/* ---- how many ---- */

static void add_paths(uint64_t *to, uint64_t paths)
{
    *to = paths > UINT64_MAX - *to ? UINT64_MAX : *to + paths;
}

static uint64_t *new_counts(int64_t rows, int64_t columns)
{
    uint64_t *counts = calloc((size_t)rows * (size_t)columns, sizeof *counts);
    if (!counts)
        fatal("out of memory");
    return counts;
}

/* One side of a step: line o of `from` is added to each line of `to` that o reads. Lines are `count` numbers, `stride`
 * apart within a line, `pitch` from line to line. */
typedef struct Lines {
    uint64_t *at;
    int64_t first, size, pitch, stride;
} Lines;

static void add_lines(const Reading *reading, const Lines *from, const Lines *to, int64_t count)
{
    for (int64_t o = 0; o < from->size; o++) {
        ReachTaps taps = taps_of(reading, from->first + o);
        const uint64_t *source = from->at + o * from->pitch;
        for (int64_t k = 0; k < taps.count; k++) {
            int64_t place = place_read(reading, &taps, k) - to->first;
            if (place < 0 || place >= to->size)
                continue;
            uint64_t *line = to->at + place * to->pitch;
            for (int64_t n = 0; n < count; n++)
                add_paths(&line[n * to->stride], source[n * from->stride]);
        }
    }
}

static void step_back(const Counting *counting, const Node *node, uint32_t input, const Area *area, Area *to)
{
    Reading down = reading_of(counting, node, input, 0), across = reading_of(counting, node, input, 1);
    uint64_t *half = new_counts(area->size[0], to->size[1]);
    int64_t from_width = area->size[1], to_width = to->size[1];
    add_lines(&across, &(Lines){area->paths, area->first[1], from_width, 1, from_width},
              &(Lines){half, to->first[1], to_width, 1, to_width}, area->size[0]);
    add_lines(&down, &(Lines){half, area->first[0], area->size[0], to_width, 1},
              &(Lines){to->paths, to->first[0], to->size[0], to_width, 1}, to_width);
    free(half);
}

static void count_paths(Counting *counting, NodeId unit)
{
    Area *areas = counting->areas;
    areas[unit.index].paths = new_counts(1, 1);
    areas[unit.index].paths[0] = 1;
    for (uint32_t i = unit.index + 1; i-- > 0;) {
        const Node *node = graph_node(counting->graph, (NodeId){i});
        if (!areas[i].reached)
            continue;
        for (uint32_t k = 0; k < node->input_count; k++) {
            Area *to = &areas[graph_input(counting->graph, node, k).index];
            if (!to->reached)
                continue;
            if (!to->paths)
                to->paths = new_counts(to->size[0], to->size[1]);
            step_back(counting, node, k, &areas[i], to);
        }
        if (node->op == OP_input) {
            size_t bytes = (size_t)areas[i].size[0] * (size_t)areas[i].size[1] * sizeof(uint64_t);
            uint64_t *kept = memcpy(arena_alloc(counting->arena, bytes), areas[i].paths, bytes);
            free(areas[i].paths);
            areas[i].paths = kept;
        } else {
            free(areas[i].paths);
            areas[i].paths = NULL;
        }
    }
}

Area *paths_to(Arena *arena, const Graph *graph, const Field *fields, NodeId unit, const int64_t place[2])
{
    Counting counting = {arena, graph, fields, NEW_ARRAY(arena, Area, graph->nodes.count)};
    area_join(&counting.areas[unit.index], place, (int64_t[]){1, 1});
    if (!find_areas(&counting, unit))
        return NULL;
    count_paths(&counting, unit);
    return counting.areas;
}
