/* direct.c - how fast the kernel of one convolution is, beside the FMA peak that is probed in between.
 *
 * Built by direct.sh with the emitted one.c included, whose layer is called `a`. The kernel is called as it stands
 * there; its weights come from memory, as in a net: each call takes the next of many copies. MACS and FLOATS (of
 * weights) are given. Minima over all rounds are printed.
 */
#include "one.c"

#include "probe.h"

#include <stdio.h>
#include <stdlib.h>

enum { ROUNDS = 40, POOL = 24 << 20, ROOM = 8 << 20 };

int main(void)
{
    float *pool = aligned_alloc(64, POOL * sizeof *pool);
    float *x = aligned_alloc(64, ROOM * sizeof *x), *y = aligned_alloc(64, ROOM * sizeof *y);
    static FOVEA_ALIGNED(64) float bias[8192];
    if (!pool || !x || !y)
        return 1;
    for (int i = 0; i < POOL; i++)
        pool[i] = (float)(i % 13 - 6) * 0.01f;
    for (int i = 0; i < ROOM; i++)
        x[i] = y[i] = (float)(i % 17) / 17.0f;
    const size_t step = ((size_t)(FLOATS) + 15) / 16 * 16;
    size_t next = 0;
    double run = 1e9, peak = 0, begin = seconds();
    for (int round = 0; round < ROUNDS || seconds() - begin < 0.3; round++) {
        double time = seconds();
        one_a(x, pool + next, bias, y);
        time = seconds() - time;
        run = time < run ? time : run;
        const double gigaflops = WIDE ? probe_peak_wide() : probe_peak();
        peak = gigaflops > peak ? gigaflops : peak;
        next = next + 3 * step < POOL ? next + step : 0; /* some lines behind the last are fetched, too */
    }
    printf("%9.4f %9.1f %9.1f %6.1f %%\n", run * 1e3, 2e-9 * MACS / run, peak, 200e-9 * MACS / run / peak);
    return 0;
}
