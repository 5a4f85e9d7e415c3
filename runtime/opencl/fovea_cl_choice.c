/* fovea_cl_choice.c - which devices are meant: FOVEA_DEVICE, or what a program says instead of it. */
#include "fovea_cl_internal.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

/* ---- names ---- */

/* A name of a choice: where it begins, and how many letters it has. */
typedef struct Name {
    const char *at;
    size_t length;
} Name;

static int same_letters(const char *a, const char *b, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (tolower((unsigned char)a[i]) != tolower((unsigned char)b[i]))
            return 0;
    return 1;
}

static int contains(const char *text, Name part)
{
    const size_t length = strlen(text);
    for (size_t i = 0; i + part.length <= length; i++)
        if (same_letters(text + i, part.at, part.length))
            return 1;
    return 0;
}

static int is_index(Name name)
{
    return strspn(name.at, "0123456789") >= name.length;
}

/* -1 when it is not the name of a kind. */
static int kind_named(Name name)
{
    for (int kind = FOVEA_CL_CPU; kind <= FOVEA_CL_ACCELERATOR; kind++) {
        const char *text = fovea_cl_kind_name((fovea_cl_kind)kind);
        if (strlen(text) == name.length && same_letters(text, name.at, name.length))
            return kind;
    }
    return -1;
}

static int fits(const fovea_cl_device *devices, int at, Name name)
{
    if (!name.length)
        return 0;
    if (is_index(name))
        return strtoul(name.at, NULL, 10) == (unsigned long)at;
    const int kind = kind_named(name);
    return kind >= 0 ? (int)devices[at].kind == kind : contains(devices[at].name, name);
}

/* ---- devices ---- */

/* The first one that fits and is not among the `taken_count` in `taken`; -1 when there is none. */
static int find(const fovea_cl_device *devices, int count, Name name, const int *taken, int taken_count)
{
    for (int i = 0; i < count; i++) {
        int is_taken = 0;
        for (int j = 0; j < taken_count; j++)
            is_taken = is_taken || taken[j] == i;
        if ((!is_taken || is_index(name)) && fits(devices, i, name))
            return i;
    }
    return -1;
}

static int first_of_kind(const fovea_cl_device *devices, int count, fovea_cl_kind kind)
{
    for (int i = 0; i < count; i++)
        if (devices[i].kind == kind)
            return i;
    return -1;
}

static fovea_status none_fits(const fovea_cl_device *devices, int count, Name name, int is_repeated)
{
    char text[4096];
    size_t length = fovea_cl_devices_text(devices, count, -1, text, sizeof text);
    if (length < sizeof text)
        text[length - 1] = '\0'; /* the end of the last line */
    return fovea_cl_fail(FOVEA_NO_DEVICE,
                         "no device is the one that FOVEA_DEVICE asks for, '%.*s'%s: an index, cpu, gpu, accelerator, "
                         "or a part of a name. There are:\n%s",
                         name.length < 100 ? (int)name.length : 100, name.at,
                         is_repeated ? ", besides those before it" : "", text);
}

/* The name that begins at *at, without the blanks around it; *at: its comma, or the end. */
static Name next_name(const char **at)
{
    Name name = {*at, strcspn(*at, ",")};
    *at += name.length;
    while (name.length && *name.at == ' ') {
        name.at++;
        name.length--;
    }
    while (name.length && name.at[name.length - 1] == ' ')
        name.length--;
    return name;
}

/* Names that are too many have to fit, too. */
static fovea_status choose_listed(const fovea_cl_device *devices, int count, const char *choice, int wanted,
                                  int *chosen, int *found)
{
    int taken[FOVEA_CL_MOST_DEVICES], named = 0;
    for (const char *at = choice;; at++) {
        const Name name = next_name(&at);
        const int place = find(devices, count, name, taken, named);
        if (place < 0)
            return none_fits(devices, count, name, find(devices, count, name, NULL, 0) >= 0);
        if (named < FOVEA_CL_MOST_DEVICES)
            taken[named++] = place;
        if (!*at)
            break;
    }
    if (named < wanted)
        return fovea_cl_fail(FOVEA_NO_DEVICE, "FOVEA_DEVICE asks for %d devices, '%.100s', and the net has %d", named,
                             choice, wanted);
    *found = wanted;
    memcpy(chosen, taken, (size_t)wanted * sizeof *chosen);
    return FOVEA_OK;
}

static int on_one_platform(const fovea_cl_device *a, const fovea_cl_device *b)
{
    return strcmp(a->platform, b->platform) == 0 && strcmp(a->version, b->version) == 0;
}

fovea_status fovea_cl_choose_several(const fovea_cl_device *devices, int count, const char *choice,
                                     fovea_cl_kind preferred, int wanted, int *chosen, int *found)
{
    if (!devices || !chosen || !found || count < 1 || wanted < 1 || wanted > FOVEA_CL_MOST_DEVICES)
        return fovea_cl_fail(FOVEA_BAD_ARGUMENT,
                             "the choice of a device: a pointer is null, or there are no devices, or too many");
    if (choice && strchr(choice, ','))
        return choose_listed(devices, count, choice, wanted, chosen, found);
    const char *at = choice ? choice : "";
    const Name name = next_name(&at);
    int first = name.length ? find(devices, count, name, NULL, 0) : first_of_kind(devices, count, preferred);
    if (first < 0 && name.length)
        return none_fits(devices, count, name, 0);
    chosen[0] = first = first < 0 ? 0 : first;
    *found = 1;
    for (int i = first + 1; i < count && *found < wanted; i++)
        if (on_one_platform(&devices[i], &devices[first]) &&
            (name.length ? fits(devices, i, name) : devices[i].kind == devices[first].kind))
            chosen[(*found)++] = i;
    if (*found < wanted)
        *found = 1;
    return FOVEA_OK;
}

fovea_status fovea_cl_choose(const fovea_cl_device *devices, int count, const char *choice, fovea_cl_kind preferred,
                             int *chosen)
{
    int found;
    return fovea_cl_choose_several(devices, count, choice, preferred, 1, chosen, &found);
}
