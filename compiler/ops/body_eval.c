/* body_eval.c - what the words of body.h mean, in double: written apart from every emitter, so that a fault in one
 * shows against the other. */
#include "ops/body.h"

#include <math.h>

static double apply(BodyWord word, double a, double b, double c)
{
    switch (word) {
    case BODY_ADD:
        return a + b;
    case BODY_SUB:
        return a - b;
    case BODY_MUL:
        return a * b;
    case BODY_DIV:
        return a / b;
    case BODY_NEG:
        return -a;
    case BODY_EQ:
        return a == b;
    case BODY_NE:
        return a != b;
    case BODY_LT:
        return a < b;
    case BODY_GT:
        return a > b;
    case BODY_LE:
        return a <= b;
    case BODY_GE:
        return a >= b;
    case BODY_MAX:
        return a > b ? a : b;
    case BODY_MIN:
        return a < b ? a : b;
    case BODY_SELECT:
        return a != 0 ? b : c;
    case BODY_EXP:
        return exp(a);
    case BODY_LOG:
        return log(a);
    case BODY_SQRT:
        return sqrt(a);
    case BODY_TANH:
        return tanh(a);
    case BODY_ABS:
        return fabs(a);
    case BODY_EXPM1:
        return expm1(a);
    case BODY_LOG1P:
        return log1p(a);
    case BODY_ERF:
        return erf(a);
    case BODY_ERFC:
        return erfc(a);
    case BODY_FLOOR:
        return floor(a);
    case BODY_CEIL:
        return ceil(a);
    case BODY_ROUND:
        return rint(a);
    case BODY_TRUNC:
        return trunc(a);
    case BODY_POW:
        return pow(a, b);
    case BODY_MOD:
        return fmod(a, b);
    case BODY_SIN:
        return sin(a);
    case BODY_COS:
        return cos(a);
    case BODY_TAN:
        return tan(a);
    case BODY_ASIN:
        return asin(a);
    case BODY_ACOS:
        return acos(a);
    case BODY_ATAN:
        return atan(a);
    case BODY_SINH:
        return sinh(a);
    case BODY_COSH:
        return cosh(a);
    case BODY_ASINH:
        return asinh(a);
    case BODY_ACOSH:
        return acosh(a);
    case BODY_ATANH:
        return atanh(a);
    case BODY_WORD_COUNT:
        break;
    }
    BUG("body word %d", (int)word);
}

static void fill(double *result, double value, int64_t count)
{
    for (int64_t i = 0; i < count; i++)
        result[i] = value;
}

void body_eval(const BodyNode *body, const Op *op, const void *attrs, const double *const *inputs, double *result,
               int64_t count)
{
    switch (body->kind) {
    case BODY_INPUT:
        memmove(result, inputs[body->input], (size_t)count * sizeof(double)); /* it may be the same place */
        return;
    case BODY_NUMBER:
        fill(result, body->number, count);
        return;
    case BODY_ATTRIBUTE:
        fill(result, body_attribute(op, attrs, body->name), count);
        return;
    case BODY_LET:
        body_eval(body->child[1], op, attrs, inputs, result, count);
        return;
    case BODY_LOCAL:
        body_eval(body->child[0], op, attrs, inputs, result, count);
        return;
    case BODY_WORD:
        break;
    }
    double operands[3][BODY_BLOCK];
    for (int i = 0; i < 3; i++)
        if (i < body->child_count)
            body_eval(body->child[i], op, attrs, inputs, operands[i], count);
        else
            fill(operands[i], 0, count);
    for (int64_t i = 0; i < count; i++)
        result[i] = apply(body->word, operands[0][i], operands[1][i], operands[2][i]);
}
