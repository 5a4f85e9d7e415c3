/* answer.c - what comes out of a net, for people (see answer.h). Scores are printed as they come: no softmax is added
 * that the net does not have. */
#include "answer.h"
#include "input.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

bool fovea_port_is_list(const fovea_port *port)
{
    int axes = 0;
    for (int d = 0; d < port->rank; d++)
        axes += port->dims[d] > 1;
    return axes == 1;
}

bool fovea_port_is_picture(const fovea_port *port)
{
    return port->rank == 3 && port->dims[1] >= 2 && port->dims[2] >= 2;
}

const char *fovea_label(const fovea_port *port, int64_t index, char number[24])
{
    if (port->labels && (size_t)index < port->label_count)
        return port->labels[index];
    snprintf(number, 24, "%lld", (long long)index);
    return number;
}

/* What is not a number has a sign that means nothing: it is never printed. */
static double unsigned_nan(double value)
{
    return isnan(value) ? (double)NAN : value;
}

/* Fixed point where that shows enough digits. */
static void print_value(float value, int width)
{
    double size = fabs((double)value);
    printf(size >= 1e6 || (size > 0 && size < 1e-3) ? "%*.3e" : "%*.4f", width, unsigned_nan((double)value));
}

static bool print_best(const fovea_port *port, const float *values, int64_t top, const char *indent, fovea_fault *fault)
{
    int64_t count = fovea_port_count(port), most = top < count ? top : count;
    fovea_score *best = malloc(fovea_size(most, sizeof *best));
    if (!best)
        return fovea_fail_memory(fault, fovea_size(most, sizeof *best));
    int found = fovea_top(values, (int)count, (int)most, best), widest = 0;
    char number[24];
    for (int i = 0; i < found; i++) {
        int length = (int)strlen(fovea_label(port, best[i].index, number));
        widest = length > widest ? length : widest;
    }
    for (int i = 0; i < found; i++) {
        printf("%s%2d  %-*s ", indent, i + 1, widest, fovea_label(port, best[i].index, number));
        print_value(best[i].value, 11);
        printf("\n");
    }
    free(best);
    return true;
}

static void print_summary(const fovea_port *port, const float *values)
{
    int64_t count = fovea_port_count(port), numbers = 0;
    double least = INFINITY, most = -INFINITY, sum = 0;
    for (int64_t i = 0; i < count; i++) {
        if (isnan(values[i]))
            continue;
        numbers++;
        least = fmin(least, (double)values[i]);
        most = fmax(most, (double)values[i]);
        sum += (double)values[i];
    }
    char shape[256];
    fovea_port_shape(port, shape, sizeof shape);
    printf("%s", shape);
    if (numbers)
        printf(", values %.4g to %.4g, mean %.4g", least, most, unsigned_nan(sum / (double)numbers));
    if (numbers < count)
        printf(", %lld of %lld values are not numbers", (long long)(count - numbers), (long long)count);
    printf("\n");
}

/* One line for each row of the last axis. */
static void print_raw(const fovea_port *port, const float *values)
{
    int64_t count = fovea_port_count(port), row = port->rank ? port->dims[port->rank - 1] : 1;
    for (int64_t i = 0; i < count; i++)
        printf("%.9g%c", unsigned_nan((double)values[i]), (i + 1) % row ? ' ' : '\n');
}

static bool print_output(const fovea_port *port, const fovea_options *options, const float *values, const char *indent,
                         fovea_fault *fault)
{
    if (options->raw)
        print_raw(port, values);
    else if (fovea_port_is_list(port))
        return print_best(port, values, options->top, indent, fault);
    else if (fovea_port_count(port) == 1)
        printf("%s%.9g\n", indent, unsigned_nan((double)values[0]));
    else {
        printf("%s", indent);
        print_summary(port, values);
    }
    return true;
}

bool fovea_answer_print(const fovea_program *program, const fovea_options *options, const char *name,
                        const float *const *values, fovea_fault *fault)
{
    const fovea_port *first = &program->outputs[0];
    if (program->output_count == 1 && options->top == 1 && !options->raw && fovea_port_is_list(first)) {
        char number[24];
        fovea_score best;
        fovea_top(values[0], (int)fovea_port_count(first), 1, &best);
        printf("%s: %s  ", name, fovea_label(first, best.index, number));
        print_value(best.value, 0);
        printf("\n");
        return true;
    }
    printf("%s\n", name);
    for (size_t i = 0; i < program->output_count; i++) {
        if (program->output_count > 1)
            printf("  %s\n", program->outputs[i].name);
        const char *indent = program->output_count > 1 ? "    " : "  ";
        if (!print_output(&program->outputs[i], options, values[i], indent, fault))
            return false;
    }
    return true;
}
