#include "test_view.h"

static const char *body_of(const char *page)
{
    const char *body = strstr(page, "</style>\n");
    must(body, "%s", page);
    return body + strlen("</style>\n");
}

START_TEST(html_is_a_page_of_its_own)
{
    struct bs_tape *tape = sum_times_z();
    bs_tape_seek(tape, entry_of(tape, "q"));
    struct bs_page page = whole_page;
    page.is_complete = false;
    const char *text = seen(bs_view_html, tape, &page);
    static const char head[] = "<!DOCTYPE html>\n"
                               "<html lang=\"en\">\n"
                               "<meta charset=\"utf-8\">\n"
                               "<meta name=\"viewport\" content=\"width=device-width\">\n"
                               "<title>Worked solution</title>\n"
                               "<style>\n";
    must(strncmp(text, head, strlen(head)) == 0, "%s", text);
    ck_assert_str_eq(body_of(text),
                     "<h1>Worked solution</h1>\n"
                     "<table>\n"
                     "<tbody><tr><th colspan=\"4\" scope=\"rowgroup\"><h2>Given</h2>\n"
                     "<tbody><tr><th scope=\"row\">x<td>=<td class=\"formula\">−2"
                     "<td class=\"rule\">given\n"
                     "<tbody><tr><th scope=\"row\">y<td>=<td class=\"formula\">5"
                     "<td class=\"rule\">given\n"
                     "<tbody><tr><th scope=\"row\">z<td>=<td class=\"formula\">−4"
                     "<td class=\"rule\">given\n"
                     "<tbody><tr><th colspan=\"4\" scope=\"rowgroup\"><h2>Forward</h2>\n"
                     "<tbody><tr><th scope=\"row\">q<td>=<td class=\"formula\">x + y"
                     "<td class=\"rule\">definition\n"
                     "<tr><td><td>=<td class=\"formula\">−2 + 5<td class=\"rule\">\n"
                     "<tr><td><td>=<td class=\"formula\">3<td class=\"rule\">\n"
                     "</table>\n"
                     "</html>");
    ck_assert_ptr_null(strstr(text, "http"));
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(html_escapes_what_has_a_meaning_there)
{
    struct bs_tape *tape = circuit_with(0);
    give(tape, "x", 1);
    let(tape, "y", "step(x)");
    const char *text = body_of(seen(bs_view_html, tape, &whole_page));
    must(strstr(text, "step(x) = 1 where x &gt;= 0, else 0"), "%s", text);
    must(!strstr(text, "x >="), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(html_says_its_language)
{
    struct bs_tape *tape = sum_times_z();
    struct bs_page page = whole_page;
    page.lang = "zh";
    page.form = BS_ASCII; /* of the terminal */
    const char *text = seen(bs_view_html, tape, &page);
    must(strstr(text, "<html lang=\"zh-Hans\">\n"), "%s", text);
    must(strstr(text, "<h1>解答</h1>"), "%s", text);
    must(strstr(text, "<h2>前向传播</h2>"), "%s", text);
    must(strstr(text, "q·z"), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(html_of_a_big_network_says_what_is_left_out)
{
    struct bs_tape *tape = big_tape();
    const char *text = seen(bs_view_html, tape, &whole_page);
    must(strstr(text, "<tbody><tr><td colspan=\"4\">… and 1532 more\n"), "%s", text);
    bs_tape_destroy(tape);
}
END_TEST

START_TEST(html_survives_each_refused_allocation)
{
    refuse_each_allocation(bs_view_html, &whole_page);
}
END_TEST

Suite *bs_suite(void)
{
    const TTest *const tests[] = {
        html_is_a_page_of_its_own,
        html_escapes_what_has_a_meaning_there,
        html_says_its_language,
        html_of_a_big_network_says_what_is_left_out,
        html_survives_each_refused_allocation,
        NULL,
    };
    return bs_suite_of("html", tests);
}
