/* test_safetensors.c - safetensors files: written and read back, of every float type, and hostile ones. */
#include <criterion/criterion.h>

#include <math.h>
#include <sys/stat.h>

#include "support/file.h"
#include "tests/support/dataset.h"
#include "tests/support/files.h"
#include "tests/support/scratch.h"
#include "weights/safetensors.h"

/* Writes a file of this header, `data_bytes` bytes of data after it. */
static void write_file(Scratch *s, const char *header, size_t length, const void *data, size_t data_bytes)
{
    Buf buf = {0};
    for (int i = 0; i < 8; i++)
        buf_bytes(&buf, &(char){(char)((uint64_t)length >> 8 * i)}, 1);
    buf_bytes(&buf, header, length);
    for (size_t i = 0; !data && i < data_bytes; i++)
        buf_bytes(&buf, "\x3f", 1);
    if (data)
        buf_bytes(&buf, data, data_bytes);
    cr_assert(text_write(s->path, buf.text, buf.length));
    buf_free(&buf);
}

/* Opens the file, reads every number in it, and closes it. */
static bool open_and_read(Scratch *s)
{
    SafetensorsFile file;
    if (!safetensors_open(&file, s->arena, &s->diag, s->path, NOWHERE)) {
        cr_assert(s->diag.errors > 0);
        return false;
    }
    for (uint32_t i = 0; i < file.tensors.count; i++) {
        const SafeTensor *tensor = &file.tensors.at[i];
        float *numbers = NULL;
        if (tensor->type != ST_OTHER) {
            numbers = calloc((size_t)shape_count(&tensor->shape) + 1, sizeof *numbers);
            cr_assert(safetensors_read(tensor, numbers));
        }
        free(numbers);
        cr_assert_eq(safetensors_find(&file, tensor->name), tensor);
    }
    safetensors_close(&file);
    return true;
}

static void expect_refused(Scratch *s, const char *header, size_t data_bytes, const char *why)
{
    write_file(s, header, strlen(header), NULL, data_bytes);
    buf_clear(&s->said);
    s->diag.errors = 0;
    cr_expect_not(open_and_read(s), "%.80s", header);
    cr_expect(strstr(buf_text(&s->said), why), "%.80s\n%s\nlacks \"%s\"", header, buf_text(&s->said), why);
    cr_expect_eq(s->diag.errors, 1, "one error is enough");
}

Test(safetensors, round_trip)
{
    Scratch s;
    scratch_begin(&s, "x.safetensors");
    float kernel[6] = {1, -2, 0.5f, INFINITY, -0.0f, 1e-42f}, number = 7, back[6];
    SafeTensor tensors[] = {
        {.name = "b.weight", .shape = SHAPE(2, 1, 3), .data = (unsigned char *)kernel, .bytes = sizeof kernel},
        {.name = "a \"quoted\" \\ name", .data = (unsigned char *)&number, .bytes = sizeof number},
        {.name = "none", .shape = SHAPE(3, 0), .data = (unsigned char *)kernel, .bytes = 0},
    };
    cr_assert(safetensors_write(&s.diag, s.path, tensors, COUNT_OF(tensors)));
    SafetensorsFile file;
    cr_assert(safetensors_open(&file, s.arena, &s.diag, s.path, NOWHERE), "%s", buf_text(&s.said));
    cr_assert_eq(file.tensors.count, 3);
    cr_expect_str_eq(file.tensors.at[0].name, tensors[1].name);
    cr_expect_null(safetensors_find(&file, "b"));
    const SafeTensor *found = safetensors_find(&file, "b.weight");
    cr_assert(found && shape_equal(&found->shape, &tensors[0].shape) && found->type == ST_F32);
    cr_expect_eq((uintptr_t)found->data % 4, 0, "data are aligned");
    cr_expect(safetensors_read(found, back) && !memcmp(back, kernel, sizeof back));
    cr_expect(safetensors_read(&file.tensors.at[0], back) && back[0] == 7);
    safetensors_close(&file);
    safetensors_close(&file);
    tensors[2].name = "b.weight";
    cr_expect_not(safetensors_write(&s.diag, s.path, tensors, COUNT_OF(tensors)));
    cr_expect_not(safetensors_write(&s.diag, "/dev/full", tensors, 1));
    cr_assert(safetensors_write(&s.diag, s.path, NULL, 0) && open_and_read(&s));
    scratch_end(&s);
}

/* Every half there is, against its definition. */
Test(safetensors, halves)
{
    static unsigned char data[2 * 65536];
    static float out[65536];
    for (uint32_t half = 0; half < 65536; half++) {
        data[2 * half] = (unsigned char)half;
        data[2 * half + 1] = (unsigned char)(half >> 8);
    }
    SafeTensor tensor = {.type = ST_F16, .shape = SHAPE(65536), .data = data, .bytes = sizeof data};
    cr_assert(safetensors_read(&tensor, out));
    for (uint32_t half = 0; half < 65536; half++) {
        int exponent = half >> 10 & 31, fraction = half & 1023;
        double value = exponent ? ldexp(1024 + fraction, exponent - 25) : ldexp(fraction, -24);
        if (exponent == 31)
            value = fraction ? NAN : INFINITY;
        if (isnan(value))
            cr_assert(isnan(out[half]));
        else
            cr_assert(out[half] == (float)copysign(value, half >> 15 ? -1 : 1) && !signbit(out[half]) == !(half >> 15),
                      "half %04x", half);
    }
}

Test(safetensors, types)
{
    Scratch s;
    scratch_begin(&s, "x.safetensors");
    static const char header[] = "{\"__metadata__\":{\"a\":\"\\n{[\"},"
                                 "\"d\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[0,16]},"
                                 "\"b\":{\"dtype\":\"BF16\",\"data_offsets\":[16,18],\"shape\":[1]},"
                                 "\"i\":{\"dtype\":\"I64\",\"shape\":[],\"data_offsets\":[18,26]},"
                                 "\"n\":{\"dtype\":\"F4_NEW\",\"shape\":[4,1],\"data_offsets\":[26,28]}}  \n ";
    unsigned char data[28];
    memcpy(data, (double[]){0.1, 1e300}, 16);
    memcpy(data + 16, "\x80\xbf", 2);
    write_file(&s, header, strlen(header), data, sizeof data);
    SafetensorsFile file;
    float out[2];
    cr_assert(safetensors_open(&file, s.arena, &s.diag, s.path, NOWHERE), "%s", buf_text(&s.said));
    cr_assert_eq(file.tensors.count, 4);
    cr_expect(safetensors_read(safetensors_find(&file, "d"), out) && out[0] == 0.1f && isinf(out[1]));
    cr_expect(safetensors_read(safetensors_find(&file, "b"), out) && out[0] == -1);
    cr_expect_not(safetensors_read(safetensors_find(&file, "i"), out));
    cr_expect_str_eq(safetensors_find(&file, "i")->type_name, "I64");
    cr_expect_not(safetensors_read(safetensors_find(&file, "n"), out));
    safetensors_close(&file);
    scratch_end(&s);
}

#define TENSOR(name, dtype, shape, offsets)                                                                            \
    "\"" name "\":{\"dtype\":\"" dtype "\",\"shape\":" shape ",\"data_offsets\":" offsets "}"

Test(safetensors, hostile_headers)
{
    static const struct {
        const char *header;
        size_t data_bytes;
        const char *why;
    } cases[] = {
        {"", 0, "does not begin with '{'"},
        {" {}", 0, "does not begin with '{'"},
        {"[]", 0, "does not begin with '{'"},
        {"{", 0, "is not JSON"},
        {"{}x", 0, "is not JSON (byte 2 of the header)"},
        {"{\"a\":tru}", 0, "is not JSON"},
        {"{\"a\":1}", 0, "'a' has no dtype"},
        {"{\"a\":{}}", 0, "'a' has no dtype"},
        {"{\"a\":{\"dtype\":7}}", 0, "'a' has no dtype"},
        {"{\"a\":{\"dtype\":\"F32\"}}", 0, "'a' has no shape"},
        {"{\"a\":{\"dtype\":\"F32\",\"shape\":[1]}}", 0, "'a' has no data_offsets"},
        {"{" TENSOR("a", "F32", "[1.5]", "[0,4]") "}", 4, "shape of 'a' is not made of whole numbers"},
        {"{" TENSOR("a", "F32", "[-1]", "[0,4]") "}", 4, "shape of 'a' is not made of whole numbers"},
        {"{" TENSOR("a", "F32", "[1e400]", "[0,4]") "}", 4, "shape of 'a' is not made of whole numbers"},
        {"{" TENSOR("a", "F32", "[\"1\"]", "[0,4]") "}", 4, "shape of 'a' is not made of whole numbers"},
        {"{" TENSOR("a", "F32", "[1,1,1,1,1,1,1]", "[0,4]") "}", 4, "'a' has more than 6 axes"},
        {"{" TENSOR("a", "F32", "[4294967296,4294967296]", "[0,0]") "}", 0, "the shape of 'a' overflows"},
        {"{" TENSOR("a", "F32", "[4611686018427387904]", "[0,0]") "}", 0, "not made of whole numbers"},
        {"{" TENSOR("a", "F32", "[2147483648,2147483648]", "[0,0]") "}", 0, "numbers of F32 in 0 bytes"},
        {"{" TENSOR("a", "F32", "[1]", "[0,3]") "}", 4, "'a' has 1 numbers of F32 in 3 bytes"},
        {"{" TENSOR("a", "F32", "[1]", "[0,8]") "}", 4, "'a' lies at bytes 0 to 8 of 4 bytes of data"},
        {"{" TENSOR("a", "F32", "[1]", "[4,0]") "}", 4, "'a' lies at bytes 4 to 0"},
        {"{" TENSOR("a", "F32", "[1]", "[0]") "}", 4, "'a' has no data_offsets of two whole numbers"},
        {"{" TENSOR("a", "F32", "[1]", "[0,4,8]") "}", 8, "'a' has no data_offsets of two whole numbers"},
        {"{" TENSOR("a", "F32", "[1]", "[-4,0]") "}", 8, "'a' has no data_offsets of two whole numbers"},
        {"{" TENSOR("a", "F32", "[1]", "[9007199254740992,9007199254740996]") "}", 8, "'a' has no data_offsets"},
        {"{" TENSOR("a", "F32", "[1]", "[0,4]") "," TENSOR("b", "F32", "[1]", "[3,7]") "}", 8, "'a' and 'b' overlap"},
        {"{}", 1, "bytes 0 to 1 of 1 bytes of data belong to no tensor"},
        {"{" TENSOR("a", "F32", "[1]", "[0,4]") "}", 7, "bytes 4 to 7 of 7 bytes of data belong to no tensor"},
        {"{" TENSOR("a", "F32", "[1]", "[1,5]") "}", 5, "bytes 0 to 1 of 5 bytes"},
        {"{" TENSOR("a", "F32", "[1]", "[0,4]") "," TENSOR("b", "F32", "[1]", "[6,10]") "}", 10, "bytes 4 to 6 of 10"},
        {"{" TENSOR("a", "F32", "[2]", "[0,8]") "," TENSOR("e", "F32", "[0]", "[4,4]") "," TENSOR("b", "F32", "[1]",
                                                                                                  "[4,8]") "}",
         8, "'a' and 'b' overlap"},
        {"{" TENSOR("a", "F32", "[1]", "[0,4]") "," TENSOR("a", "F32", "[1]", "[4,8]") "}", 8, "two tensors named 'a'"},
        {"{" TENSOR("a\\u0000b", "F32", "[1]", "[0,4]") "}", 4, "has a NUL in a string"},
        {"{" TENSOR("a\\u001b", "F32", "[1]", "[0,4]") "}", 4, "a tensor's name has a control character"},
        {"{" TENSOR("a\\u009b", "F32", "[1]", "[0,4]") "}", 4, "a tensor's name has a control character"},
        {"{" TENSOR("a", "\\u0007", "[1]", "[0,4]") "}", 4, "a dtype has a control character"},
        {"{" TENSOR("a\tb", "F32", "[1]", "[0,4]") "}", 4, "has a control byte in a string"},
        {"{\x01}", 0, "has a control byte"},
        {"{" TENSOR("\xff", "F32", "[1]", "[0,4]") "}", 4, "is not UTF-8"},
        {"{" TENSOR("\xc0\x80", "F32", "[1]", "[0,4]") "}", 4, "is not UTF-8"},
        {"{" TENSOR("\xed\xa0\x80", "F32", "[1]", "[0,4]") "}", 4, "is not UTF-8"},
        {"{" TENSOR("a", "F32", "[[[1]]]", "[0,4]") "}", 4, "is nested too deeply"},
        {"{\"a\":\"\\", 0, "is not JSON"},
    };
    Scratch s;
    scratch_begin(&s, "x.safetensors");
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        expect_refused(&s, cases[i].header, cases[i].data_bytes, cases[i].why);
    scratch_end(&s);
}

/* Headers that are small to write and would be costly to parse. */
Test(safetensors, hostile_sizes, .timeout = 30)
{
    enum { LONG = 2 * 1000 * 1000 };
    Scratch s;
    scratch_begin(&s, "x.safetensors");
    char *text = arena_alloc(s.arena, LONG + 1);
    memset(text, '[', LONG);
    text[0] = '{';
    expect_refused(&s, text, 0, "is nested too deeply");
    memcpy(text, "{\"a\":[", 6);
    for (size_t i = 6; i < LONG; i++)
        text[i] = i % 2 ? ',' : '0';
    expect_refused(&s, text, 0, "has more numbers than tensors can use");
    memset(text + 2, 'n', LONG - 2);
    strcpy(text + LONG - 4, "\":1}");
    expect_refused(&s, text, 0, "a tensor's name is longer than 1024 bytes");

    cr_assert(text_write(s.path, "\xff\xff\xff\xff\xff\xff\xff\xff{}", 10));
    cr_expect_not(open_and_read(&s));
    cr_expect(strstr(buf_text(&s.said), "its header should have 18446744073709551615 bytes, the file has 10"));
    cr_assert(text_write(s.path, "\0\0\0\x10\0\0\0\0", 8));
    cr_expect_not(open_and_read(&s));
    cr_expect(strstr(buf_text(&s.said), "its header should have 268435456 bytes, the file has 8"));
    cr_expect_not(safetensors_open(&(SafetensorsFile){0}, s.arena, &s.diag, s.folder, NOWHERE));
    const char *fifo = path_join(s.arena, s.folder, "fifo");
    cr_assert_eq(mkfifo(fifo, 0600), 0);
    cr_expect_not(safetensors_open(&(SafetensorsFile){0}, s.arena, &s.diag, fifo, NOWHERE));
    scratch_end(&s);
}

/* A sound file cut at every length, and with every byte changed in a few ways: it is refused, or reading it is safe. */
Test(safetensors, damaged_files, .timeout = 120)
{
    static const char header[] =
        "{" TENSOR("conv.weight", "F32", "[2,1,1,3]", "[0,24]") "," TENSOR("conv.bias", "F16", "[2]", "[24,28]") "}";
    Scratch s;
    scratch_begin(&s, "x.safetensors");
    size_t length;
    write_file(&s, header, strlen(header), NULL, 28);
    cr_assert(open_and_read(&s), "%s", buf_text(&s.said));
    char *whole = text_read(s.arena, s.path, &length);
    for (size_t bytes = 0; bytes < length; bytes++) {
        cr_assert(text_write(s.path, whole, bytes));
        cr_assert_not(open_and_read(&s), "cut to %zu bytes", bytes);
    }
    for (size_t i = 0; i < 8 + strlen(header); i++) {
        static const char others[] = "\0\xff\"{}[],:0919e-\\u ";
        char saved = whole[i];
        for (size_t o = 0; o < sizeof others; o++) {
            whole[i] = others[o];
            cr_assert(text_write(s.path, whole, length));
            open_and_read(&s);
        }
        whole[i] = saved;
    }
    scratch_end(&s);
}

Test(safetensors, real_file)
{
    Scratch s;
    scratch_begin(&s, "x.safetensors");
    const char *folder = material_folder(s.arena, "nets/lenet5");
    if (!folder) {
        scratch_end(&s);
        cr_skip_test("the test material is not there");
    }
    SafetensorsFile file;
    const char *path = path_join(s.arena, folder, "lenet5_fashion.safetensors");
    cr_assert(safetensors_open(&file, s.arena, &s.diag, path, NOWHERE), "%s", buf_text(&s.said));
    int64_t parameters = 0;
    for (uint32_t i = 0; i < file.tensors.count; i++)
        parameters += shape_count(&file.tensors.at[i].shape);
    cr_expect_eq(file.tensors.count, 10);
    cr_expect_eq(parameters, 61706);
    const SafeTensor *kernel = safetensors_find(&file, "conv1.weight");
    cr_assert(kernel && kernel->shape.rank == 4 && kernel->bytes == 600);
    float numbers[150];
    cr_expect(safetensors_read(kernel, numbers));
    for (size_t i = 0; i < COUNT_OF(numbers); i++)
        cr_expect(fabsf(numbers[i]) < 10);
    safetensors_close(&file);
    scratch_end(&s);
}
