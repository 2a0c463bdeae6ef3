#include "unit.h"

#include "base/arena.h"
#include "base/buf.h"
#include "check/sheet.h"

#include <stdlib.h>
#include <string.h>

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static struct bs_sheet must_read(const char *text)
{
    struct bs_sheet sheet = {0};
    struct bs_error err = {.text = ""};
    ck_assert_msg(bs_sheet_read(&sheet, text, strlen(text), &err) == BS_OK, "%s: %s", text,
                  err.text);
    return sheet;
}

/* The answers as "name[1][2]=text;" and the complaints as "!line:column sentence". */
static void put_sheet(struct bs_buf *buf, const struct bs_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++) {
        const struct bs_typed *typed = &sheet->answers[i];
        bs_buf_put(buf, typed->name);
        for (int k = 0; k < typed->rank; k++)
            bs_buf_printf(buf, "[%d]", typed->index[k]);
        bs_buf_printf(buf, "=%s;", typed->text);
    }
    for (size_t i = 0; i < sheet->complaint_count; i++)
        bs_buf_printf(buf, "!%d:%d %s", sheet->complaints[i].line, sheet->complaints[i].column,
                      sheet->complaints[i].text);
}

struct reading {
    const char *text, *read;
};

static void check_readings(const struct reading *cases, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct bs_sheet sheet = must_read(cases[i].text);
        struct bs_buf buf = BS_BUF_INIT;
        put_sheet(&buf, &sheet);
        ck_assert_str_eq(bs_buf_text(&buf), cases[i].read);
        bs_buf_finish(&buf);
        bs_sheet_finish(&sheet);
    }
}

/* ---- lines ----------------------------------------------------------------------------------- */

START_TEST(a_line_is_a_name_and_its_value)
{
    static const struct reading cases[] = {
        {"", ""},
        {"\n\n  \n", ""},
        {"g_1 = -0.0407", "g_1=-0.0407;"},
        {"g_1=-0.0407\n", "g_1=-0.0407;"},
        {"  w_11'\t=  0.3991  \r\n\r\nb_1 = 0.6637\r\n", "w_11'=0.3991;b_1=0.6637;"},
        {"∂E/∂w_11 = −2.65×10^-3", "∂E/∂w_11=−2.65×10^-3;"},
        {"x1.in = 1", "x1.in=1;"},
        {"g_1 = 0.7*(1 - 0.7) # slope", "g_1=0.7*(1 - 0.7);"},
        {"# g_1 = 1\n ## heading\n#", ""},
        {"g_1 =", "g_1=;"},
        {"g_1 = # later", "g_1=;"},
        {"g_1 = 1\ng_1 = 2", "g_1=1;g_1=2;"},
        {"g_1 = 0,25", "g_1=0,25;"},
        {"g_1 = 0.1 = 0.2", "g_1=0.1 = 0.2;"},
        {"\xEF\xBB\xBFg_1 = 1", "g_1=1;"},
        {"ｇ_１\u3000＝\u3000０．５０\u3000＃ comment", "ｇ_１=０．５０;"},
        {"g_1\u200B = \u200E0.5", "g_1=0.5;"},
    };
    check_readings(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(markdown_around_an_answer_is_left_out)
{
    static const struct reading cases[] = {
        {"- g_1 = 1\n* g_2 = 2\n+ g_3 = 3\n• g_4 = 4", "g_1=1;g_2=2;g_3=3;g_4=4;"},
        {"1. g_1 = 1\n12) g_2 = 2", "g_1=1;g_2=2;"},
        {"> g_1 = 1\n>g_2 = 2\n> - g_3 = 3", "g_1=1;g_2=2;g_3=3;"},
        {"```text\ng_1 = 1\n```\n~~~\ng_2 = 2\n~~~", "g_1=1;g_2=2;"},
        {"---\n***\n___\n=====\n* * *\n- \n-\n1.\n>", ""},
        {"**g_1** = 1", "g_1=1;"},
        {"- **g_1 = 1**", "g_1=1;"},
        {"*g_1* = *1*", "g_1=1;"},
        {"`g_1 = 0.5`", "g_1=0.5;"},
        {"`g_1` = `0.5`", "g_1=0.5;"},
        {"**`g_1`** = 0.5", "g_1=0.5;"},
        {"```g_1 = 0.5```", "g_1=0.5;"},
        {"g_1 = 0.5*", "g_1=0.5*;"}, /* a mistake of the student's own */
        {"**x** = **[1, 2]**", "x[1]=1;x[2]=2;"},
        {"`x = [1, 2]`", "x[1]=1;x[2]=2;"},
    };
    check_readings(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(a_line_that_says_nothing_is_a_complaint)
{
    static const struct reading cases[] = {
        {"hello", "!1:1 there is no = in this line"},
        {"g_1 = 1\n  g_2 0.5\ng_3 = 3", "g_1=1;g_3=3;!2:3 there is no = in this line"},
        {"- 0.5", "!1:3 there is no = in this line"},
        {"-0.5", "!1:1 there is no = in this line"},
        {"-- ", "!1:1 there is no = in this line"},
        {"= 0.5", "!1:1 there is no name before the ="},
        {"** = 0.5", "!1:1 there is no name before the ="},
    };
    check_readings(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(a_place_is_a_line_and_a_byte)
{
    struct bs_sheet sheet =
        must_read("\xEF\xBB\xBFstudent = 王\r\n\r\n- β_1 =  0.5\nx = [1,\n\t> 22]");
    ck_assert_uint_eq(sheet.count, 3);
    ck_assert_int_eq(sheet.answers[0].line, 3);
    ck_assert_int_eq(sheet.answers[0].column, 11);
    ck_assert_int_eq(sheet.answers[1].line, 4);
    ck_assert_int_eq(sheet.answers[1].column, 6);
    ck_assert_int_eq(sheet.answers[2].line, 5);
    ck_assert_int_eq(sheet.answers[2].column, 4);
    bs_sheet_finish(&sheet);
}
END_TEST

/* ---- the header ------------------------------------------------------------------------------ */

START_TEST(the_header_is_read_before_the_first_answer)
{
    struct bs_sheet sheet = must_read("# my sheet\nbackstep = 1\nLesson = slides-example\n"
                                      "**student** = \"Zhang San, 2026\"\nnotation = delta\n"
                                      "seed = −４２\ng_1 = 1\n");
    ck_assert_str_eq(sheet.lesson, "slides-example");
    ck_assert_str_eq(sheet.student, "Zhang San, 2026");
    ck_assert_str_eq(sheet.notation, "delta");
    ck_assert(sheet.has_seed);
    ck_assert_int_eq(sheet.seed, -42);
    ck_assert_uint_eq(sheet.count, 1);
    ck_assert_uint_eq(sheet.complaint_count, 0);
    bs_sheet_finish(&sheet);
}
END_TEST

#define LATE "the header comes before the first answer"

START_TEST(a_header_is_given_once_and_first)
{
    static const struct reading cases[] = {
        {"g = 1\nlesson = 3\nh = 2", "g=1;h=2;!2:1 " LATE},
        {"g = 1\n- **Student** = A\nseed = 1", "g=1;!2:5 " LATE "!3:1 " LATE},
        {"g = 1\nstudent: A", "g=1;!2:1 " LATE},
        {"student = A\nstudent = B", "!2:1 student is given twice"},
        {"student =\nstudent = B", ""},
        {"student = B\nstudent =", ""},
        {"student = B\nstudent = \"B\"\ng = 1\nstudent = B", "g=1;"},
        {"student = A\ng = 1\nstudent = B", "g=1;!3:1 " LATE},
    };
    check_readings(cases, COUNT_OF(cases));
    struct bs_sheet sheet = must_read("student =\nstudent: B");
    ck_assert_str_eq(sheet.student, "B");
    bs_sheet_finish(&sheet);
}
END_TEST

START_TEST(other_signs_than_an_equals_sign_are_understood)
{
    static const struct reading cases[] = {
        {"y_1 == 0.690", "y_1=0.690;"},
        {"y_1 = = 0.690", "y_1=0.690;"},
        {"v ≈ 0.397\nw ~ 1\nu ≒ ２", "v=0.397;w=1;u=２;"},
        {"v = ≈0.397", "v=0.397;"},
        {"v ≈ [1, 2]\nu = ≈{3; 4};", "v[1]=1;v[2]=2;u[1]=3;u[2]=4;"},
        {"x = [1, 2].\ny = [3],\nz = **[4]** ; ", "x[1]=1;x[2]=2;y[1]=3;z[1]=4;"},
        {"b_2: 0.664\n- **β_1**： -0.5\n∂E/∂w_11':.5", "b_2=0.664;β_1=-0.5;∂E/∂w_11'=.5;"},
        {"x: [1, 2]\ny: (1 - 0.5)", "x[1]=1;x[2]=2;y=(1 - 0.5);"},
        {"x = [1,\ny: 2", "y=2;!1:5 this bracket is not closed"},
        {"a: 1 = 2", "a: 1=2;"},
        {"my answer: 0.5", "!1:1 there is no = in this line"},
        {"note: I rounded", "!1:1 there is no = in this line"},
        {"3:2", "!1:1 there is no = in this line"},
        {": 2", "!1:1 there is no = in this line"},
        {"~ 2", "!1:1 there is no name before the ="},
        {"v ≈", "v=;"},
    };
    check_readings(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(what_a_header_does_not_say_is_not_said)
{
    struct bs_sheet sheet = must_read("student =\nlesson = \"\"\nseed =\ng_1 = 2");
    ck_assert_ptr_null(sheet.student);
    ck_assert_ptr_null(sheet.lesson);
    ck_assert_ptr_null(sheet.notation);
    ck_assert(!sheet.has_seed);
    bs_sheet_finish(&sheet);
}
END_TEST

START_TEST(a_header_that_is_wrong_is_a_complaint)
{
    static const struct reading cases[] = {
        {"seed = x\n", "!1:8 a seed is a whole number of at most 18 digits"},
        {"seed = 9223372036854775808", "!1:8 a seed is a whole number of at most 18 digits"},
        {"seed = -", "!1:8 a seed is a whole number of at most 18 digits"},
        {"seed = 1.5", "!1:8 a seed is a whole number of at most 18 digits"},
        {"seed = 9223372036854775807", ""},
        {"seed = -9223372036854775808", ""},
    };
    check_readings(cases, COUNT_OF(cases));
    char text[300] = "student = ";
    memset(text + strlen(text), 'a', 201);
    struct bs_sheet sheet = must_read(text);
    ck_assert_ptr_null(sheet.student);
    ck_assert_uint_eq(sheet.complaint_count, 1);
    ck_assert_str_eq(sheet.complaints[0].text, "this has more than 200 bytes");
    bs_sheet_finish(&sheet);
}
END_TEST

/* ---- brackets -------------------------------------------------------------------------------- */

START_TEST(a_value_in_brackets_is_an_answer_a_member)
{
    static const struct reading cases[] = {
        {"x = [0.35, 0.9]", "x[1]=0.35;x[2]=0.9;"},
        {"x={0.35;0.9}", "x[1]=0.35;x[2]=0.9;"},
        {"x = [1]", "x[1]=1;"},
        {"x = [0,35; 0,9]", "x[1]=0,35;x[2]=0,9;"},
        {"x = [0,35, 0,9]", "x[1]=0;x[2]=35;x[3]=0;x[4]=9;"},
        {"W1 = [[1, 2], [3, 4]]", "W1[1][1]=1;W1[1][2]=2;W1[2][1]=3;W1[2][2]=4;"},
        {"W1 = {{1, 2}; {3, 4}}", "W1[1][1]=1;W1[1][2]=2;W1[2][1]=3;W1[2][2]=4;"},
        {"W1 = [[0,1; 0,2], [3, 4]]", "W1[1][1]=0,1;W1[1][2]=0,2;W1[2][1]=3;W1[2][2]=4;"},
        {"W = ［［１，２］，［３，４］］", "W[1][1]=１;W[1][2]=２;W[2][1]=３;W[2][2]=４;"},
        {"x = ｛１；２｝", "x[1]=１;x[2]=２;"},
        {"x = [g_1*(1 - 0.5), a[1], max(1, 2)]", "x[1]=g_1*(1 - 0.5);x[2]=a[1];x[3]=max(1, 2);"},
        {"x = [1, 2,]", "x[1]=1;x[2]=2;"},
        {"x = [1, , 3]", "x[1]=1;x[2]=;x[3]=3;"},
        {"W = [[1, 2], [3, 4],]", "W[1][1]=1;W[1][2]=2;W[2][1]=3;W[2][2]=4;"},
        {"x = []", "x=;"},
        {"x = [ ]\ny = [[]]", "x=;y=;"},
        {"x = [1,\n 2, # two\n\n3\n]\ny = 4", "x[1]=1;x[2]=2;x[3]=3;y=4;"},
        {"> W = [[1, 2],\n>      [3, 4]]", "W[1][1]=1;W[1][2]=2;W[2][1]=3;W[2][2]=4;"},
        {"x = [1 +\n1, -2,\n- 3]", "x[1]=1 + 1;x[2]=-2;x[3]=- 3;"},
    };
    check_readings(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(spaces_separate_members_as_numpy_prints_them)
{
    static const struct reading cases[] = {
        {"e = [-0.00265 -0.00816]", "e[1]=-0.00265;e[2]=-0.00816;"},
        {"e = [ 0.69  -0.1 ]", "e[1]=0.69;e[2]=-0.1;"},
        {"e = [1 +2]", "e[1]=1;e[2]=+2;"},
        {"e = [1.  2.5e-03]", "e[1]=1.;e[2]=2.5e-03;"},
        {"e = [−０．５　−１]", "e[1]=−０．５;e[2]=−１;"},
        {"e = [0.1\n 0.2 0.3]", "e[1]=0.1;e[2]=0.2;e[3]=0.3;"},
        {"W = [[1 2] [3 4]]", "W[1][1]=1;W[1][2]=2;W[2][1]=3;W[2][2]=4;"},
        {"W = [[1. 2.]\n [3. 4.]]", "W[1][1]=1.;W[1][2]=2.;W[2][1]=3.;W[2][2]=4.;"},
        {"W = [[1 -2],[3, 4]]", "W[1][1]=1;W[1][2]=-2;W[2][1]=3;W[2][2]=4;"},
        {"W = [[1 2]\n [3]]\nz = 1", "z=1;!2:2 the rows have different numbers of members"},
        /* calculations */
        {"e = [1 - 2]", "e[1]=1 - 2;"},
        {"e = [1- 2]", "e[1]=1- 2;"},
        {"e = [2.65 × 10^-3]", "e[1]=2.65 × 10^-3;"},
        {"e = [0.5 −\n 0.69]", "e[1]=0.5 − 0.69;"},
        {"e = [(1 -2)*3]", "e[1]=(1 -2)*3;"},
        {"e = [1 -2, 3]", "e[1]=1 -2;e[2]=3;"},
        {"e = [3, 1 -2]", "e[1]=3;e[2]=1 -2;"},
        /* only the writer knows */
        {"e = [1 -2 + 3]", "!1:6 write a comma between members"},
        {"e = [g_1 -0.3]", "!1:6 write a comma between members"},
        {"e = [g_1 g_2]", "!1:6 write a comma between members"},
        {"e = [1/2 1/3]", "!1:6 write a comma between members"},
        {"e = [1 2, 3]", "!1:6 write a comma between members"},
        {"W = [1 2; 3 4]", "!1:6 write a comma between members"},
        {"W = [[1 2] [3 x]]", "!1:13 write a comma between members"},
    };
    check_readings(cases, COUNT_OF(cases));
}
END_TEST

START_TEST(brackets_that_do_not_fit_are_a_complaint)
{
    static const struct reading cases[] = {
        {"x = [1, 2\ny = 3", "y=3;!1:5 this bracket is not closed"},
        {"x = [1, 2", "!1:5 this bracket is not closed"},
        {"x = [1,\n2\n```\ny = 1", "y=1;!1:5 this bracket is not closed"},
        {"x = [1, 2}", "!1:10 expected a comma or ]"},
        {"x = {1, 2]", "!1:10 expected a comma or }"},
        {"x = [1, 2] * 2", "!1:12 there is something behind the closing bracket"},
        {"x = [1, 2]]", "!1:11 there is something behind the closing bracket"},
        {"x = [1, [2]]", "!1:9 a bracket among numbers"},
        {"x = [[1], 2]", "!1:11 expected a row in brackets"},
        {"x = [[1] 2]", "!1:10 expected a comma or ]"},
        {"W = [[1, 2],\n     [3]]\nz = 1", "z=1;!2:6 the rows have different numbers of members"},
        {"W = [[[1]]]", "!1:7 brackets are nested deeper than two"},
        {"W = [[1, [2]]]", "!1:10 brackets are nested deeper than two"},
        {"x = [(1, 2]", "!1:12 this bracket is not closed"},
        {"W = [[1, (2],]", "!1:15 this bracket is not closed"},
    };
    check_readings(cases, COUNT_OF(cases));
}
END_TEST

/* ---- what is hostile ------------------------------------------------------------------------- */

START_TEST(no_control_character_gets_through)
{
    struct bs_sheet sheet = must_read("student = A\x1b[31mB\xC2\x9B"
                                      "1m\u202e\ng\x07 = \x7f\n\x1b]0;x\x07");
    ck_assert_str_eq(sheet.student, "A?[31mB??1m???");
    ck_assert_str_eq(sheet.answers[0].name, "g?");
    ck_assert_str_eq(sheet.answers[0].text, "?");
    ck_assert_str_eq(sheet.complaints[0].source, "?]0;x?");
    bs_sheet_finish(&sheet);
}
END_TEST

START_TEST(a_sheet_that_is_no_text_is_refused)
{
    static const struct {
        const char *text;
        size_t length;
        const char *message;
    } cases[] = {
        {"g = 1\n\xff", 7, "line 2 is not UTF-8: save the sheet as UTF-8"},
        {"g = \xe2\x88", 6, "line 1 is not UTF-8: save the sheet as UTF-8"},
        {"g = \xc0\x80", 6, "line 1 is not UTF-8: save the sheet as UTF-8"},
        {"g = \xed\xa0\x80", 7, "line 1 is not UTF-8: save the sheet as UTF-8"},
        {"\xff\xfeg\0", 4, "line 1 is not UTF-8: save the sheet as UTF-8"},
        {"g = 1\n\nh\0 = 2", 12, "line 3 has a zero byte: an answer sheet is text"},
        {"backstep = 2", 12,
         "the sheet is of version 2 (backstep = 2), and this program knows version 1"},
        {"x = 1", BS_LONGEST_SHEET + 1, "a sheet has at most 1048576 bytes, got 1048577"},
        {"\n backstep = one", 16, "line 2: the version of a sheet is a number, as in backstep = 1"},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct bs_sheet sheet = {.count = 7};
        struct bs_error err;
        ck_assert_int_eq(bs_sheet_read(&sheet, cases[i].text, cases[i].length, &err), BS_REFUSED);
        ck_assert_str_eq(err.text, cases[i].message);
        ck_assert_uint_eq(sheet.count, 7);
    }
}
END_TEST

/* A megabyte of the text over and over; what takes time in proportion takes some milliseconds. */
START_TEST(a_megabyte_of_anything_is_read_within_bounds)
{
    static const char *const texts[] = {
        "[",
        "x=[",
        "x = [\n",
        "x=[[1,2],",
        "\n",
        "=",
        "a=1\n",
        "a\n",
        "- ",
        "> ",
        "*",
        "`",
        "#",
        "(",
        "x=[1;2]\n",
        "１",
        "x = [1,2]]\n",
        "\x1b",
        "\u3000",
        "x=[[1],\n[2]]\n",
        ",",
        "x=[1,\n2,\n",
        "x=[1 2\n",
        "x=[1 -2 x(\n",
        "x=[[1] [2 ",
    };
    char *text = malloc(BS_LONGEST_SHEET);
    for (size_t i = 0; i < COUNT_OF(texts); i++) {
        const size_t unit = strlen(texts[i]), length = BS_LONGEST_SHEET / unit * unit;
        for (size_t at = 0; at < length; at += unit)
            memcpy(text + at, texts[i], unit);
        struct bs_sheet sheet;
        ck_assert_int_eq(bs_sheet_read(&sheet, text, length, NULL), BS_OK);
        ck_assert_uint_le(sheet.count, BS_MOST_ANSWERS);
        ck_assert_uint_le(sheet.complaint_count, BS_MOST_COMPLAINTS);
        ck_assert_uint_le(bs_arena_size(sheet.arena), 12 * BS_LONGEST_SHEET);
        bs_sheet_finish(&sheet);
    }
    memcpy(text, "x = [", 5); /* one value of many members */
    for (size_t at = 5; at + 1 < BS_LONGEST_SHEET; at += 2)
        memcpy(text + at, "1,", 2);
    text[BS_LONGEST_SHEET - 1] = ']';
    struct bs_sheet sheet;
    ck_assert_int_eq(bs_sheet_read(&sheet, text, BS_LONGEST_SHEET, NULL), BS_OK);
    ck_assert_uint_eq(sheet.count, BS_MOST_ANSWERS);
    ck_assert_uint_eq(sheet.complaint_count, 1);
    ck_assert_str_eq(sheet.complaints[0].text, "more than 10000 answers are not read");
    bs_sheet_finish(&sheet);
    for (size_t at = 6; at + 1 < BS_LONGEST_SHEET; at += 2)
        text[at] = ' ';
    ck_assert_int_eq(bs_sheet_read(&sheet, text, BS_LONGEST_SHEET, NULL), BS_OK);
    ck_assert_uint_eq(sheet.count, BS_MOST_ANSWERS);
    bs_sheet_finish(&sheet);
    free(text);
}
END_TEST

START_TEST(complaints_that_come_later_stand_in_their_line)
{
    struct bs_sheet sheet = must_read("hello\ng_1 = 0.5.\nworld");
    ck_assert_int_eq(bs_sheet_complain(&sheet, &sheet.answers[0], 4, "that is odd"), BS_OK);
    ck_assert_uint_eq(sheet.complaint_count, 3);
    ck_assert_int_eq(sheet.complaints[1].line, 2);
    ck_assert_int_eq(sheet.complaints[1].column, 10);
    ck_assert_str_eq(sheet.complaints[1].source, "g_1 = 0.5.");
    ck_assert_str_eq(sheet.complaints[1].text, "that is odd");
    ck_assert_str_eq(sheet.complaints[2].source, "world");
    ck_assert_int_eq(bs_sheet_complain(&sheet, &sheet.answers[0], 999, "beyond"), BS_OK);
    ck_assert_int_eq(sheet.complaints[2].column, 11);
    for (int i = 0; i < 2 * BS_MOST_COMPLAINTS; i++)
        ck_assert_int_eq(bs_sheet_complain(&sheet, &sheet.answers[0], 0, "again"), BS_OK);
    ck_assert_uint_eq(sheet.complaint_count, BS_MOST_COMPLAINTS);
    bs_sheet_finish(&sheet);
}
END_TEST

/* What the reports show under Chinese, and programs in English. */
START_TEST(a_complaint_is_said_in_either_language)
{
    struct bs_sheet sheet = must_read("x = [1 2}\ng_1 = 0.5");
    const struct bs_complaint *complaints = sheet.complaints;
    static const char parsed[] = "expected an operator, got \"%\"";
    const char *pieces[] = {"b_9", "b_1"};
    static const struct {
        const char *english, *chinese;
    } wanted[] = {
        {"expected a comma or ]", "此处应是逗号或 ]"},
        {"there is no value called \"b_9\" here: did you mean b_1?",
         "这里没有名为“b_9”的量：是不是想写 b_1？"},
        {parsed, "公式读不懂：expected an operator, got \"%\""},
        {"that is no finite number", "这不是有限的数"},
    };
    ck_assert_int_eq(bs_sheet_say(&sheet, sheet.answers, 0, BS_SAY_NO_VALUE_NEAR, pieces), BS_OK);
    ck_assert_int_eq(bs_sheet_complain(&sheet, sheet.answers, 1, parsed), BS_OK);
    ck_assert_int_eq(bs_sheet_complain(&sheet, sheet.answers, 1, "that is no finite number"),
                     BS_OK);
    ck_assert_uint_eq(sheet.complaint_count, COUNT_OF(wanted));
    for (size_t i = 0; i < COUNT_OF(wanted); i++) {
        struct bs_buf buf = BS_BUF_INIT;
        bs_say(&buf, complaints[i].saying, "zh", complaints[i].pieces);
        ck_assert_str_eq(bs_buf_text(&buf), wanted[i].chinese);
        ck_assert_str_eq(complaints[i].text, wanted[i].english);
        bs_buf_finish(&buf);
    }
    bs_sheet_finish(&sheet);
}
END_TEST

static bool read_once(void *context)
{
    struct bs_sheet sheet;
    struct bs_error err;
    int status = bs_sheet_read(&sheet, context, strlen(context), &err);
    ck_assert(status == BS_OK || (status == BS_NO_MEMORY && err.status == BS_NO_MEMORY));
    if (status < 0)
        return false;
    status = bs_sheet_complain(&sheet, &sheet.answers[0], 1, "odd");
    bs_sheet_finish(&sheet);
    return status == BS_OK;
}

START_TEST(reading_survives_each_refused_allocation)
{
    static char text[8000] = "student = A\nx = [1,\n2]\nhello\nW = [[1, 2], [3]]\ny = []\n";
    for (size_t at = strlen(text); at + 7 < sizeof text; at += 6)
        memcpy(text + at, "a = 1\n", 7);
    bs_refuse_each_allocation(read_once, text);
}
END_TEST

START_TEST(a_header_is_read_without_what_comes_after_it)
{
    static const char text[] = "student = Ann\nb_1 = 0.68\nb_2 = [[[[\nlesson = late\n";
    struct bs_sheet sheet;
    ck_assert_int_eq(bs_sheet_read_header(&sheet, text, strlen(text), NULL), BS_OK);
    ck_assert_str_eq(sheet.student, "Ann");
    ck_assert_uint_eq(sheet.count, 1);
    ck_assert_uint_eq(sheet.complaint_count, 0);
    bs_sheet_finish(&sheet);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_header_is_read_without_what_comes_after_it,
        a_line_is_a_name_and_its_value,
        markdown_around_an_answer_is_left_out,
        a_line_that_says_nothing_is_a_complaint,
        a_place_is_a_line_and_a_byte,
        the_header_is_read_before_the_first_answer,
        a_header_is_given_once_and_first,
        other_signs_than_an_equals_sign_are_understood,
        what_a_header_does_not_say_is_not_said,
        a_header_that_is_wrong_is_a_complaint,
        a_value_in_brackets_is_an_answer_a_member,
        spaces_separate_members_as_numpy_prints_them,
        brackets_that_do_not_fit_are_a_complaint,
        no_control_character_gets_through,
        a_sheet_that_is_no_text_is_refused,
        a_megabyte_of_anything_is_read_within_bounds,
        complaints_that_come_later_stand_in_their_line,
        a_complaint_is_said_in_either_language,
        reading_survives_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("sheet", tests);
}
