/* dice.h - random choices in tests: the same ones for the same seed, on every machine. */
#ifndef FOVEA_TESTS_DICE_H
#define FOVEA_TESTS_DICE_H

#include "weights/weights.h"

typedef struct Dice {
    uint32_t thrown, seed;
} Dice;

/* One of 0 .. sides - 1. */
static inline uint32_t throw_dice(Dice *dice, uint32_t sides)
{
    uint32_t result[4];
    philox4x32((uint32_t[]){dice->thrown++, 0, 0, 0}, (uint32_t[]){dice->seed, 1}, result);
    return sides ? result[0] % sides : 0;
}

/* One element of an array. */
#define PICK(dice, array) ((array)[throw_dice((dice), COUNT_OF(array))])

#endif
