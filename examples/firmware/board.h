/* board.h - what main.c asks of the board: words on the debugger's console, and how deep the stack was. */
#ifndef BOARD_H
#define BOARD_H

void board_print(const char *text);
/* " 14.3415": a blank, and that many decimals; for numbers that fit 32 bits without their point. */
void board_print_number(float number, int decimals);
/* The most bytes of stack that were in use since the start. */
unsigned board_stack_used(void);

#endif
