/* results.c - outputs written to files (see results.h).
 *
 * A picture is called STEM-OUTPUT.png after the file that it was made from, and STEM-N-OUTPUT.png for example N of a
 * file that holds several.
 */
#include "results.h"
#include "answer.h"
#include "input.h"

#include <stdlib.h>
#include <string.h>

/* Examples whose pictures are written into the current folder unasked. */
enum { PICTURED_UNASKED = 16 };

/* "photos/cat.png" is "cat"; "digits.idx.gz 17" is "digits-17". NULL: no memory. */
static char *stem_of(const char *name)
{
    const char *base = fovea_base_name(name), *blank = strrchr(name, ' ');
    const char *dot = base[0] ? strchr(base + 1, '.') : NULL;
    bool numbered = dot && blank > dot && blank[1] && strspn(blank + 1, "0123456789") == strlen(blank + 1);
    int length = dot ? (int)(dot - base) : (int)strlen(base);
    return numbered ? fovea_text("%.*s-%s", length, base, blank + 1) : fovea_text("%.*s", length, base);
}

static int compare_stems(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* Pictures are named after their input: two inputs of one name would overwrite each other. */
static bool check_stems(const fovea_options *options, const fovea_program *program, fovea_fault *fault)
{
    bool pictures = false;
    for (size_t i = 0; i < program->output_count; i++)
        pictures |= fovea_port_is_picture(&program->outputs[i]);
    size_t count = program->input_count == 1 ? options->file_count : 1;
    if (!pictures || options->npy_only || count < 2)
        return true;
    char **stems = calloc(count, sizeof *stems);
    bool fine = stems != NULL;
    for (size_t i = 0; fine && i < count; i++)
        fine = (stems[i] = stem_of(options->files[i])) != NULL;
    if (!fine)
        fovea_fail_memory(fault, count * sizeof *stems);
    else
        qsort(stems, count, sizeof *stems, compare_stems);
    for (size_t i = 1; fine && i < count; i++)
        if (strcmp(stems[i - 1], stems[i]) == 0)
            fine = fovea_fail(fault, "two inputs are called '%s': their pictures would have one name", stems[i]);
    for (size_t i = 0; stems && i < count; i++)
        free(stems[i]);
    free(stems);
    return fine;
}

static bool open_array(fovea_results *results, const fovea_port *port, const char *prefix, fovea_fault *fault)
{
    char *path = fovea_text("%s/%s%s.npy", results->options->output, prefix, port->name);
    bool fine = path ? fovea_npy_create(&results->arrays[results->open], path, port->rank, port->dims, fault)
                     : fovea_fail_memory(fault, 1);
    results->open += fine;
    free(path);
    return fine;
}

bool fovea_results_open(fovea_results *results, const fovea_options *options, const fovea_program *program,
                        fovea_fault *fault)
{
    *results = (fovea_results){.options = options, .program = program};
    if (!check_stems(options, program, fault))
        return false;
    if (!options->output)
        return true;
    if (!fovea_folder_make(options->output, fault))
        return false;
    size_t most = program->output_count + program->input_count;
    results->arrays = calloc(most, sizeof *results->arrays);
    bool fine = results->arrays || fovea_fail_memory(fault, most * sizeof *results->arrays);
    for (size_t i = 0; fine && i < program->output_count; i++)
        fine = open_array(results, &program->outputs[i], "", fault);
    for (size_t i = 0; fine && options->keep_input && i < program->input_count; i++)
        fine = open_array(results, &program->inputs[i], "input.", fault);
    return fine;
}

static bool add_picture(const fovea_results *results, const fovea_port *port, const char *name, const float *values,
                        fovea_fault *fault)
{
    char *stem = stem_of(name), *full = stem ? fovea_text("%s-%s", stem, port->name) : NULL;
    bool fine =
        full ? fovea_maps_write(results->options->output, full, port, values, fault) : fovea_fail_memory(fault, 1);
    free(stem);
    free(full);
    return fine;
}

/* Bytes become numbers in the order of the input's shape. */
static bool add_input(fovea_npy_writer *array, const fovea_port *port, const void *example, fovea_fault *fault)
{
    if (!port->is_u8)
        return fovea_npy_append(array, example, fault);
    const unsigned char *bytes = example;
    int64_t count = fovea_port_count(port), channels = port->rank == 3 ? port->dims[0] : 1, plane = count / channels;
    float *numbers = malloc(fovea_size(count, sizeof *numbers));
    if (!numbers)
        return fovea_fail_memory(fault, fovea_size(count, sizeof *numbers));
    for (int64_t i = 0; i < count; i++)
        numbers[i] = (float)bytes[i % plane * channels + i / plane];
    bool fine = fovea_npy_append(array, numbers, fault);
    free(numbers);
    return fine;
}

/* A PNG for each picture-shaped output of one example. */
static bool add_pictures(fovea_results *results, const fovea_engine *engine, int64_t slot, const char *name,
                         fovea_fault *fault)
{
    const fovea_program *program = results->program;
    bool any = false, asked = results->options->output != NULL;
    for (size_t i = 0; i < program->output_count; i++) {
        const fovea_port *port = &program->outputs[i];
        if (results->options->npy_only || !fovea_port_is_picture(port))
            continue;
        any = true;
        if ((asked || results->pictured < PICTURED_UNASKED) &&
            !add_picture(results, port, name, fovea_engine_output(engine, i, slot), fault))
            return false;
    }
    results->pictured += any;
    return true;
}

bool fovea_results_add(fovea_results *results, const fovea_engine *engine, int64_t slot, const char *name,
                       fovea_fault *fault)
{
    const fovea_program *program = results->program;
    bool fine = true;
    for (size_t i = 0; fine && i < results->open; i++) {
        size_t input = i - program->output_count;
        if (i < program->output_count)
            fine = fovea_npy_append(&results->arrays[i], fovea_engine_output(engine, i, slot), fault);
        else
            fine =
                add_input(&results->arrays[i], &program->inputs[input], fovea_engine_input(engine, input, slot), fault);
    }
    return fine && add_pictures(results, engine, slot, name, fault);
}

bool fovea_results_close(fovea_results *results, bool fine, fovea_fault *fault)
{
    if (fine && !results->options->output && results->pictured > PICTURED_UNASKED)
        printf("pictures of %zu more example%s: --output DIR writes them\n", results->pictured - PICTURED_UNASKED,
               fovea_plural((int64_t)(results->pictured - PICTURED_UNASKED)));
    for (size_t i = 0; i < results->open; i++) {
        char *path = fovea_text("%s", results->arrays[i].output.path);
        fine = fine && fovea_npy_finish(&results->arrays[i], fault);
        if (fine && path)
            printf("wrote %s\n", path);
        else
            fovea_npy_cancel(&results->arrays[i]);
        free(path);
    }
    free(results->arrays);
    return fine;
}
