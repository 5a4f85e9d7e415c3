/* rf.c - the receptive field of one place, pixel by pixel, tried out (see rf.h). */
#include "report/find.h"
#include "report/rf_report.h"

#include <errno.h>

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

Seen rf_look_at(const Rf *rf, const Port *port)
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
    (options->json ? rf_print_json : rf_print_text)(buf, &rf, model);
    return true;
}
