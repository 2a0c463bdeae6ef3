#include "test_report.h"

#include "base/width.h"
#include "check/report_parts.h"

#include <csv.h>
#include <jansson.h>
#include <math.h>
#include <mxml.h>

/* ---- documents ------------------------------------------------------------------------------- */

static int put_document(struct bs_buf *buf, const char *format_name, const struct work *work,
                        int times, const struct bs_reporting *reporting)
{
    const struct bs_format *format = bs_format_find(format_name);
    const struct bs_record *record = &work->record;
    int status = format->begin(buf, times ? record : NULL, reporting);
    for (int k = 0; status == BS_OK && k < times; k++)
        status = format->record(buf, record, k == 0, reporting);
    return status == BS_OK ? format->end(buf, reporting) : status;
}

static const char *document(const char *format, const struct work *work, int times,
                            const struct bs_reporting *reporting)
{
    static struct bs_buf buf; /* the last document, until the next */
    bs_buf_finish(&buf);
    ck_assert_int_eq(put_document(&buf, format, work, times, reporting), BS_OK);
    static char text[1 << 16];
    must(buf.length < sizeof text, "%zu bytes", buf.length);
    memcpy(text, bs_buf_text(&buf), buf.length + 1);
    bs_buf_finish(&buf);
    return text;
}

START_TEST(each_format_is_found_by_its_name)
{
    static const char *const names[] = {"text",       "json",   "csv",   "junit",
                                        "gradescope", "moodle", "canvas"};
    for (size_t k = 0; k < sizeof names / sizeof *names; k++) {
        ck_assert_str_eq(bs_format_find(names[k])->name, names[k]);
        ck_assert_int_eq(bs_format_find(names[k])->extension[0], '.');
    }
    ck_assert_ptr_null(bs_format_find("xml"));
    ck_assert_ptr_null(bs_format_find(""));
}
END_TEST

/* ---- sentences ------------------------------------------------------------------------------- */

START_TEST(a_verdict_is_a_sentence_in_either_language)
{
    static const struct {
        enum bs_verdict verdict;
        enum bs_reason reason;
        enum bs_convention convention;
        const char *english, *chinese;
    } cases[] = {
        {BS_RIGHT, 0, 0, "Right.", "正确。"},
        {BS_ROUNDED, 0, 0, "Right; the last digits differ because you rounded on the way.",
         "正确；末位的差别来自中间步骤的舍入。"},
        {BS_FOLLOWS, 0, 0, "This step is right given your α_1; the error began at α_1.",
         "按你的 α_1 计算，这一步是对的；错误出在 α_1。"},
        {BS_COARSE, 0, 0, "Right as far as it goes, but give at least 3 significant figures.",
         "写出的数字是对的，但至少要保留 3 位有效数字。"},
        {BS_CONVENTION, 0, BS_CONVENTION_SIGN,
         "Right, with the opposite sign for error terms, as on the whole of your sheet.",
         "按另一种约定（误差项的符号相反）是正确的，且全卷一致。"},
        {BS_CONVENTION, 0, BS_CONVENTION_LAYOUT,
         "Right, with the indices of weights in the other order, as on the whole of your sheet.",
         "按另一种约定（连接权下标的次序相反）是正确的，且全卷一致。"},
        {BS_WRONG, 0, 0, "Wrong.", "错误。"},
        {BS_WRONG, BS_REASON_ZERO, 0, "Wrong: you typed 0, and the value is not 0.",
         "错误：填写的是 0，但该值不为 0。"},
        {BS_WRONG, BS_REASON_TRIVIAL, 0,
         "Wrong: it would follow from your α_1 = −1.00, but that makes the rest trivial, so "
         "nothing follows from it.",
         "错误：按你的 α_1 = −1.00 可得此值，但这样一来后面的计算已失去意义，因此不给步骤分。"},
        {BS_WRONG, BS_REASON_NOT_ALLOWED, BS_CONVENTION_FACTOR,
         "Wrong here: it would be right with the other factor (½ or none) in the loss, but the "
         "lesson does not use that convention.",
         "错误：按另一种约定（损失函数的系数 ½ 取舍不同）才是对的，但本课不采用该约定。"},
        {BS_UNANSWERED, 0, 0, "Not answered.", "未作答。"},
        {BS_UNREADABLE, 0, 0, "Not readable: the complaints about the sheet say why.",
         "无法识别，原因见对答卷的说明。"},
        {BS_FAULT, 0, 0, "The checker failed here; that is not counted against you.",
         "评分程序在此出错，不会因此扣分。"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct work work;
        begin_work(&work, "", "-");
        struct bs_finding *first = answer_with(&work, 0, BS_WRONG, "-1.00", 0);
        first->answer = (struct bs_answer){.is_decimal = true,
                                           .decimal = {.digits = -100, .place = -2, .figures = 3},
                                           .value = -1};
        struct bs_finding *finding = answer_with(&work, 1, cases[k].verdict, "7", 0);
        finding->origin = first->item;
        finding->reason = cases[k].reason;
        finding->convention = cases[k].convention;
        struct bs_buf english = BS_BUF_INIT, chinese = BS_BUF_INIT;
        bs_finding_put(&english, &work.result, finding, &for_student);
        bs_finding_put(&chinese, &work.result, finding, &in_chinese);
        ck_assert_str_eq(bs_buf_text(&english), cases[k].english);
        ck_assert_str_eq(bs_buf_text(&chinese), cases[k].chinese);
        bs_buf_finish(&english);
        bs_buf_finish(&chinese);
        end_work(&work);
    }
}
END_TEST

START_TEST(a_wrong_answer_says_what_went_wrong)
{
    struct work work;
    struct bs_buf text = BS_BUF_INIT, diagnosis = BS_BUF_INIT;
    begin_usual_work(&work);
    const struct bs_finding *finding = &work.findings[1];
    bs_diagnosis_put(&diagnosis, work.key, finding->item, &finding->diagnosis, false, "en");
    bs_finding_put(&text, &work.result, finding, &for_student);
    must(strncmp(bs_buf_text(&text), "Wrong: ", 7) == 0, "%s", bs_buf_text(&text));
    ck_assert_uint_gt(diagnosis.length, 0);
    ck_assert_ptr_nonnull(strstr(bs_buf_text(&text), bs_buf_text(&diagnosis)));
    bs_buf_finish(&text);
    bs_buf_finish(&diagnosis);
    end_work(&work);
}
END_TEST

START_TEST(the_marker_is_told_the_value_of_what_is_not_right)
{
    struct work work;
    struct bs_buf text = BS_BUF_INIT;
    begin_work(&work, "", "-");
    answer_with(&work, 0, BS_RIGHT, "0.734", 1);
    answer_with(&work, 1, BS_UNANSWERED, NULL, 0);
    bs_finding_put(&text, &work.result, &work.findings[0], &for_marker);
    ck_assert_str_eq(bs_buf_text(&text), "Right.");
    bs_buf_cut(&text, 0);
    bs_finding_put(&text, &work.result, &work.findings[1], &for_marker);
    ck_assert_str_eq(bs_buf_text(&text), "Not answered. The value is −1.91406.");
    bs_buf_finish(&text);
    end_work(&work);
}
END_TEST

/* ---- text ------------------------------------------------------------------------------------ */

static void begin_plain_work(struct work *work)
{
    begin_work(work, "张三", "sheets/zhang.txt");
    answer_with(work, 0, BS_RIGHT, "0.734", 1);
    answer_with(work, 1, BS_COARSE, "-1.9", 0.5);
    answer_with(work, 2, BS_UNANSWERED, NULL, 0);
    answer_with(work, 3, BS_FOLLOWS, "1.9*1.9/2 + 0.5*(1 - 0.25)", 1)->origin =
        work->findings[1].item;
    add_finding(work, "b_1", BS_WRONG, "8");
}

START_TEST(a_text_has_a_line_a_question_and_beneath_it_what_there_is_to_say)
{
    struct work work;
    begin_plain_work(&work);
    ck_assert_str_eq(document("text", &work, 1, &for_student),
                     "张三, exercise-a: 2.5 of 4.5 points (sheets/zhang.txt)\n"
                     "  α_1    0.734                 right         1/1\n"
                     "  g_1    -1.9                  too coarse    1/2\n"
                     "      Right as far as it goes, but give at least 3 significant figures.\n"
                     "  w_11'                        not answered  0/1\n"
                     "  E      1.9*1.9/2 + 0.5*(1 …  follows       0.5/0.5\n"
                     "      This step is right given your g_1; the error began at g_1.\n"
                     "Not asked for:\n"
                     "  b_1    8                     wrong\n");
    end_work(&work);
}
END_TEST

START_TEST(a_text_in_chinese_is_aligned_by_the_width_of_its_characters)
{
    struct work work;
    begin_plain_work(&work);
    ck_assert_str_eq(document("text", &work, 1, &in_chinese),
                     "张三，exercise-a：2.5 / 4.5 分（sheets/zhang.txt）\n"
                     "  α_1    0.734                 正确      1/1\n"
                     "  g_1    -1.9                  位数不足  1/2\n"
                     "      写出的数字是对的，但至少要保留 3 位有效数字。\n"
                     "  w_11'                        未作答    0/1\n"
                     "  E      1.9*1.9/2 + 0.5*(1 …  步骤正确  0.5/0.5\n"
                     "      按你的 g_1 计算，这一步是对的；错误出在 g_1。\n"
                     "题目之外：\n"
                     "  b_1    8                     错误\n");
    end_work(&work);
}
END_TEST

START_TEST(the_marker_sees_the_exact_value_beside_what_was_typed)
{
    struct work work;
    begin_plain_work(&work);
    ck_assert_str_eq(document("text", &work, 1, &for_marker),
                     "张三, exercise-a: 2.5 of 4.5 points (sheets/zhang.txt)\n"
                     "  α_1    0.734                 0.734375    right         1/1\n"
                     "  g_1    -1.9                  −1.91406    too coarse    1/2\n"
                     "      Right as far as it goes, but give at least 3 significant figures.\n"
                     "  w_11'                        0.00390625  not answered  0/1\n"
                     "  E      1.9*1.9/2 + 0.5*(1 …  5.07812     follows       0.5/0.5\n"
                     "      This step is right given your g_1; the error began at g_1.\n"
                     "Not asked for:\n"
                     "  b_1    8                     8.03125     wrong\n");
    end_work(&work);
}
END_TEST

START_TEST(a_complaint_points_at_its_place)
{
    static const struct {
        const char *source;
        int column;
        const char *shown;
    } cases[] = {
        {"g_1 = 0.1x", 10, "    g_1 = 0.1x\n             ^\n"},
        {"误差 = 0x10", 10, "    误差 = 0x10\n           ^\n"},
        {"\tg_1 = \x1b[31m?", 8, "     g_1 = \xEF\xBF\xBD[31m?\n           ^\n"},
        {"g_1 =", 6, "    g_1 =\n         ^\n"},
        {"g_1 =", 2000, "    g_1 =\n         ^\n"},
        {"g_1 = 1", 0, "    g_1 = 1\n"},
        {"", 1, "    \n    ^\n"},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct work work;
        begin_work(&work, "Li", "-");
        complain(&work, 7, cases[k].column, cases[k].source, "it is no number");
        const char *text = document("text", &work, 1, &for_student);
        char head[100];
        snprintf(head, sizeof head, "\nLine 7, column %d: it is no number\n", cases[k].column);
        const char *place = strstr(text, head);
        must(place, "%s", text);
        ck_assert_str_eq(place + strlen(head), cases[k].shown);
        end_work(&work);
    }
}
END_TEST

/* A hundred characters before the place, and a hundred after it. */
START_TEST(a_long_line_is_cut_on_either_side_of_its_place)
{
    static const char ten[] = "一二三四五六七八九十";
    struct bs_buf source = BS_BUF_INIT;
    struct work work;
    bs_buf_repeat(&source, ten, 10);
    bs_buf_char(&source, '!');
    bs_buf_repeat(&source, ten, 10);
    begin_work(&work, "Li", "-");
    complain(&work, 1, 301, bs_buf_text(&source), "no");
    const char *place = strstr(document("text", &work, 1, &for_student), "no\n") + 3;
    ck_assert_str_eq(
        place, "    …二三四五六七八九十一二三四五六七八九十!一二三四五六七八九十一二三四五六…\n"
               "                                           ^\n");
    bs_buf_finish(&source);
    end_work(&work);
}
END_TEST

START_TEST(no_line_of_a_text_is_wider_than_a_terminal)
{
    struct bs_buf typed = BS_BUF_INIT;
    struct work work;
    bs_buf_repeat(&typed, "1 + 一", 150);
    begin_plain_work(&work);
    work.record.student = bs_buf_text(&typed);
    work.typed[0].text = work.typed[3].text = bs_buf_text(&typed);
    complain(&work, 1, 400, bs_buf_text(&typed), bs_buf_text(&typed));
    const char *line = document("text", &work, 1, &for_marker), *end;
    for (; (end = strchr(line, '\n')); line = end + 1)
        must(bs_width_n(line, (size_t)(end - line)) <= 80, "%s", line);
    bs_buf_finish(&typed);
    end_work(&work);
}
END_TEST

/* ---- json ------------------------------------------------------------------------------------ */

static json_t *parse_json(const char *text)
{
    json_error_t error;
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    must(json, "%s: %s", error.text, text);
    return json;
}

static const char *string_in(const json_t *object, const char *key)
{
    const char *string = json_string_value(json_object_get(object, key));
    must(string, "no string %s", key);
    return string;
}

START_TEST(json_has_a_record_a_line)
{
    struct work work;
    begin_work(&work, "张三", "a.txt");
    work.result.conventions = BS_CONVENTION_SIGN | BS_CONVENTION_LAYOUT;
    answer_with(&work, 0, BS_RIGHT, "0.734", 1);
    answer_with(&work, 1, BS_UNANSWERED, NULL, 0);
    complain(&work, 3, 9, "x", "it is \"no\" number");
    static const char record[] =
        "{\"schema\":1,\"lesson\":\"exercise-a\",\"student\":\"张三\",\"source\":\"a.txt\","
        "\"points\":1.0,\"of\":3.0,\"conventions\":[\"sign\",\"layout\"],\"answers\":["
        "{\"name\":\"alpha_1\",\"shown\":\"α_1\",\"question\":1,\"typed\":\"0.734\",\"line\":1,"
        "\"verdict\":\"right\",\"points\":1.0,\"of\":1.0,\"attempt\":1,"
        "\"text\":\"Right.\"},"
        "{\"name\":\"g_1\",\"shown\":\"g_1\",\"question\":2,\"verdict\":\"unanswered\","
        "\"points\":0.0,\"of\":2.0,\"text\":\"Not answered.\"}],"
        "\"complaints\":[{\"line\":3,\"column\":9,\"text\":\"it is \\\"no\\\" number\"}]}";
    char expected[3000];
    snprintf(expected, sizeof expected, "[\n%s,\n%s\n]\n", record, record);
    ck_assert_str_eq(document("json", &work, 2, &for_student), expected);
    json_decref(parse_json(expected));
    end_work(&work);
}
END_TEST

START_TEST(json_without_records_is_an_empty_array)
{
    struct work work;
    begin_work(&work, "", "-");
    json_t *array = parse_json(document("json", &work, 0, &for_student));
    ck_assert_uint_eq(json_array_size(array), 0);
    json_decref(array);
    end_work(&work);
}
END_TEST

START_TEST(json_says_where_an_error_began_and_what_it_was)
{
    struct work work;
    begin_usual_work(&work);
    struct bs_diagnosis *diagnosis = &work.findings[1].diagnosis;
    diagnosis->second.kind = BS_RATE_DROPPED;
    diagnosis->others = 2;
    diagnosis->tell_apart = work.findings[3].item;
    json_t *array = parse_json(document("json", &work, 1, &for_student));
    const json_t *answers = json_object_get(json_array_get(array, 0), "answers");
    const json_t *mistake = json_object_get(json_array_get(answers, 1), "mistake");
    ck_assert_str_eq(string_in(mistake, "kind"), "sign-flipped");
    ck_assert_str_eq(string_in(mistake, "item"), "g_1");
    ck_assert_str_eq(string_in(mistake, "formula"), "1*x");
    ck_assert_str_eq(string_in(mistake, "second"), "rate-dropped");
    ck_assert_int_eq(json_integer_value(json_object_get(mistake, "others")), 2);
    ck_assert_str_eq(string_in(mistake, "tell_apart"), "E");
    ck_assert_str_eq(string_in(json_array_get(answers, 3), "origin"), "g_1");
    ck_assert_ptr_null(json_object_get(json_array_get(answers, 0), "mistake"));
    ck_assert_ptr_null(json_object_get(json_array_get(answers, 1), "origin"));
    json_decref(array);
    end_work(&work);
}
END_TEST

/* ---- gradescope ------------------------------------------------------------------------------ */

START_TEST(gradescope_gets_a_test_a_question)
{
    struct work work;
    begin_plain_work(&work);
    complain(&work, 3, 9, "x", "<b>no number");
    json_t *object = parse_json(document("gradescope", &work, 1, &for_student));
    ck_assert_double_eq(json_number_value(json_object_get(object, "score")), 2.5);
    ck_assert_str_eq(string_in(object, "output"), "Line 3, column 9: <b>no number");
    ck_assert_str_eq(string_in(object, "output_format"), "text");
    const json_t *tests = json_object_get(object, "tests"), *coarse = json_array_get(tests, 1);
    ck_assert_uint_eq(json_array_size(tests), ASKED);
    ck_assert_str_eq(string_in(coarse, "name"), "g_1");
    ck_assert_double_eq(json_number_value(json_object_get(coarse, "score")), 1);
    ck_assert_double_eq(json_number_value(json_object_get(coarse, "max_score")), 2);
    ck_assert_str_eq(string_in(coarse, "status"), "failed");
    ck_assert_str_eq(string_in(coarse, "visibility"), "visible");
    ck_assert_str_eq(string_in(coarse, "output"),
                     "-1.9\nRight as far as it goes, but give at least 3 significant figures.");
    ck_assert_str_eq(string_in(json_array_get(tests, 3), "status"), "passed");
    json_decref(object);
    end_work(&work);
}
END_TEST

START_TEST(gradescope_hides_from_students_what_is_for_the_marker)
{
    struct work work;
    begin_plain_work(&work);
    json_t *object = parse_json(document("gradescope", &work, 1, &for_marker));
    const json_t *test = json_array_get(json_object_get(object, "tests"), 2);
    ck_assert_str_eq(string_in(test, "visibility"), "hidden");
    ck_assert_str_eq(string_in(test, "output"), "Not answered. The value is 0.00390625.");
    json_decref(object);
    end_work(&work);
}
END_TEST

START_TEST(gradescope_has_an_object_a_line)
{
    struct work work;
    begin_plain_work(&work);
    const char *text = document("gradescope", &work, 2, &for_student), *line = strchr(text, '\n');
    ck_assert_ptr_nonnull(line);
    ck_assert_ptr_null(strchr(line + 1, '\n'));
    json_decref(parse_json(line + 1));
    end_work(&work);
}
END_TEST

/* ---- csv ------------------------------------------------------------------------------------- */

START_TEST(csv_has_a_row_a_student)
{
    struct work work;
    begin_plain_work(&work);
    ck_assert_str_eq(
        document("csv", &work, 2, &for_student),
        "\xEF\xBB\xBF\"student\",\"file\",\"points\",\"of\",\"alpha_1\",\"g_1\",\"w_11_new\",\"E\""
        "\r\n\"张三\",\"sheets/zhang.txt\",\"2.5\",\"4.5\",\"right\",\"coarse\",\"unanswered\","
        "\"follows\"\r\n\"张三\",\"sheets/zhang.txt\",\"2.5\",\"4.5\",\"right\",\"coarse\","
        "\"unanswered\",\"follows\"\r\n");
    ck_assert_str_eq(document("csv", &work, 0, &for_student),
                     "\xEF\xBB\xBF\"student\",\"file\",\"points\",\"of\"\r\n");
    end_work(&work);
}
END_TEST

/* The cells of a document as a strict reader of CSV has them. */
struct cells {
    char texts[64][100];
    int count, rows;
};

static void take_cell(void *text, size_t length, void *context)
{
    struct cells *cells = context;
    must(cells->count < 64 && length < 100, "a cell too many");
    memcpy(cells->texts[cells->count], text, length);
    cells->texts[cells->count++][length] = '\0';
}

static void take_row(int end, void *context)
{
    (void)end;
    ((struct cells *)context)->rows++;
}

static void read_cells(struct cells *cells, const char *text)
{
    struct csv_parser parser;
    *cells = (struct cells){.count = 0};
    csv_init(&parser, CSV_STRICT | CSV_STRICT_FINI);
    ck_assert_uint_eq(csv_parse(&parser, text, strlen(text), take_cell, take_row, cells),
                      strlen(text));
    ck_assert_int_eq(csv_fini(&parser, take_cell, take_row, cells), 0);
    csv_free(&parser);
}

START_TEST(no_cell_runs_as_a_formula_or_breaks_its_row)
{
    static const struct {
        const char *student, *cell;
    } cases[] = {
        {"Li \"Ace\", 3", "Li \"Ace\", 3"},
        {"=1+1", "'=1+1"},
        {"+1", "'+1"},
        {"-1", "'-1"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"\t=1", "' =1"},
        {"\r=1", "' =1"},
        {"\n  @x", "'   @x"},
        {"＝1", "'＝1"},
        {"＠x", "'＠x"},
        {"a\r\n=1", "a  =1"},
        {"'=1", "'=1"},
        {"\",=1", "\",=1"},
        {"", ""},
    };
    static const char *const formats[] = {"csv", "moodle", "canvas"};
    for (size_t k = 0; k < 3 * sizeof cases / sizeof *cases; k++) {
        struct work work;
        struct cells cells;
        begin_work(&work, cases[k / 3].student, cases[k / 3].student);
        const char *text = document(formats[k % 3], &work, 1, &for_student);
        read_cells(&cells, text + (k % 3 == 0 ? 3 : 0));
        ck_assert_int_eq(cells.rows, k % 3 == 2 ? 3 : 2);
        ck_assert_str_eq(cells.texts[k % 3 == 2 ? 12 : k % 3 == 1 ? 3 : 4], cases[k / 3].cell);
        end_work(&work);
    }
}
END_TEST

START_TEST(moodle_gets_percent_and_what_there_is_to_say)
{
    struct work work;
    begin_plain_work(&work);
    complain(&work, 3, 9, "x", "it is no number");
    ck_assert_str_eq(
        document("moodle", &work, 1, &for_marker),
        "\"Username\",\"Grade\",\"Feedback comments\"\r\n\"张三\",\"55.56\",\"g_1: Right as far as "
        "it goes, but give at least 3 significant figures. w_11': Not answered. E: This step is "
        "right given your g_1; the error began at g_1. Line 3, column 9: it is no number\"\r\n");
    end_work(&work);
}
END_TEST

/* One grade over 100 and Moodle takes none of the file. */
START_TEST(moodle_never_gets_a_grade_that_it_would_refuse)
{
    static const struct {
        double points, most;
        const char *grade;
    } cases[] = {
        {3, 3, "100.00"},  {3.0000001, 3, "100.00"},
        {7, 3, "100.00"},  {-1, 3, "0.00"},
        {1, 3, "33.33"},   {2.9999999, 3, "100.00"},
        {0, 3, "0.00"},    {0, 0, ""},
        {NAN, 3, ""},      {1, NAN, ""},
        {INFINITY, 3, ""}, {1, 0, ""},
    };
    for (size_t k = 0; k < sizeof cases / sizeof *cases; k++) {
        struct work work;
        struct cells cells;
        begin_work(&work, "li", "-");
        work.mark.points = cases[k].points;
        work.mark.most = cases[k].most;
        read_cells(&cells, document("moodle", &work, 1, &for_student));
        ck_assert_str_eq(cells.texts[4], cases[k].grade);
        end_work(&work);
    }
}
END_TEST

START_TEST(canvas_gets_its_columns_and_the_points_possible)
{
    struct work work;
    begin_plain_work(&work);
    ck_assert_str_eq(
        document("canvas", &work, 1, &for_student),
        "\"Student\",\"ID\",\"SIS User ID\",\"SIS Login ID\",\"Section\",\"exercise-a\"\r\n"
        "\"    Points Possible\",\"\",\"\",\"\",\"\",\"4.5\"\r\n"
        "\"张三\",\"\",\"张三\",\"张三\",\"\",\"2.5\"\r\n");
    end_work(&work);
}
END_TEST

/* ---- junit ----------------------------------------------------------------------------------- */

START_TEST(junit_has_a_suite_a_student_and_a_case_a_question)
{
    struct work work;
    begin_plain_work(&work);
    work.record.student = "Li <\"&'>";
    complain(&work, 3, 9, "x", "no <number>");
    work.findings[3].verdict = BS_FAULT;
    const char *text = document("junit", &work, 1, &for_student);
    ck_assert_str_eq(
        text,
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
        "<testsuite name=\"Li &lt;&quot;&amp;'&gt;\" file=\"sheets/zhang.txt\" tests=\"4\" "
        "failures=\"1\" errors=\"1\" skipped=\"1\">\n"
        "<testcase classname=\"exercise-a\" name=\"alpha_1\" />\n"
        "<testcase classname=\"exercise-a\" name=\"g_1\">\n"
        "<failure type=\"coarse\" message=\"Right as far as it goes, but give at least 3 "
        "significant figures.\" />\n</testcase>\n"
        "<testcase classname=\"exercise-a\" name=\"w_11_new\">\n"
        "<skipped type=\"unanswered\" message=\"Not answered.\" />\n</testcase>\n"
        "<testcase classname=\"exercise-a\" name=\"E\">\n"
        "<error type=\"fault\" message=\"The checker failed here; that is not counted against "
        "you.\" />\n</testcase>\n"
        "<system-err>Line 3, column 9: no "
        "&lt;number&gt;</system-err>\n</testsuite>\n</testsuites>\n");
    mxml_node_t *tree = mxmlLoadString(NULL, text, MXML_OPAQUE_CALLBACK);
    mxml_node_t *suite = mxmlFindElement(tree, tree, "testsuite", NULL, NULL, MXML_DESCEND);
    ck_assert_str_eq(mxmlElementGetAttr(suite, "name"), "Li <\"&'>");
    mxmlDelete(tree);
    end_work(&work);
}
END_TEST

/* ---- all formats ----------------------------------------------------------------------------- */

/* Right and rounded are stated by the student; all else is not. */
START_TEST(a_student_sees_no_digit_that_was_not_typed)
{
    static const enum bs_verdict verdicts[] = {BS_RIGHT,      BS_ROUNDED, BS_FOLLOWS,
                                               BS_COARSE,     BS_WRONG,   BS_CONVENTION,
                                               BS_UNREADABLE, BS_FAULT,   BS_UNANSWERED};
    for (size_t k = 0; k < sizeof verdicts / sizeof *verdicts; k++) {
        struct work work;
        begin_work(&work, "Li", "-");
        for (int question = 0; question < ASKED; question++) {
            struct bs_finding *finding = answer_with(&work, question, verdicts[k], "7", 0);
            finding->origin = finding->item;
            finding->convention = BS_CONVENTION_SIGN;
        }
        add_finding(&work, "b_1", BS_WRONG, "7");
        for (const struct bs_format *format = bs_formats; format->name; format++) {
            const char *text = document(format->name, &work, 1, &for_student);
            for (size_t v = 0; v < sizeof value_digits / sizeof *value_digits; v++)
                must(!strstr(text, value_digits[v]), "%s: %s", format->name, text);
        }
        end_work(&work);
    }
}
END_TEST

START_TEST(the_marker_sees_every_value_in_the_formats_that_explain)
{
    static const char *const formats[] = {"text", "json", "gradescope", "junit"};
    struct work work;
    begin_work(&work, "Li", "-");
    for (int question = 0; question < ASKED; question++)
        answer_with(&work, question, BS_WRONG, "7", 0);
    for (size_t k = 0; k < sizeof formats / sizeof *formats; k++) {
        const char *text = document(formats[k], &work, 1, &for_marker);
        for (int question = 0; question < ASKED; question++)
            must(strstr(text, value_digits[question]), "%s: %s", formats[k], text);
    }
    end_work(&work);
}
END_TEST

static bool is_control(uint32_t code)
{
    return (code < 0x20 && code != '\n' && code != '\r') || (code >= 0x7F && code < 0xA0) ||
           (code >= 0x202A && code <= 0x202E) || code >= 0xFFFE;
}

static void must_be_clean(const char *format, const char *text)
{
    for (size_t left = strlen(text), length; left > 0; text += length, left -= length) {
        uint32_t code;
        length = bs_utf8_read(&code, text, left);
        must(!(code == 0xFFFD && length == 1), "%s is not UTF-8", format);
        must(!is_control(code), "%s has U+%04X", format, code);
    }
}

START_TEST(nothing_typed_gets_through_as_a_control_character)
{
    static const char evil[] = "a\x1b[2J\x07\x7f\b\t\r\n\xC2\x9B"
                               "31m\xE2\x80\xAE\xE2\x80\xAC\xEF\xBF\xBF"
                               "\xFF\xC0\x80\xED\xA0\x80\xF4\x90\x80\x80z\xE4\xBD";
    struct work work;
    begin_work(&work, evil, evil);
    answer_with(&work, 0, BS_UNREADABLE, evil, 0);
    complain(&work, 1, 7, evil, evil);
    struct bs_reporting reporting = {.lang = "en", .lesson = evil};
    for (const struct bs_format *format = bs_formats; format->name; format++)
        must_be_clean(format->name, document(format->name, &work, 1, &reporting));
    json_t *array = parse_json(document("json", &work, 1, &reporting));
    const char *student = string_in(json_array_get(array, 0), "student");
    ck_assert_int_eq(student[0], 'a');
    must_be_clean("a string of json", student);
    json_decref(array);
    end_work(&work);
}
END_TEST

START_TEST(what_is_no_number_is_never_printed_as_one)
{
    static const double odd[] = {NAN, INFINITY, -INFINITY};
    for (size_t k = 0; k < sizeof odd / sizeof *odd; k++) {
        struct work work;
        begin_plain_work(&work);
        for (int question = 0; question < ASKED; question++)
            work.marks[question].points = work.marks[question].most = odd[k];
        work.mark.points = work.mark.most = odd[k];
        for (const struct bs_format *format = bs_formats; format->name; format++) {
            const char *text = document(format->name, &work, 1, &for_student);
            must(!strcasestr(text, "nan\"") && !strcasestr(text, ":nan") &&
                     !strcasestr(text, " nan") && !strcasestr(text, "inf"),
                 "%s: %s", format->name, text);
        }
        end_work(&work);
    }
}
END_TEST

struct attempt {
    struct work *work;
    const struct bs_format *format;
};

static bool report(void *context)
{
    const struct attempt *attempt = context;
    struct bs_buf buf = BS_BUF_INIT;
    int status = put_document(&buf, attempt->format->name, attempt->work, 2, &for_marker);
    bs_buf_finish(&buf);
    must(status == BS_OK || status == BS_NO_MEMORY, "%d", status);
    return status == BS_OK;
}

START_TEST(reports_survive_each_refused_allocation)
{
    struct work work;
    begin_usual_work(&work);
    complain(&work, 3, 9, "x = 0.1x", "no number");
    for (const struct bs_format *format = bs_formats; format->name; format++)
        bs_refuse_each_allocation(report, &(struct attempt){&work, format});
    end_work(&work);
}
END_TEST

START_TEST(a_complaint_is_in_the_language_of_the_report)
{
    static const char text[] = "student = A\nv_1 0.5\nx = [1, 2\n";
    struct bs_sheet sheet;
    struct bs_buf buf = BS_BUF_INIT;
    ck_assert_int_eq(bs_sheet_read(&sheet, text, strlen(text), NULL), BS_OK);
    bs_put_complaints(&buf, &sheet, "|", "zh");
    bs_buf_put(&buf, "|");
    bs_put_complaints(&buf, &sheet, "|", "en");
    ck_assert_str_eq(bs_buf_text(&buf),
                     "第 2 行第 1 列：这一行没有等号 =|第 3 行第 5 列：这个括号没有配对|"
                     "Line 2, column 1: there is no = in this line|"
                     "Line 3, column 5: this bracket is not closed");
    bs_buf_finish(&buf);
    bs_sheet_finish(&sheet);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        a_complaint_is_in_the_language_of_the_report,
        each_format_is_found_by_its_name,
        a_verdict_is_a_sentence_in_either_language,
        a_wrong_answer_says_what_went_wrong,
        the_marker_is_told_the_value_of_what_is_not_right,
        a_text_has_a_line_a_question_and_beneath_it_what_there_is_to_say,
        a_text_in_chinese_is_aligned_by_the_width_of_its_characters,
        the_marker_sees_the_exact_value_beside_what_was_typed,
        a_complaint_points_at_its_place,
        a_long_line_is_cut_on_either_side_of_its_place,
        no_line_of_a_text_is_wider_than_a_terminal,
        json_has_a_record_a_line,
        json_without_records_is_an_empty_array,
        json_says_where_an_error_began_and_what_it_was,
        gradescope_gets_a_test_a_question,
        gradescope_hides_from_students_what_is_for_the_marker,
        gradescope_has_an_object_a_line,
        csv_has_a_row_a_student,
        no_cell_runs_as_a_formula_or_breaks_its_row,
        moodle_gets_percent_and_what_there_is_to_say,
        moodle_never_gets_a_grade_that_it_would_refuse,
        canvas_gets_its_columns_and_the_points_possible,
        junit_has_a_suite_a_student_and_a_case_a_question,
        a_student_sees_no_digit_that_was_not_typed,
        the_marker_sees_every_value_in_the_formats_that_explain,
        nothing_typed_gets_through_as_a_control_character,
        what_is_no_number_is_never_printed_as_one,
        reports_survive_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("report", tests);
}
