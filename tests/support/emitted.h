/* emitted.h - runs the code that is emitted for a graph, so that it can be held against the reference evaluator.
 *
 *   Emitted *emitted = emitted_new("avx2");            // NULL: this machine cannot run that target, or there is none
 *   int model = emitted_add(emitted, &diag, graph);          // as many as wanted: they are compiled together
 *   if (emitted_compile(emitted))
 *       emitted_run(emitted, model, inputs, outputs);  // outputs are made like those of eval_graph
 *   emitted_free(emitted);
 *
 * Every run is four runs: two in one session with one thread, then two in another with 2, 3 or 5, who share whatever
 * they can, however small. Inputs, outputs, weights and workspace stand between forbidden pages, in one session against
 * the page behind them, in others against the page before; weights and inputs are read-only; the workspace is filled
 * with NaN, then with another pattern. The outputs must be the same bytes each time, and what stands around everything
 * must stay untouched.
 *
 * The same holds for the buffers in which target opencl computes (guarded_cl.h).
 *
 * The code is compiled by $CC (default clang), with -fsanitize=$SAN when that is set.
 */
#ifndef FOVEA_TESTS_EMITTED_H
#define FOVEA_TESTS_EMITTED_H

#include "emit/target.h"
#include "ir/eval.h"
#include "tests/support/compare.h"

typedef struct Emitted Emitted;

/* Names of target auto with other kernels than the best that this CPU runs. */
#define AUTO_AVX2     "auto by AVX2"
#define AUTO_PORTABLE "auto by C"
/* And of target opencl with one of its two plans alone, which then runs on any device. */
#define OPENCL_CPU "opencl for CPUs"
#define OPENCL_GPU "opencl for GPUs"
/* The row of a target that is tested, by its name or by one of these; false: there is none. */
bool target_tested(const char *name, Target *target);
/* Why emitted_new gives none, for "... target NAME". */
const char *target_missing(const char *name);
/* Whether a case is tried on a target, by its place in its list and its text (sample.h): target c has one half of them,
 * those with vectors the other, opencl and auto some of all. */
bool target_takes(const char *name, uint32_t index, const char *text);

Emitted *emitted_new(const char *target);
/* For a row that need not be in the list of targets. */
Emitted *emitted_for(const Target *target);
void emitted_free(Emitted *emitted);

/* Optimises, plans and emits; the graph's weights must be bound, and it is not changed. `diag` has the model's sources.
 * -1 after printing why. */
int emitted_add(Emitted *emitted, Diag *diag, const Graph *graph);
/* One that is not run: of target opencl, its text is looked at by emitted_text_good. */
int emitted_add_text(Emitted *emitted, Diag *diag, const Graph *graph);
/* The cache for which nets that are added from now on are compiled; 0: the usual one. With a small one, kernels go
 * through their rows in bands. */
void emitted_cache(Emitted *emitted, int64_t bytes);
/* From now on, each run takes all of these numbers of threads. */
void emitted_every_count(Emitted *emitted);
/* Plans and emits a graph on which the passes ran already; `net` is it before them. */
int emitted_add_optimised(Emitted *emitted, Diag *diag, const Graph *net, const Graph *optimised);
/* After the last emitted_add. false when there is nothing to run; one model that does not compile fails when it is run.
 */
bool emitted_compile(Emitted *emitted);
/* Whether a compiler takes a model's kernels, which other targets than opencl have not apart; false after printing why.
 */
bool emitted_text_good(Emitted *emitted, int model);

/* One Tensor a Port, as for eval_graph; outputs are allocated here and freed by the caller. false after printing
 * which promise was broken; then there are no outputs. */
bool emitted_run(Emitted *emitted, int model, const Tensor *inputs, Tensor *outputs);

/* A session that stays open, for many runs: plain pointers in the order of the ports, nothing is checked. */
typedef struct EmittedSession EmittedSession;
EmittedSession *emitted_session(Emitted *emitted, int model,
                                int threads); /* NULL after printing why; freed with `emitted` */
int emitted_session_run(EmittedSession *session, const void *const *inputs, void *const *outputs);
/* Fills the session's workspace with NaN: the next run must not notice. */
void emitted_session_spoil(EmittedSession *session);

/* Emits one graph alone, runs it on inputs and compares with the reference: what outputs_error says. -1 after printing
 * what went wrong. */
double emitted_error(Diag *diag, const Graph *graph, const char *target, const Tensor *inputs);

#endif
