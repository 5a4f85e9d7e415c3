/* manual.h - the manual page, fovea(1), in roff with the man macros. */
#ifndef FOVEA_DRIVER_MANUAL_H
#define FOVEA_DRIVER_MANUAL_H

/* Prints it on standard output; the tables of rows.h tell commands and options. */
void manual_print(void);

#endif
