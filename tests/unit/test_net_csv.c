#include "test_data.h"

#include "base/interrupt.h"
#include "net/read.h"

static const struct bs_csv_form usual = {',', BS_HEADER_IF_WORDS, NULL, 0};

static int read(struct bs_data **out, const char *text, const struct bs_csv_form *form,
                struct bs_error *err)
{
    return bs_csv_read(out, text, strlen(text), form, err);
}

START_TEST(files_as_people_have_them_are_read)
{
    static const struct {
        const char *text;
        size_t rows, columns;
        double values[6];
        const char *first, *last; /* names; "": none */
    } cases[] = {
        {"1,2,3\n4,5,6\n", 2, 3, {1, 2, 3, 4, 5, 6}, "", ""},
        {"1,2,3\n4,5,6", 2, 3, {1, 2, 3, 4, 5, 6}, "", ""},
        {"1,2,3\r\n4,5,6\r\n", 2, 3, {1, 2, 3, 4, 5, 6}, "", ""},
        {"1,2,3\r4,5,6\r", 2, 3, {1, 2, 3, 4, 5, 6}, "", ""},
        {"\n\n1,2,3\n\n4,5,6\n\n\n", 2, 3, {1, 2, 3, 4, 5, 6}, "", ""},
        {"a,b,c\n1,2,3\n4,5,6\n", 2, 3, {1, 2, 3, 4, 5, 6}, "a", "c"},
        {"\xEF\xBB\xBF密度,含糖率\n0.697,0.460\n", 1, 2, {0.697, 0.46}, "密度", "含糖率"},
        {" a , \"b, c\"\n \"1\" , -2.5e-3\n", 1, 2, {1, -0.0025}, "a", "b, c"},
        {"\"two\nlines\",b\n1,2\n", 0, 0, {0}, "", ""},
        {"\"say \"\"a\"\"\",\n+1,.5\n", 1, 2, {1, 0.5}, "say \"a\"", ""},
        {"7", 1, 1, {7}, "", ""},
        {"7\n", 1, 1, {7}, "", ""},
        {"x\n7\n8\n", 2, 1, {7, 8}, "x", "x"},
        {"-0,1e-400\n", 1, 2, {0, 0}, "", ""},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_data *matrix = NULL;
        struct bs_error err = {.text = "read"};
        int status = read(&matrix, cases[i].text, &usual, &err);
        if (cases[i].rows == 0) {
            ck_assert_int_eq(status, BS_REFUSED);
            continue;
        }
        ck_assert_msg(status == BS_OK, "%s: %s", cases[i].text, err.text);
        check_matrix(matrix, cases[i].rows, cases[i].columns, cases[i].values);
        ck_assert_str_eq(name_of(matrix, 0), cases[i].first);
        ck_assert_str_eq(name_of(matrix, cases[i].columns - 1), cases[i].last);
        bs_data_drop(matrix);
    }
}
END_TEST

START_TEST(a_separator_and_a_header_are_as_told)
{
    struct bs_data *matrix = NULL;
    const struct bs_csv_form named = {';', BS_HEADER_YES, NULL, 0};
    const struct bs_csv_form tabbed = {'\t', BS_HEADER_NO, NULL, 0};
    ck_assert_int_eq(read(&matrix, "2023;2024\n1;2\n", &named, NULL), BS_OK);
    check_matrix(matrix, 1, 2, (const double[]){1, 2});
    ck_assert_str_eq(bs_data_name(matrix, 1), "2024");
    bs_data_drop(matrix);
    ck_assert_int_eq(read(&matrix, "1\t2\n", &tabbed, NULL), BS_OK);
    check_matrix(matrix, 1, 2, (const double[]){1, 2});
    bs_data_drop(matrix);
}
END_TEST

START_TEST(columns_that_are_not_wanted_may_have_words)
{
    static const char text[] = "id,density,sort,sugar\nA,0.5,green,2\nB,0.75,black,4\n";
    const struct bs_wanted wanted[] = {{"sugar", 0}, {NULL, 2}};
    const struct bs_csv_form form = {',', BS_HEADER_IF_WORDS, wanted, 2};
    struct bs_data *matrix = NULL;
    ck_assert_int_eq(read(&matrix, text, &form, NULL), BS_OK);
    check_matrix(matrix, 2, 2, (const double[]){2, 0.5, 4, 0.75});
    ck_assert_str_eq(bs_data_name(matrix, 0), "sugar");
    ck_assert_str_eq(bs_data_name(matrix, 1), "density");
    bs_data_drop(matrix);
}
END_TEST

#define NO_NUMBER(place, word) place ": \"" word "\" is not a finite number"

START_TEST(a_damaged_file_is_refused_with_line_and_column)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"", "there is nothing in it"},
        {"\n \n", "there is nothing in it"},
        {"a,b\n", "there is no line of numbers after line 1"},
        {"1,2\n3\n", "line 2 has 1 value where line 1 has 2"},
        {"a,b\n\n1,2\n3,4,5\n", "line 4 has 3 values where line 1 has 2"},
        {"1,2\n3,x\n", NO_NUMBER("line 2, column 2", "x")},
        {"a,b\n3,x\n", NO_NUMBER("line 2, column 2 (b)", "x")},
        {"1,x\n", NO_NUMBER("line 1, column 2", "x")},
        {"1,2\n,4\n", "line 2, column 1 is empty"},
        {"a,b\n3,\n", "line 2, column 2 (b) is empty"},
        {"1\nnan\n", NO_NUMBER("line 2, column 1", "nan")},
        {"1\ninf\n", NO_NUMBER("line 2, column 1", "inf")},
        {"1\n-Infinity\n", NO_NUMBER("line 2, column 1", "-Infinity")},
        {"1\n1e999\n", NO_NUMBER("line 2, column 1", "1e999")},
        {"1\n0x10\n", NO_NUMBER("line 2, column 1", "0x10")},
        {"1\n1 2\n", NO_NUMBER("line 2, column 1", "1 2")},
        {"1\n--1\n", NO_NUMBER("line 2, column 1", "--1")},
        {"1\n0,5\n", "line 2 has 2 values where line 1 has 1"},
        {"1\n\"0,5\"\n", NO_NUMBER("line 2, column 1", "0,5")},
        {"1\n\x1b[2J\n", NO_NUMBER("line 2, column 1", "?[2J")},
        {"1\n\xff\xfe\n", NO_NUMBER("line 2, column 1", "??")},
        {"1\n0000000000000000000000000000000000000000000x\n",
         NO_NUMBER("line 2, column 1", "0000000000000000000000000000000000000000…")},
        {"a,a\n1,2\n", "two columns are called \"a\": columns 1 and 2"},
        {"a,\xc3\n1,2\n",
         "line 1, column 2: the name of a column is text in UTF-8 without control characters"},
        {"a,\x1b[2J\n1,2\n",
         "line 1, column 2: the name of a column is text in UTF-8 without control characters"},
        {"1,2\n3,\"4\n",
         "line 2, column 2: a quotation mark is not in its place: a value in them starts and ends "
         "with one, and doubles those inside"},
        {"1,2\n\"3\"4,5\n",
         "line 2, column 1: a quotation mark is not in its place: a value in them starts and ends "
         "with one, and doubles those inside"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_data *matrix = NULL;
        struct bs_error err = {.text = "read"};
        read(&matrix, cases[i].text, &usual, &err);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(matrix);
    }
}
END_TEST

START_TEST(a_byte_0_is_refused)
{
    static const char first[] = "a\0b\n1\n", later[] = "a\n1\0002\n";
    struct bs_data *matrix = NULL;
    struct bs_error err;
    ck_assert_int_eq(bs_csv_read(&matrix, first, sizeof first - 1, &usual, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, "line 1, column 1 has a byte 0, so it is no text");
    ck_assert_int_eq(bs_csv_read(&matrix, later, sizeof later - 1, &usual, &err), BS_REFUSED);
    ck_assert_str_eq(err.text, NO_NUMBER("line 2, column 1 (a)", "1?2"));
}
END_TEST

START_TEST(a_wanted_column_must_be_there_once)
{
    static const struct {
        const char *text;
        struct bs_wanted wanted[2];
        const char *message;
    } cases[] = {
        {"a,sugar\n1,2\n",
         {{"suger", 0}, {"a", 0}},
         "no column is called \"suger\": did you mean sugar?"},
        {"a,b\n1,2\n", {{"a", 0}, {NULL, 3}}, "column 3 is not there: line 1 has 2"},
        {"a,b\n1,2\n", {{"a", 0}, {NULL, 1}}, "column 1 is asked for twice"},
        {"1,2\n",
         {{"a", 0}, {NULL, 1}},
         "no column is called \"a\": line 1 does not name the columns"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct bs_csv_form form = {',', BS_HEADER_IF_WORDS, cases[i].wanted, 2};
        struct bs_data *matrix = NULL;
        struct bs_error err = {.text = "read"};
        read(&matrix, cases[i].text, &form, &err);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_ptr_null(matrix);
    }
}
END_TEST

START_TEST(an_interrupt_ends_the_reading)
{
    struct bs_data *matrix = NULL;
    bs_interrupt_raise();
    ck_assert_int_eq(read(&matrix, "1\n2\n", &usual, NULL), BS_INTERRUPTED);
    bs_interrupt_clear();
    ck_assert_ptr_null(matrix);
}
END_TEST

/* libcsv asks again for less, so a refusal may also be survived. */
START_TEST(a_refused_request_for_memory_is_an_error_or_changes_nothing)
{
    static const char text[] = "a,b\n1,\"2\"\n3,4\n5,6\n7,8\n9,10\n";
    int failed = 0;
    bool was_refused = true;
    for (long before = 0; was_refused; before++) {
        struct bs_data *matrix = NULL;
        bs_mem_fail_after(before);
        int status = read(&matrix, text, &usual, NULL);
        was_refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        ck_assert_int_eq(status, matrix ? BS_OK : BS_NO_MEMORY);
        if (matrix)
            check_matrix(matrix, 5, 2, (const double[]){1, 2, 3, 4, 5, 6, 7, 8, 9, 10});
        failed += !matrix;
        bs_data_drop(matrix);
    }
    ck_assert_int_gt(failed, 8);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("csv", (const TTest *const[]){
                                  files_as_people_have_them_are_read,
                                  a_separator_and_a_header_are_as_told,
                                  columns_that_are_not_wanted_may_have_words,
                                  a_damaged_file_is_refused_with_line_and_column,
                                  a_byte_0_is_refused,
                                  a_wanted_column_must_be_there_once,
                                  an_interrupt_ends_the_reading,
                                  a_refused_request_for_memory_is_an_error_or_changes_nothing,
                                  NULL,
                              });
}
