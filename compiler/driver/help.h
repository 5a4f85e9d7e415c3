/* help.h - what the command line says about itself, on standard output. */
#ifndef FOVEA_DRIVER_HELP_H
#define FOVEA_DRIVER_HELP_H

#include "driver/rows.h"

/* fovea --help: the commands. */
void help_print(void);
/* fovea COMMAND --help: the options of one. */
void help_print_command(Command command);

#endif
