/* fovea_devices.c - the program that `fovea devices` starts: it prints the list, with a star before the device that
 * models take. It is compiled like the models themselves, so that it finds what they find. */
#include "opencl/fovea_opencl.h"

#include <stdio.h>
#include <stdlib.h>

static int fail(void)
{
    fprintf(stderr, "fovea: error: %s\n", fovea_cl_error());
    return 1;
}

int main(void)
{
    fovea_cl_device *devices;
    int count, chosen;
    if (fovea_cl_devices(&devices, &count) != FOVEA_OK)
        return fail();
    if (fovea_cl_choose(devices, count, getenv("FOVEA_DEVICE"), FOVEA_CL_GPU, &chosen) != FOVEA_OK) {
        free(devices);
        return fail();
    }
    const size_t bytes = fovea_cl_devices_text(devices, count, chosen, NULL, 0) + 1;
    char *text = malloc(bytes);
    if (text) {
        fovea_cl_devices_text(devices, count, chosen, text, bytes);
        fputs(text, stdout);
    }
    const int fine = text && fflush(stdout) == 0;
    free(text);
    free(devices);
    if (!fine)
        fprintf(stderr, "fovea: error: cannot print the list\n");
    return !fine;
}
