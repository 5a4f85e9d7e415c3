/* rf_report.h - what is known of a place, between finding it out (rf.c) and saying it (rf_text.c, rf_json.c). */
#ifndef FOVEA_REPORT_RF_REPORT_H
#define FOVEA_REPORT_RF_REPORT_H

#include "report/rf.h"
#include "report/trial.h"

/* The largest map of paths that is printed. */
enum { RF_WIDEST_MAP = 15 };

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

Seen rf_look_at(const Rf *rf, const Port *port);

void rf_print_text(Buf *buf, const Rf *rf, const char *model);
void rf_print_json(Buf *buf, const Rf *rf, const char *model);

#endif
