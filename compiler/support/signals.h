/* signals.h - signals that end a program (SIGHUP, SIGINT, SIGQUIT, SIGTERM) wait while something is half done. */
#ifndef FOVEA_SUPPORT_SIGNALS_H
#define FOVEA_SUPPORT_SIGNALS_H

#include <signal.h>

sigset_t signals_ending(void);

/* Makes them wait; `before` is what signals_release lets in again. They nest. */
void signals_hold(sigset_t *before);
void signals_release(const sigset_t *before);

#endif
