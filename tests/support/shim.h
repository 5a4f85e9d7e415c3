/* shim.h - the same few functions for every emitted model, compiled together with it (see emitted.c).
 *
 *   #include "m0.h"
 *   SHIM(m0, M0, (in[0], in[1]), (out[0]))     // names, macros, the pointers in the order of the ports
 */
#ifndef FOVEA_TESTS_SHIM_H
#define FOVEA_TESTS_SHIM_H

#include <stddef.h>

typedef struct Shim {
    size_t state_bytes, workspace_bytes, weights_bytes;
    size_t thread_bytes; /* of workspace, that each thread but the first takes besides */
    int (*open)(void *state, const void *weights, size_t weights_bytes, void *workspace, size_t workspace_bytes,
                int threads);
    int (*run)(void *state, const void *const *in, void *const *out);
    void (*close)(void *state);
} Shim;

/* clang-format off */
#define SHIM_STRUCT(...) {__VA_ARGS__}
/* clang-format on */

#define SHIM(m, M, INPUTS, OUTPUTS)                                                                                    \
    typedef struct m##_state {                                                                                         \
        m##_model model;                                                                                               \
        m##_session session;                                                                                           \
    } m##_state;                                                                                                       \
    static int m##_shim_open(void *p, const void *weights, size_t weights_bytes, void *workspace, size_t bytes,        \
                             int threads)                                                                              \
    {                                                                                                                  \
        m##_state *state = p;                                                                                          \
        int status = (int)m##_open(&state->model, weights, weights_bytes);                                             \
        return status ? status : (int)m##_session_open(&state->session, &state->model, workspace, bytes, threads);     \
    }                                                                                                                  \
    static int m##_shim_run(void *p, const void *const *in, void *const *out)                                          \
    {                                                                                                                  \
        m##_state *state = p;                                                                                          \
        m##_inputs inputs = SHIM_STRUCT INPUTS;                                                                        \
        m##_outputs outputs = SHIM_STRUCT OUTPUTS;                                                                     \
        return (int)m##_run(&state->session, &inputs, &outputs);                                                       \
    }                                                                                                                  \
    static void m##_shim_close(void *p)                                                                                \
    {                                                                                                                  \
        m##_state *state = p;                                                                                          \
        m##_session_close(&state->session);                                                                            \
        m##_close(&state->model);                                                                                      \
    }                                                                                                                  \
    extern const Shim m##_shim;                                                                                        \
    const Shim m##_shim = {                                                                                            \
        sizeof(m##_state), M##_WORKSPACE_BYTES, M##_WEIGHTS_BYTES, M##_WORKSPACE_BYTES_FOR(2) - M##_WORKSPACE_BYTES,   \
        m##_shim_open,     m##_shim_run,        m##_shim_close};

#endif
