/* board.c - a Cortex-M7 from reset to main, without a C library's startup; console and exit status by semihosting.
 *
 * What is `extern` here is a place that the linker script names (board.ld).
 */
#include "board.h"

#include <stdint.h>
#include <string.h>

extern uint32_t board_data[], board_data_end[], board_bss[], board_bss_end[], board_stack[], board_stack_end[];
extern const uint32_t board_data_in_flash[];

int main(void);

/* ---- semihosting: a breakpoint that the debugger, or QEMU, answers ---- */

enum { SYS_WRITE0 = 0x04, SYS_EXIT_EXTENDED = 0x20, APPLICATION_EXIT = 0x20026 };

static void ask_debugger(uint32_t operation, const void *argument)
{
    register uint32_t r0 __asm__("r0") = operation;
    register const void *r1 __asm__("r1") = argument;
    __asm__ volatile("bkpt 0xab" : "+r"(r0) : "r"(r1) : "memory");
}

static void leave(int status)
{
    const uint32_t block[2] = {APPLICATION_EXIT, (uint32_t)status};
    ask_debugger(SYS_EXIT_EXTENDED, block);
    for (;;) {
    }
}

void board_print(const char *text)
{
    ask_debugger(SYS_WRITE0, text);
}

void board_print_number(float number, int decimals)
{
    char text[24], *at = text + sizeof text;
    float shifted = number < 0 ? -number : number;
    for (int i = 0; i < decimals; i++)
        shifted *= 10.0f;
    uint32_t digits = (uint32_t)(shifted + 0.5f);
    *--at = '\0';
    for (int i = 0; i <= decimals || digits; i++, digits /= 10) {
        if (i == decimals && decimals)
            *--at = '.';
        *--at = (char)('0' + digits % 10);
    }
    if (number < 0)
        *--at = '-';
    *--at = ' ';
    board_print(at);
}

/* ---- the stack, painted before it is used ---- */

enum { PAINT = 0x5a5a5a5a };

unsigned board_stack_used(void)
{
    const uint32_t *at = board_stack;
    while (at < board_stack_end && *at == PAINT)
        at++;
    return (unsigned)((const char *)board_stack_end - (const char *)at);
}

/* ---- reset and faults ---- */

#define CPACR (*(volatile uint32_t *)0xe000ed88) /* coprocessor access */

static void fault(void)
{
    board_print("fault\n");
    leave(99);
}

/* Nothing before the FPU is on may use it: this function has no float. */
static void reset(void)
{
    CPACR |= 0xfu << 20;
    __asm__ volatile("dsb\n\tisb");
    memcpy(board_data, board_data_in_flash, (size_t)((char *)board_data_end - (char *)board_data));
    memset(board_bss, 0, (size_t)((char *)board_bss_end - (char *)board_bss));
    for (uint32_t *at = board_stack; at < (uint32_t *)__builtin_frame_address(0) - 16; at++)
        *at = PAINT;
    leave(main());
}

/* The first 16 vectors, which is all that a program without interrupts needs. */
__attribute__((section(".vectors"), used)) const uintptr_t board_vectors[16] = {
    (uintptr_t)board_stack_end, (uintptr_t)reset, (uintptr_t)fault, (uintptr_t)fault,
    (uintptr_t)fault,           (uintptr_t)fault, (uintptr_t)fault,
};
