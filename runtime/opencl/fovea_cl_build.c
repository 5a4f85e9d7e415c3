/* fovea_cl_build.c - the program of a model: found built in the cache, or built of its source and put there.
 *
 * When a device's compiler refuses a source, the error shows its log, cut where it is long, and before that the line
 * which the log begins with and the kernel that this line is in.
 */
#include "fovea_cl_internal.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_LOG = 4096 };

/* ---- what was wrong ---- */

/* The number that ends before `end`; 0 and `end` stays when there is none. */
static unsigned long number_before(const char *log, const char **end)
{
    const char *start = *end;
    while (start > log && isdigit((unsigned char)start[-1]))
        start--;
    unsigned long number = start < *end ? strtoul(start, NULL, 10) : 0;
    *end = start;
    return number;
}

/* The line in the first "FILE:LINE:COLUMN: " of a line of the log that speaks of an error; 0 when there is none. All of
 * the devices' compilers that are known to us write so, some with "error: " before it, some behind it. */
static unsigned long line_of_error(const char *log)
{
    const char *error = strstr(log, "error"), *end = error;
    while (error && end > log && end[-1] != '\n')
        end--;
    while (end && (end = strstr(end, ": "))) {
        const char *at = end;
        if (number_before(log, &at) && at > log && at[-1] == ':') {
            at--;
            unsigned long line = number_before(log, &at);
            if (line)
                return line;
        }
        end += 2;
    }
    return 0;
}

/* A walk over the source, line by line; pieces end anywhere. */
typedef struct Lines {
    const fovea_cl_net *net;
    size_t piece;
    const char *at;
} Lines;

/* Copies what fits of the next line; 0 behind the last. */
static int next_line(Lines *lines, char *line, size_t room)
{
    size_t length = 0;
    int any = 0;
    while (lines->piece < lines->net->source_count) {
        char letter = *lines->at;
        if (!letter) {
            if (++lines->piece < lines->net->source_count)
                lines->at = lines->net->source[lines->piece];
            continue;
        }
        any = 1;
        lines->at++;
        if (letter == '\n')
            break;
        if (length + 1 < room)
            line[length++] = letter;
    }
    line[length] = '\0';
    return any;
}

/* Keeps the name in "kernel void NAME(" or "__kernel __attribute__((...)) void NAME(". */
static void note_kernel(const char *line, char *name, size_t room)
{
    const char *start = strncmp(line, "__", 2) == 0 ? line + 2 : line;
    if (strncmp(start, "kernel ", 7) != 0 || !(start = strstr(start, " void ")))
        return;
    start += 6;
    size_t length = 0;
    while (isalnum((unsigned char)start[length]) || start[length] == '_')
        length++;
    if (length < room) {
        memcpy(name, start, length);
        name[length] = '\0';
    }
}

/* "kernel NAME, line 12: y[i] = z;", or "program" when the log does not say where. */
static void describe_place(const fovea_cl_net *net, const char *log, char *text, size_t room)
{
    char line[160], kernel[96] = "";
    unsigned long wanted = line_of_error(log), number = 0;
    Lines lines = {net, 0, net->source_count ? net->source[0] : ""};
    snprintf(text, room, "program");
    while (number < wanted && next_line(&lines, line, sizeof line)) {
        note_kernel(line, kernel, sizeof kernel);
        if (++number == wanted)
            snprintf(text, room, "%s%s, line %lu: %s", kernel[0] ? "kernel " : "program", kernel, number,
                     line + strspn(line, " \t"));
    }
}

/* The log, cut; for free(), and NULL when there is none. */
static char *read_log(cl_program program, cl_device_id device)
{
    size_t bytes = 0;
    if (clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, 0, NULL, &bytes) != CL_SUCCESS || bytes < 2)
        return NULL;
    char *log = calloc(1, bytes + 1);
    if (log && clGetProgramBuildInfo(program, device, CL_PROGRAM_BUILD_LOG, bytes, log, NULL) == CL_SUCCESS)
        return log;
    free(log);
    return NULL;
}

/* The first of several devices that the program could not be built for. */
static cl_device_id refusing(cl_program program, const fovea_cl_group *devices)
{
    cl_build_status status = CL_BUILD_NONE;
    for (int i = 0; i + 1 < devices->count; i++)
        if (clGetProgramBuildInfo(program, devices->ids[i], CL_PROGRAM_BUILD_STATUS, sizeof status, &status, NULL) ==
                CL_SUCCESS &&
            status == CL_BUILD_ERROR)
            return devices->ids[i];
    return devices->ids[devices->count - 1];
}

static fovea_status report_build(const fovea_cl_model *model, cl_program program, const fovea_cl_group *devices,
                                 cl_int code)
{
    const fovea_cl_net *net = model->net;
    char place[320];
    char *log = read_log(program, refusing(program, devices));
    describe_place(net, log ? log : "", place, sizeof place);
    fovea_status status = fovea_cl_failed("clBuildProgram", code, "%s: %s", net->name, place);
    size_t length = log ? strlen(log) : 0;
    while (length && isspace((unsigned char)log[length - 1]))
        length--;
    if (length) {
        char head[768];
        const int shown = length > MOST_LOG ? MOST_LOG : (int)length;
        snprintf(head, sizeof head, "%s", fovea_cl_error());
        fovea_cl_fail(status, "%s\n%s, options '%.80s':\n%.*s%s", head, model->devices[0].name, fovea_cl_options(model),
                      shown, log, length > MOST_LOG ? "\n[the log goes on]" : "");
    }
    free(log);
    return status;
}

/* ---- from the cache, or from the source ---- */

/* PoCL has a cache of its own, with kernels as they are launched. Its binaries have others, which it would compile when
 * it is asked for one: that doubles the time of the first opening, and a later one gains nothing. So its programs are
 * only kept when a folder for them is given. */
static int is_worth_keeping(const fovea_cl_model *model)
{
    const char *folder = getenv("FOVEA_CACHE");
    return (folder && *folder) || strcmp(model->devices[0].platform, FOVEA_CL_POCL) != 0;
}

static fovea_status build_of_source(fovea_cl_model *model)
{
    const fovea_cl_net *net = model->net;
    const fovea_cl_group devices = fovea_cl_distinct(model);
    cl_int code = CL_SUCCESS;
    const char **source = (const char **)(uintptr_t)net->source; /* only read: the prototype forgot a const */
    cl_program program = clCreateProgramWithSource(model->context, (cl_uint)net->source_count, source, NULL, &code);
    if (code != CL_SUCCESS)
        return fovea_cl_failed("clCreateProgramWithSource", code, "%s: program", net->name);
    code = clBuildProgram(program, (cl_uint)devices.count, devices.ids, fovea_cl_options(model), NULL, NULL);
    if (code != CL_SUCCESS) {
        fovea_status status = report_build(model, program, &devices, code);
        clReleaseProgram(program);
        return status;
    }
    model->program = program;
    return FOVEA_OK;
}

fovea_status fovea_cl_build(fovea_cl_model *model)
{
    const fovea_cl_key key = fovea_cl_key_of(model);
    size_t bytes = 0;
    const int keeps = is_worth_keeping(model);
    unsigned char *binary = keeps ? fovea_cl_cache_read(&key, &bytes) : NULL;
    if (binary)
        model->program = fovea_cl_load(model, binary, bytes);
    free(binary);
    model->cached = model->program != NULL;
    if (model->cached)
        return FOVEA_OK;
    fovea_status status = build_of_source(model);
    if (status == FOVEA_OK && keeps)
        fovea_cl_keep(model, &key);
    return status;
}
