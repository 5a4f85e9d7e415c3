/* weights.c - the command `weights` (see weights.h). */
#include "driver/weights.h"
#include "driver/budget.h"
#include "driver/print.h"
#include "emit/blob.h"
#include "fovea.h"
#include "support/file.h"
#include "weights/weights.h"

#include <sys/stat.h>

/* ---- files that are there ---- */

bool names_weights_file(const char *path)
{
    char first[sizeof FOVEA_WEIGHTS_MAGIC - 1];
    if (strcmp(path_extension(path), ".weights") == 0)
        return true;
    struct stat status; /* a pipe is not read: it may be the model */
    FILE *file = stat(path, &status) == 0 && S_ISREG(status.st_mode) ? fopen(path, "rbe") : NULL;
    if (!file)
        return false;
    bool found =
        fread(first, 1, sizeof first, file) == sizeof first && !memcmp(first, FOVEA_WEIGHTS_MAGIC, sizeof first);
    fclose(file);
    return found;
}

/* Reads the header, and compares all bytes with its checksum. false after a diagnostic. */
static bool read_weights(Diag *diag, const char *path, BlobHeader *header)
{
    FileMapping file;
    if (!file_map(&file, diag, path, NOWHERE))
        return false;
    const char *fault = blob_read(diag->arena, file.bytes, file.count, header);
    if (!fault && fovea_weights_verify(file.bytes, file.count) != FOVEA_OK)
        fault = "its checksum is wrong";
    file_unmap(&file);
    if (fault)
        diag_error(diag, NOWHERE, "\"%s\" is no sound weights file: %s", path, fault);
    return !fault;
}

static void print_header(Buf *out, const char *path, const BlobHeader *header)
{
    buf_printf(out, "%s: sound, %llu bytes\n", path, (unsigned long long)header->bytes);
    buf_printf(out, "architecture %016llx\nchecksum %08x\n", (unsigned long long)header->architecture, header->crc);
    if (header->selftest_bytes)
        buf_printf(out, "self-test %llu bytes\n", (unsigned long long)header->selftest_bytes);
    else
        buf_puts(out, "no self-test\n");
}

static void put_and_free(Buf *out)
{
    fwrite(buf_text(out), 1, out->length, stdout);
    buf_free(out);
}

bool describe_weights(Diag *diag, const Options *options)
{
    if (options->output || options->check_file || options->weights) {
        diag_error(diag, NOWHERE, "\"%s\" is a weights file; the model comes first", options->model);
        diag_hint(diag, "fovea weights MODEL -w NEW.safetensors -o %s", options->model);
        return false;
    }
    BlobHeader header;
    if (!read_weights(diag, options->model, &header))
        return false;
    Buf out = {0};
    print_header(&out, options->model, &header);
    put_and_free(&out);
    return true;
}

/* ---- which code weights are for ---- */

static Plan *plan_for(Diag *diag, const Options *options, const Graph *net, const Target *target)
{
    return plan_make(optimise(diag, options, net, target), target_tuned(net->arena, target, options->tuned));
}

/* The first of the targets given, else of all, for which the net has that architecture; NULL: none has. */
static const Target *find_target(Diag *diag, Graph *net, const Options *options, uint64_t architecture, bool all)
{
    for (uint32_t i = 0; all ? target_at((int)i) != NULL : i < options->targets.count; i++) {
        const Target *target = all ? target_at((int)i) : options->targets.at[i];
        if (plan_for(diag, options, net, target)->architecture == architecture)
            return target;
    }
    return NULL;
}

/* The target of a file that the model has to fit; NULL after a diagnostic. */
static const Target *fitting_target(Diag *diag, Graph *net, const Options *options, const char *path,
                                    uint64_t architecture)
{
    bool all = options->targets.count == 0;
    const Target *target = find_target(diag, net, options, architecture, all);
    if (target)
        return target;
    const Target *other = all ? NULL : find_target(diag, net, options, architecture, true);
    if (other) {
        diag_error(diag, NOWHERE, "\"%s\" is for target %s, not for %s", path, other->name, options->target->name);
        return NULL;
    }
    diag_error(diag, NOWHERE, "\"%s\" does not fit %s: it is of another net, or of this one with other options", path,
               net->name);
    diag_hint(
        diag,
        "-D, --net, --batch, --weights-as, --tune and --disable have to be those with which the code was compiled");
    return NULL;
}

/* What is to be replaced must be a weights file; its header tells the target. One without a sound header may be
 * replaced by anything. */
static bool look_at_replaced(Diag *diag, Graph *net, const Options *options, const Target **target)
{
    struct stat status;
    if (stat(options->output, &status) != 0 || !S_ISREG(status.st_mode) || status.st_size == 0)
        return true;
    FileMapping file;
    BlobHeader header;
    if (!file_map(&file, diag, options->output, NOWHERE))
        return false;
    const char *fault = blob_read(diag->arena, file.bytes, file.count, &header);
    file_unmap(&file);
    if (fault && !names_weights_file(options->output)) {
        diag_error(diag, NOWHERE, "\"%s\" is there and is no weights file: it is not replaced", options->output);
        return false;
    }
    if (fault)
        return true;
    const Target *checked = options->check_file ? *target : NULL;
    *target = fitting_target(diag, net, options, options->output, header.architecture);
    if (*target && checked && checked != *target) {
        diag_error(diag, NOWHERE, "\"%s\" is for target %s, \"%s\" for %s", options->output, (*target)->name,
                   options->check_file, checked->name);
        return false;
    }
    return *target != NULL;
}

/* ---- the command ---- */

static bool write_weights(Diag *diag, Graph *net, const Options *options, const Target *target)
{
    if (!look_at_replaced(diag, net, options, &target) || !weights_bind(net, diag, options->weights))
        return false;
    const Plan *plan = plan_for(diag, options, net, target);
    if (!budget_kept(diag, options, plan) || !emit_weights(diag, plan, options->output))
        return false;
    printf("%s: weights of %s for target %s\n", options->output, net->name, target->name);
    return true;
}

bool swap_weights(Diag *diag, Graph *net, const Options *options)
{
    if (!options->output && !options->check_file) {
        diag_error(diag, NOWHERE, "no weights file is named: -o FILE to write one, --check FILE to look at one");
        return false;
    }
    const Target *target = options->target;
    if (options->check_file) {
        BlobHeader header;
        if (!read_weights(diag, options->check_file, &header))
            return false;
        target = fitting_target(diag, net, options, options->check_file, header.architecture);
        if (!target)
            return false;
        Buf out = {0};
        if (!options->output) {
            print_header(&out, options->check_file, &header);
            buf_printf(&out, "fits %s, target %s\n", net->name, target->name);
            plan_print_weights(&out, plan_for(diag, options, net, target));
        }
        put_and_free(&out);
    }
    return !options->output || write_weights(diag, net, options, target);
}
