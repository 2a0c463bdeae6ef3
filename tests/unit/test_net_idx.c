#include "test_data.h"

#include "net/read.h"

/* The bytes of a string literal without its end. */
#define BYTES(text) (const unsigned char *)(text), sizeof(text) - 1

/* Numbers as IEEE 754 and two's complement have them, most significant byte first. */
START_TEST(every_type_is_read)
{
    static const struct {
        const unsigned char *bytes;
        size_t length, rows, columns;
        double values[4];
    } cases[] = {
        {BYTES("\0\0\x08\1\0\0\0\3\5\0\x09"), 3, 1, {5, 0, 9}},
        {BYTES("\0\0\x08\3\0\0\0\2\0\0\0\1\0\0\0\2\0\1\x80\xff"), 2, 2, {0, 1, 128, 255}},
        {BYTES("\0\0\x09\1\0\0\0\3\x7f\x80\xff"), 3, 1, {127, -128, -1}},
        {BYTES("\0\0\x0b\1\0\0\0\2\1\2\x80\0"), 2, 1, {258, -32768}},
        {BYTES("\0\0\x0c\1\0\0\0\2\x7f\xff\xff\xff\xff\xff\xff\xfe"), 2, 1, {2147483647, -2}},
        {BYTES("\0\0\x0d\1\0\0\0\1\xc0\x20\0\0"), 1, 1, {-2.5}},
        {BYTES("\0\0\x0e\1\0\0\0\1\x3f\xf8\0\0\0\0\0\0"), 1, 1, {1.5}},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_data *matrix = NULL;
        struct bs_error err = {.text = "read"};
        ck_assert_msg(bs_idx_read(&matrix, cases[i].bytes, cases[i].length, false, &err) == BS_OK,
                      "case %zu: %s", i, err.text);
        check_matrix(matrix, cases[i].rows, cases[i].columns, cases[i].values);
        bs_data_drop(matrix);
    }
}
END_TEST

START_TEST(bytes_are_scaled_on_request)
{
    struct bs_data *matrix = NULL;
    struct bs_error err;
    ck_assert_int_eq(
        bs_idx_read(&matrix, BYTES("\0\0\x08\2\0\0\0\1\0\0\0\3\0\x33\xff"), true, NULL), BS_OK);
    check_matrix(matrix, 1, 3, (const double[]){0, 0.2, 1});
    bs_data_drop(matrix);
    matrix = NULL;
    ck_assert_int_eq(bs_idx_read(&matrix, BYTES("\0\0\x09\1\0\0\0\1\1"), true, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "only bytes are scaled by 1/255, and it holds signed bytes");
    ck_assert_ptr_null(matrix);
}
END_TEST

START_TEST(a_damaged_file_is_refused)
{
    static const struct {
        const unsigned char *bytes;
        size_t length;
        const char *message;
    } cases[] = {
        {BYTES(""), "it is no IDX file: it has 0 bytes, and the first 4 say what it holds"},
        {BYTES("\0\0\x08"), "it is no IDX file: it has 3 bytes, and the first 4 say what it holds"},
        {BYTES("\x1f\x8b\x08\0"), "it is compressed: unpack it first, as by gunzip"},
        {BYTES("\0\1\x08\1\0\0\0\1\0"),
         "it is no IDX file: it starts with the bytes 00 01 08 01, not with 00 00, a type and a "
         "number of dimensions"},
        {BYTES("\0\0\x0a\1\0\0\0\1\0"),
         "it is no IDX file: it starts with the bytes 00 00 0A 01, not with 00 00, a type and a "
         "number of dimensions"},
        {BYTES("\0\0\x08\0"),
         "it is no IDX file: it starts with the bytes 00 00 08 00, not with 00 00, a type and a "
         "number of dimensions"},
        {BYTES("\0\0\x08\2\0\0\0\1\0\0"),
         "it ends at byte 10, before the sizes of its 2 dimensions do"},
        {BYTES("\0\0\x08\xff\0\0\0\1"),
         "it ends at byte 8, before the sizes of its 255 dimensions do"},
        {BYTES("\0\0\x08\1\0\0\0\0"), "dimension 1 of its 1 has the size 0"},
        {BYTES("\0\0\x08\1\0\0\0\2\7"),
         "its sizes ask for 2 rows of 1 bytes, 2 bytes, but 1 bytes follow"},
        {BYTES("\0\0\x0b\2\0\0\0\1\0\0\0\2\1\2\3\4\5"),
         "its sizes ask for 1 rows of 2 short integers, 4 bytes, but 5 bytes follow"},
        {BYTES("\0\0\x08\2\xff\xff\xff\xff\xff\xff\xff\xff\1"),
         "its sizes ask for 4294967295 rows of 4294967295 bytes, 18446744065119617025 bytes, but 1 "
         "bytes follow"},
        {BYTES("\0\0\x08\3\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\1"),
         "its sizes are too large for any file, which has 17 bytes"},
        {BYTES("\0\0\x0d\1\0\0\0\2\0\0\0\0\x7f\xc0\0\0"),
         "number 1 of row 2 is nan, which is not finite"},
        {BYTES("\0\0\x0e\2\0\0\0\1\0\0\0\2\0\0\0\0\0\0\0\0\xff\xf0\0\0\0\0\0\0"),
         "number 2 of row 1 is -inf, which is not finite"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_data *matrix = NULL;
        struct bs_error err = {.text = "read"};
        bs_idx_read(&matrix, cases[i].bytes, cases[i].length, false, &err);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(matrix);
    }
}
END_TEST

static bool read_one(void *context)
{
    struct bs_data *matrix = NULL;
    (void)context;
    bool worked = bs_idx_read(&matrix, BYTES("\0\0\x08\1\0\0\0\1\1"), false, NULL) == BS_OK;
    bs_data_drop(matrix);
    return worked;
}

START_TEST(a_refused_request_for_memory_is_an_error)
{
    bs_refuse_each_allocation(read_one, NULL);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("idx", (const TTest *const[]){
                                  every_type_is_read,
                                  bytes_are_scaled_on_request,
                                  a_damaged_file_is_refused,
                                  a_refused_request_for_memory_is_an_error,
                                  NULL,
                              });
}
