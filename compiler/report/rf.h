/* rf.h - `fovea rf`: the receptive field of one place, pixel by pixel, tried out. */
#ifndef FOVEA_REPORT_RF_H
#define FOVEA_REPORT_RF_H

#include "report/layers.h"

typedef struct RfOptions {
    const char *layer; /* a label, a block, an output of the net, or OP#N: the N-th layer of that operation */
    const char *at;    /* "Y,X"; NULL: the place in the middle */
    bool every_pixel;  /* each is tried by itself, however long it takes */
    bool json;
} RfOptions;

/* false after a diagnostic: there is no such layer or place, or what was tried is not what was computed. */
bool rf_print(Buf *buf, Diag *diag, const Graph *net, const char *model, const RfOptions *options);

#endif
