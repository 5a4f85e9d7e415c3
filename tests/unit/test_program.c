/* test_program.c - what a stand-alone program reads and writes: pictures, .npy and IDX files, hostile ones included. */
#include <criterion/criterion.h>

#include <jpeglib.h>
#include <math.h>
#include <unistd.h>

#include "program/answer.h"
#include "program/input.h"
#include "program/npy.h"
#include "program/picture.h"
#include "tests/support/files.h"
#include "tests/support/scratch.h"

static const fovea_port grey_port = {.name = "image", .rank = 3, .dims = {1, 4, 4}};

/* ---- .npy ---- */

Test(npy, what_is_written_is_read)
{
    const int64_t dims[] = {2, 3};
    const float examples[2][6] = {{0, -1.5F, 3e-20F, 7, INFINITY, 1}, {1, 2, 3, 4, 5, 6}};
    Scratch s;
    scratch_begin(&s, "round.npy");
    fovea_fault fault = {""};
    fovea_npy_writer writer;
    cr_assert(fovea_npy_create(&writer, s.path, 2, dims, &fault), "%s", fault.text);
    for (int i = 0; i < 2; i++)
        cr_assert(fovea_npy_append(&writer, examples[i], &fault), "%s", fault.text);
    cr_assert(access(s.path, F_OK) != 0, "nothing stands there before it is complete");
    cr_assert(fovea_npy_finish(&writer, &fault), "%s", fault.text);

    fovea_bytes bytes;
    fovea_npy npy;
    cr_assert(fovea_bytes_read(&bytes, s.path, 1 << 20, &fault), "%s", fault.text);
    cr_assert(fovea_npy_parse(&npy, bytes.at, bytes.size, s.path, &fault), "%s", fault.text);
    cr_expect_eq((npy.data - bytes.at) % 64, 0, "elements are aligned as numpy wants them");
    cr_assert_eq(npy.rank, 3);
    cr_expect(npy.dims[0] == 2 && npy.dims[1] == 2 && npy.dims[2] == 3 && npy.count == 12);
    for (int i = 0; i < 12; i++)
        cr_expect_eq((float)fovea_npy_at(&npy, i), examples[i / 6][i % 6]);
    fovea_bytes_free(&bytes);
    scratch_end(&s);
}

/* A version 1 file with this dictionary and these bytes of elements. */
static size_t npy_make(unsigned char *file, const char *header, const void *data, size_t bytes)
{
    size_t length = strlen(header);
    memcpy(file, "\x93NUMPY\1\0", 8);
    file[8] = (unsigned char)(length & 255);
    file[9] = (unsigned char)(length >> 8);
    memcpy(file + 10, header, length);
    if (bytes)
        memcpy(file + 10 + length, data, bytes);
    return 10 + length + bytes;
}

Test(npy, element_types)
{
    static const struct {
        const char *header;
        unsigned char bytes[16];
        size_t size;
        double first, second;
    } cases[] = {
        {"{'descr': '|u1', 'fortran_order': False, 'shape': (2,), }\n", {255, 7}, 2, 255, 7},
        {"{\"shape\":(2,),\"descr\":\"<i4\",\"fortran_order\":False}", {255, 255, 255, 255, 1}, 8, -1, 1},
        {"{'descr': '<i8', 'fortran_order': False, 'shape': (2, 1)}", {0, 0, 0, 0, 1, 0, 0, 0, 3}, 16, 4294967296.0, 3},
        {"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }",
         {0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0, 0, 0, 0, 0, 0, 0, 0xc0},
         16,
         1,
         -2},
        {"{'descr': '<f4', 'fortran_order': True, 'shape': (2,), }", {0, 0, 0x80, 0x3f, 0, 0, 0, 0xbf}, 8, 1, -0.5},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        unsigned char file[256];
        size_t size = npy_make(file, cases[i].header, cases[i].bytes, cases[i].size);
        fovea_npy npy;
        fovea_fault fault = {""};
        cr_assert(fovea_npy_parse(&npy, file, size, "x.npy", &fault), "%s", fault.text);
        cr_expect_eq(npy.count, 2);
        cr_expect_eq(fovea_npy_at(&npy, 0), cases[i].first, "case %zu", i);
        cr_expect_eq(fovea_npy_at(&npy, 1), cases[i].second, "case %zu", i);
    }
}

Test(npy, hostile_headers_are_refused)
{
    static const char *const headers[] = {
        "",
        "{",
        "{}",
        "{'descr': '<f4'}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,), 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (0,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (9223372036854775807, 2)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999999,)}",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1)}",
        "{'descr': '<f4', 'fortran_order': True, 'shape': (1, 1)}",
        "{'descr': '>f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4', 'fortran_order': Maybe, 'shape': (1,)}",
        "{'descr': '<f4<f4<f4<f4<f4<f4', 'fortran_order': False, 'shape': (1,)}",
        "{'descr': '<f4",
    };
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        unsigned char file[256], four[4] = {0};
        size_t size = npy_make(file, headers[i], four, sizeof four);
        fovea_npy npy;
        fovea_fault fault = {""};
        cr_expect_not(fovea_npy_parse(&npy, file, size, "x.npy", &fault), "%s", headers[i]);
        cr_expect(strstr(fault.text, "x.npy"), "%s: %s", headers[i], fault.text);
    }
}

/* Every shorter file of a good one is refused, and nothing beyond its end is read (the copies are of exact size). */
static void refuse_prefixes(const unsigned char *file, size_t size, const fovea_port *port, const char *name)
{
    Scratch s;
    scratch_begin(&s, name);
    for (size_t length = 0; length < size; length++) {
        cr_assert(text_write(s.path, file, length));
        fovea_input input;
        fovea_fault fault = {""};
        float values[64];
        bool fine = fovea_input_open(&input, s.path, port, &fault);
        if (fine) {
            fine = fovea_input_get(&input, 0, values, &fault);
            fovea_input_close(&input);
        }
        cr_expect_not(fine, "%s: %zu of %zu bytes are taken", name, length, size);
        cr_expect(fault.text[0], "%s: %zu of %zu bytes are refused without a word", name, length, size);
    }
    scratch_end(&s);
}

Test(npy, truncated)
{
    unsigned char file[256], data[64] = {0};
    size_t size = npy_make(file, "{'descr': '<f4', 'fortran_order': False, 'shape': (4, 4), }", data, sizeof data);
    refuse_prefixes(file, size, &grey_port, "short.npy");
}

/* ---- IDX ---- */

static const unsigned char idx_file[] = {0, 0,  8,   3,   0,   0,   0, 2, 0, 0, 0, 4, 0, 0, 0, 4,
                                         0, 51, 102, 153, 204, 255, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                         1, 1,  1,   1,   1,   1,   1, 1, 1, 1, 1, 1, 1, 1, 1, 255};

Test(idx, pictures)
{
    Scratch s;
    scratch_begin(&s, "pictures.idx");
    cr_assert(text_write(s.path, idx_file, sizeof idx_file));
    fovea_input input;
    fovea_fault fault = {""};
    float values[16];
    cr_assert(fovea_input_open(&input, s.path, &grey_port, &fault), "%s", fault.text);
    cr_assert_eq(input.count, 2);
    cr_assert(fovea_input_get(&input, 0, values, &fault), "%s", fault.text);
    for (int i = 0; i < 16; i++)
        cr_expect_eq(values[i], i < 6 ? (float)(51 * i) / 255.0F : 0.0F, "value %d is %g", i, (double)values[i]);
    cr_assert(fovea_input_get(&input, 1, values, &fault), "%s", fault.text);
    cr_expect_eq(values[15], 1.0F);
    fovea_input_close(&input);
    scratch_end(&s);
}

Test(idx, hostile)
{
    refuse_prefixes(idx_file, sizeof idx_file, &grey_port, "short.idx");
    unsigned char file[sizeof idx_file];
    memcpy(file, idx_file, sizeof file);
    memset(file + 4, 0xff, 12); /* 2^96 pixels */
    fovea_idx idx;
    fovea_fault fault = {""};
    cr_expect_not(fovea_idx_parse(&idx, file, sizeof file, "huge.idx", &fault));
    memset(file + 4, 0, 12);
    cr_expect_not(fovea_idx_parse(&idx, file, sizeof file, "none.idx", &fault));
}

/* ---- pictures ---- */

static void fit(const unsigned char *pixels, int64_t width, int64_t height, int channels, int to, int64_t size,
                int64_t resize, unsigned char *result)
{
    unsigned char *copy = malloc((size_t)(width * height * channels));
    cr_assert(copy);
    memcpy(copy, pixels, (size_t)(width * height * channels));
    fovea_picture picture = {.width = width, .height = height, .channels = channels, .at = copy};
    fovea_fault fault = {""};
    cr_assert(fovea_picture_fit(&picture, to, size, size, resize, result, &fault), "%s", fault.text);
    fovea_picture_free(&picture);
}

Test(picture, a_picture_of_the_right_size_keeps_its_bytes)
{
    unsigned char pixels[27], result[27];
    for (int i = 0; i < 27; i++)
        pixels[i] = (unsigned char)(i * 37 + 11);
    fit(pixels, 3, 3, 3, 3, 3, 0, result);
    cr_expect_arr_eq(pixels, result, 27);
}

Test(picture, known_answers)
{
    unsigned char result[16];
    const unsigned char grey[] = {0, 100, 200, 44};
    fit(grey, 2, 2, 1, 1, 1, 0, result); /* all four covered equally */
    cr_expect_eq(result[0], 86);
    const unsigned char row[] = {0, 100, 0, 100};
    fit(row, 2, 2, 1, 1, 4, 0, result); /* enlarging: 0, 25, 75, 100 */
    const unsigned char wanted[] = {0, 25, 75, 100};
    cr_expect_arr_eq(result, wanted, 4);
    const unsigned char wide[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
    fit(wide, 5, 2, 1, 1, 2, 0, result); /* the middle: one column more is cut off on the right */
    const unsigned char middle[] = {2, 3, 7, 8};
    cr_expect_arr_eq(result, middle, 4);
    const unsigned char colour[] = {255, 0, 0};
    fit(colour, 1, 1, 3, 1, 1, 0, result);
    cr_expect_eq(result[0], 76, "red is 0.299 of white");
    fit(grey + 1, 1, 1, 1, 3, 1, 0, result);
    cr_expect(result[0] == 100 && result[1] == 100 && result[2] == 100);
}

Test(picture, one_colour_stays_one_colour)
{
    static const int64_t sizes[][2] = {{1, 1}, {7, 3}, {640, 5}, {3, 1000}, {64, 64}, {65, 63}};
    static const int64_t resizes[] = {0, 5, 40, 300};
    for (size_t s = 0; s < COUNT_OF(sizes); s++)
        for (size_t r = 0; r < COUNT_OF(resizes); r++) {
            int64_t count = sizes[s][0] * sizes[s][1];
            unsigned char *pixels = malloc((size_t)count), result[32 * 32];
            cr_assert(pixels);
            memset(pixels, 201, (size_t)count);
            fit(pixels, sizes[s][0], sizes[s][1], 1, 1, 32, resizes[r], result);
            for (int i = 0; i < 32 * 32; i++)
                cr_assert_eq(result[i], 201);
            free(pixels);
        }
}

static fovea_bytes written_png(const fovea_picture *picture, const char *name)
{
    Scratch s;
    scratch_begin(&s, name);
    fovea_fault fault = {""};
    fovea_bytes bytes;
    cr_assert(fovea_png_write(s.path, picture, &fault), "%s", fault.text);
    cr_assert(fovea_bytes_read(&bytes, s.path, 1 << 20, &fault), "%s", fault.text);
    scratch_end(&s);
    return bytes;
}

Test(picture, png_round_trip)
{
    for (int channels = 1; channels <= 3; channels += 2) {
        unsigned char pixels[4 * 4 * 3];
        for (size_t i = 0; i < sizeof pixels; i++)
            pixels[i] = (unsigned char)(i * 5);
        fovea_picture picture = {.width = 4, .height = 4, .channels = channels, .at = pixels}, back;
        fovea_bytes bytes = written_png(&picture, "round.png");
        fovea_fault fault = {""};
        cr_assert(fovea_png_read(&back, bytes.at, bytes.size, "round.png", &fault), "%s", fault.text);
        cr_assert(back.width == 4 && back.height == 4 && back.channels == channels);
        cr_expect_arr_eq(back.at, pixels, 16 * (size_t)channels);
        fovea_picture_free(&back);
        refuse_prefixes(bytes.at, bytes.size, &grey_port, "short.png");
        fovea_bytes_free(&bytes);
    }
}

/* Changed bytes may give another picture or a message, and nothing worse. */
Test(picture, damaged_png)
{
    unsigned char pixels[16] = {0, 9, 200, 31, 4, 255};
    fovea_picture picture = {.width = 4, .height = 4, .channels = 1, .at = pixels}, back;
    fovea_bytes bytes = written_png(&picture, "damaged.png");
    for (size_t i = 8; i < bytes.size; i++)
        for (int bit = 0; bit < 8; bit++) {
            bytes.at[i] ^= (unsigned char)(1 << bit);
            fovea_fault fault = {""};
            if (fovea_png_read(&back, bytes.at, bytes.size, "damaged.png", &fault))
                fovea_picture_free(&back);
            else
                cr_expect(fault.text[0]);
            bytes.at[i] ^= (unsigned char)(1 << bit);
        }
    fovea_bytes_free(&bytes);
}

/* ---- PGM and PPM ---- */

Test(pnm, round_trip)
{
    for (int channels = 1; channels <= 3; channels += 2) {
        unsigned char pixels[4 * 4 * 3];
        for (size_t i = 0; i < sizeof pixels; i++)
            pixels[i] = (unsigned char)(i * 5);
        fovea_picture picture = {.width = 4, .height = 4, .channels = channels, .at = pixels}, back;
        Scratch s;
        scratch_begin(&s, "round.pnm");
        fovea_fault fault = {""};
        fovea_bytes bytes;
        cr_assert(fovea_pnm_write(s.path, &picture, &fault), "%s", fault.text);
        cr_assert(fovea_bytes_read(&bytes, s.path, 1 << 20, &fault), "%s", fault.text);
        scratch_end(&s);
        cr_assert(fovea_is_pnm(bytes.at, bytes.size));
        cr_assert(fovea_pnm_read(&back, bytes.at, bytes.size, "round.pnm", &fault), "%s", fault.text);
        cr_assert(back.width == 4 && back.height == 4 && back.channels == channels);
        cr_expect_arr_eq(back.at, pixels, 16 * (size_t)channels);
        fovea_picture_free(&back);
        refuse_prefixes(bytes.at, bytes.size, &grey_port, "short.pnm");
        fovea_bytes_free(&bytes);
    }
}

/* Headers before the two bytes "ab": taken as 1 x 2 grey pixels, or refused with these words. */
Test(pnm, headers)
{
    static const struct {
        const char *header, *refused;
    } cases[] = {
        {"P5 1 2 255\n", NULL},
        {"P5\n# made by hand\n1 2\n# brightest\n255\n", NULL},
        {"P5#c\n\t\r\v 1#w\n2 255 ", NULL},
        {"P5 0001 2 255\n", NULL},
        {"P5 1 2 256\n", "samples up to 256"},
        {"P5 1 2 15\n", "samples up to 15;"},
        {"P5 1 2 65535\n", "samples up to 65535"},
        {"P5 2 2 255\n", "2 bytes of pixels, its header says 4"},
        {"P5 1 1 255\n", "2 bytes of pixels, its header says 1"},
        {"P6 1 2 255\n", "2 bytes of pixels, its header says 6"},
        {"P5 0 2 255\n", "0x2"},
        {"P5 99999999999999999999999999 9999999999999999999999999999 255\n", "pixels are read"},
        {"P5 4294967297 2 255\n", "pixels are read"},
        {"P5 -1 2 255\n", "broken PNM"},
        {"P5 1 2\n", "broken PNM"},
        {"P5 1 2 255", "broken PNM"},
        {"P5 1 2 255#\n", "broken PNM"},
        {"P5 # and nothing else", "broken PNM"},
        {"P2 1 2 255\n", "kind P2; P5 and P6 are read"},
        {"P7\n", "kind P7;"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        size_t size = strlen(cases[i].header) + 2;
        unsigned char *file = malloc(size); /* of exact size: what is read beyond is noticed */
        cr_assert(file);
        memcpy(file, cases[i].header, size - 2);
        memcpy(file + size - 2, "ab", 2);
        fovea_picture picture = {0};
        fovea_fault fault = {""};
        cr_assert(fovea_is_pnm(file, size), "%s", cases[i].header);
        bool fine = fovea_pnm_read(&picture, file, size, "x.pgm", &fault);
        cr_expect_eq(fine, !cases[i].refused, "%s: %s", cases[i].header, fault.text);
        if (fine)
            cr_expect(picture.width == 1 && picture.height == 2 && memcmp(picture.at, "ab", 2) == 0);
        else
            cr_expect(cases[i].refused && strstr(fault.text, cases[i].refused), "%s: %s", cases[i].header, fault.text);
        fovea_picture_free(&picture);
        free(file);
    }
}

/* 16 x 16 pixels of one ink; in the files of Adobe's programs 255 is none. */
static fovea_bytes written_cmyk(const unsigned char ink[4], J_COLOR_SPACE space, bool adobe)
{
    struct jpeg_compress_struct jpeg;
    struct jpeg_error_mgr errors;
    unsigned char row[16 * 4], *rows[] = {row}, *file = NULL;
    unsigned long size = 0;
    for (int i = 0; i < 16 * 4; i++)
        row[i] = adobe ? (unsigned char)(255 - ink[i % 4]) : ink[i % 4];
    jpeg.err = jpeg_std_error(&errors);
    jpeg_create_compress(&jpeg);
    jpeg_mem_dest(&jpeg, &file, &size);
    jpeg.image_width = jpeg.image_height = 16;
    jpeg.input_components = 4;
    jpeg.in_color_space = JCS_CMYK;
    jpeg_set_defaults(&jpeg);
    jpeg_set_colorspace(&jpeg, space);
    jpeg_set_quality(&jpeg, 100, TRUE);
    jpeg.write_Adobe_marker = adobe;
    jpeg_start_compress(&jpeg, TRUE);
    while (jpeg.next_scanline < jpeg.image_height)
        jpeg_write_scanlines(&jpeg, rows, 1);
    jpeg_finish_compress(&jpeg);
    jpeg_destroy_compress(&jpeg);
    return (fovea_bytes){.at = file, .size = size};
}

Test(picture, cmyk_jpeg)
{
    static const struct {
        unsigned char ink[4], wanted[3];
    } cases[] = {{{0, 0, 0, 0}, {255, 255, 255}}, {{0, 255, 0, 0}, {255, 0, 255}}, {{51, 0, 102, 128}, {102, 127, 76}}};
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        for (int form = 0; form < 3; form++) {
            fovea_bytes file = written_cmyk(cases[i].ink, form == 2 ? JCS_YCCK : JCS_CMYK, form > 0);
            fovea_picture picture;
            fovea_fault fault = {""};
            cr_assert(fovea_jpeg_read(&picture, file.at, file.size, "ink.jpg", &fault), "%s", fault.text);
            cr_assert(picture.width == 16 && picture.height == 16 && picture.channels == 3);
            for (int k = 0; k < 16 * 16 * 3; k++)
                cr_assert(abs(picture.at[k] - cases[i].wanted[k % 3]) <= 1, "ink %zu, form %d: %d", i, form,
                          picture.at[k]);
            fovea_picture_free(&picture);
            refuse_prefixes(file.at, file.size - 2, &grey_port, "short.jpg"); /* the end marker may be absent */
            fovea_bytes_free(&file);
        }
}

Test(picture, unknown_content_is_named)
{
    Scratch s;
    scratch_begin(&s, "text.png");
    cr_assert(text_write(s.path, "hello, I am no picture", 22));
    fovea_input input;
    fovea_fault fault = {""};
    cr_expect_not(fovea_input_open(&input, s.path, &grey_port, &fault));
    cr_expect(strstr(fault.text, "is not a PNG, JPEG, PNM, .npy or IDX file, nor the 64 bytes of input 'image'"), "%s",
              fault.text);
    scratch_end(&s);
}

/* ---- inputs ---- */

Test(input, bytes_are_interleaved_and_in_the_order_asked_for)
{
    const unsigned char colour[] = {10, 20, 30, 40, 50, 60, 70, 80, 90, 100, 110, 120};
    unsigned char pixels[12];
    memcpy(pixels, colour, sizeof pixels);
    fovea_picture picture = {.width = 2, .height = 2, .channels = 3, .at = pixels};
    Scratch s;
    scratch_begin(&s, "colour.png");
    fovea_fault fault = {""};
    cr_assert(fovea_png_write(s.path, &picture, &fault), "%s", fault.text);
    fovea_port port = {.name = "x", .rank = 3, .dims = {3, 2, 2}, .is_u8 = 1, .bgr = 1};
    fovea_input input;
    unsigned char bytes[12];
    float planes[12];
    cr_assert(fovea_input_open(&input, s.path, &port, &fault), "%s", fault.text);
    cr_assert(fovea_input_get(&input, 0, bytes, &fault), "%s", fault.text);
    const unsigned char wanted[] = {30, 20, 10, 60, 50, 40, 90, 80, 70, 120, 110, 100};
    cr_expect_arr_eq(bytes, wanted, sizeof wanted);
    port.is_u8 = port.bgr = 0;
    cr_assert(fovea_input_get(&input, 0, planes, &fault), "%s", fault.text);
    for (int c = 0; c < 3; c++)
        for (int i = 0; i < 4; i++)
            cr_expect_eq(planes[c * 4 + i], (float)colour[i * 3 + c] / 255.0F);
    fovea_input_close(&input);
    scratch_end(&s);
}

Test(input, raw_bytes_are_those_of_the_input)
{
    static const fovea_port bytes_port = {.name = "frame", .rank = 3, .dims = {3, 2, 2}, .is_u8 = 1};
    static const fovea_port floats_port = {.name = "values", .rank = 1, .dims = {3}};
    const fovea_port *ports[] = {&bytes_port, &floats_port};
    const unsigned char file[13] = {200, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
    for (size_t p = 0; p < COUNT_OF(ports); p++)
        for (size_t size = 11; size <= 13; size++) {
            Scratch s;
            scratch_begin(&s, "frame.raw");
            cr_assert(text_write(s.path, file, size));
            fovea_input input;
            fovea_fault fault = {""};
            unsigned char back[12] = {0};
            bool fine = fovea_input_open(&input, s.path, ports[p], &fault);
            cr_expect_eq(fine, size == 12, "%zu bytes: %s", size, fault.text);
            cr_expect(fine || strstr(fault.text, "nor the 12 bytes of input '"), "%s", fault.text);
            if (fine) {
                cr_expect_eq(input.count, 1);
                cr_expect(fovea_input_get(&input, 0, back, &fault));
                cr_expect_arr_eq(back, file, 12);
                fovea_input_close(&input);
            }
            scratch_end(&s);
        }
}

Test(input, arrays_count_examples_by_their_leading_axes)
{
    static const struct {
        const char *shape;
        int64_t examples; /* of 1x4x4 in an array of 64 bytes; 0: refused */
    } cases[] = {{"(4, 4, 4)", 4},    {"(4, 1, 4, 4)", 4}, {"(2, 2, 4, 4)", 4},
                 {"(1, 4, 4, 4)", 4}, {"(64,)", 0},        {"(4, 16)", 0}};
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        char header[128];
        unsigned char file[256], data[64];
        for (int k = 0; k < 64; k++)
            data[k] = (unsigned char)k;
        snprintf(header, sizeof header, "{'descr': '|u1', 'fortran_order': False, 'shape': %s, }", cases[i].shape);
        Scratch s;
        scratch_begin(&s, "examples.npy");
        cr_assert(text_write(s.path, file, npy_make(file, header, data, sizeof data)));
        fovea_input input;
        fovea_fault fault = {""};
        float values[16];
        bool fine = fovea_input_open(&input, s.path, &grey_port, &fault);
        cr_assert_eq(fine, cases[i].examples > 0, "%s: %s", cases[i].shape, fault.text);
        if (fine) {
            cr_expect_eq(input.count, cases[i].examples);
            cr_assert(fovea_input_get(&input, 3, values, &fault));
            cr_expect_eq(values[15], 63.0F, "numbers in arrays are taken as they are");
            fovea_input_close(&input);
        }
        scratch_end(&s);
    }
}
