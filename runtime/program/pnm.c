/* pnm.c - binary PGM and PPM files (P5 and P6): the pictures that need no library, read and written (see picture.h).
 *
 * A header in text, "P5 28 28 255" with a comment or blanks between its words, one blank, then a byte a sample.
 */
#include "picture.h"

#include <string.h>

enum { EIGHT_BITS = 255, MOST = 1 << 30 };

typedef struct Scan {
    const unsigned char *at, *end;
} Scan;

static bool is_blank(unsigned char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* "P1 " to "P7 ": the kinds that are not read are named in the message. */
bool fovea_is_pnm(const unsigned char *bytes, size_t size)
{
    return size >= 3 && bytes[0] == 'P' && bytes[1] >= '1' && bytes[1] <= '7' &&
           (is_blank(bytes[2]) || bytes[2] == '#');
}

/* Behind blanks and comments, a decimal number; -1 when there is none. Large ones stop at MOST. */
static int64_t next_number(Scan *scan)
{
    while (scan->at < scan->end && (is_blank(*scan->at) || *scan->at == '#'))
        if (*scan->at++ == '#')
            while (scan->at < scan->end && *scan->at != '\n')
                scan->at++;
    if (scan->at == scan->end || *scan->at < '0' || *scan->at > '9')
        return -1;
    int64_t number = 0;
    for (; scan->at < scan->end && *scan->at >= '0' && *scan->at <= '9'; scan->at++)
        number = number > MOST ? number : 10 * number + (*scan->at - '0');
    return number;
}

bool fovea_pnm_read(fovea_picture *picture, const unsigned char *bytes, size_t size, const char *path,
                    fovea_fault *fault)
{
    if (bytes[1] != '5' && bytes[1] != '6')
        return fovea_fail(fault, "%s is a PNM file of kind P%c; P5 and P6 are read", path, bytes[1]);
    Scan scan = {bytes + 2, bytes + size};
    int64_t width = next_number(&scan), height = next_number(&scan), most = next_number(&scan);
    if (most < 0 || scan.at == scan.end || !is_blank(*scan.at))
        return fovea_fail(fault, "%s is a broken PNM: its header has no width, height and largest sample", path);
    if (most != EIGHT_BITS)
        return fovea_fail(fault, "%s has samples up to %lld; PNM files up to %d are read", path, (long long)most,
                          EIGHT_BITS);
    scan.at++;
    if (!fovea_picture_new(picture, width, height, bytes[1] == '6' ? 3 : 1, path, fault))
        return false;
    size_t wanted = fovea_size(width * height, (size_t)picture->channels), has = (size_t)(scan.end - scan.at);
    if (has != wanted) {
        fovea_picture_free(picture);
        return fovea_fail(fault, "%s has %zu bytes of pixels, its header says %zu", path, has, wanted);
    }
    memcpy(picture->at, scan.at, wanted);
    return true;
}

bool fovea_pnm_write(const char *path, const fovea_picture *picture, fovea_fault *fault)
{
    fovea_output output;
    if (!fovea_output_open(&output, path, fault))
        return false;
    fprintf(output.stream, "P%c\n%lld %lld\n%d\n", picture->channels == 3 ? '6' : '5', (long long)picture->width,
            (long long)picture->height, EIGHT_BITS);
    fwrite(picture->at, (size_t)(picture->width * picture->channels), (size_t)picture->height, output.stream);
    return fovea_output_commit(&output, fault);
}
