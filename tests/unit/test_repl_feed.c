#include "unit.h"

#include "base/interrupt.h"
#include "base/mem.h"
#include "lua/state.h"
#include "repl/feed.h"

#include <lauxlib.h>
#include <string.h>

static const char *const names[] = {"empty", "more", "result", "error", "stopped"};

/* What comes of the text, a line "RESULT: TEXT" for each chunk until there are no more. */
static void run(struct bs_feed *feed, struct bs_buf *log, const char *text)
{
    struct bs_buf shown = BS_BUF_INIT;
    enum bs_feed_result result;
    bs_buf_cut(log, 0);
    ck_assert(bs_feed_put(feed, text, strlen(text)));
    do {
        result = bs_feed_run(feed, &shown);
        bs_buf_printf(log, "%s: %s\n", names[result], bs_buf_text(&shown));
        ck_assert_int_eq(lua_gettop(feed->L), 0);
    } while (result == BS_FEED_RESULT);
    bs_buf_finish(&shown);
}

struct session {
    lua_State *L;
    struct bs_feed feed;
    struct bs_buf log;
};

static struct session open_session(bool is_interactive)
{
    struct bs_error err;
    struct session session = {.L = bs_lua_open(&err), .log = BS_BUF_INIT};
    ck_assert_ptr_nonnull(session.L);
    bs_feed_init(&session.feed, session.L, is_interactive);
    return session;
}

static void close_session(struct session *session)
{
    bs_feed_finish(&session->feed);
    bs_buf_finish(&session->log);
    bs_lua_close(session->L);
}

struct step {
    const char *text, *log;
};

static void check_steps(const struct step *steps, size_t count, bool is_interactive)
{
    struct session session = open_session(is_interactive);
    for (size_t i = 0; i < count; i++) {
        run(&session.feed, &session.log, steps[i].text);
        ck_assert_str_eq(bs_buf_text(&session.log), steps[i].log);
    }
    close_session(&session);
}

#define CHECK_STEPS(steps, is_interactive) \
    check_steps(steps, sizeof(steps) / sizeof *(steps), is_interactive)

START_TEST(chunks_run_one_by_one)
{
    static const struct step steps[] = {
        {"1 + 1", "result: 2\nempty: \n"},
        {"x = 1\nx, x + 1\n\n  \nprint",
         "result: \nresult: 1, 2\nresult: function (built in)\nempty: \n"},
        {"", "empty: \n"},
        {"-- a comment", "result: \nempty: \n"},
        {"{1,\n2}\n3", "result: {1, 2}\nresult: 3\nempty: \n"},
        {"f = function()\nreturn 7\nend f()", "result: \nempty: \n"},
        {"f()", "result: 7\nempty: \n"},
        {"('ab')\n:upper()\n. x", "result: nil\nempty: \n"},
        {"x = 1\n  + 2 -- no comment\n--[[ a\n comment ]]\nx",
         "result: \nresult: \nresult: 3\nempty: \n"},
        {"::here::", "result: \nempty: \n"},
        {"return 5", "result: 5\nempty: \n"},
        {"nil", "result: nil\nempty: \n"},
        {"(function() end)()", "result: \nempty: \n"},
        {"{{1}}, {{1}, {2}}", "result: {{1}}\n{{1},\n {2}}\nempty: \n"},
    };
    CHECK_STEPS(steps, true);
}
END_TEST

START_TEST(unfinished_text_waits_for_more)
{
    struct session session = open_session(true);
    static const struct step steps[] = {
        {"x = {", "more: unexpected symbol near <eof>\n"},
        {"1,", "more: unexpected symbol near <eof>\n"},
        {"2}", "result: \nempty: \n"},
        {"x[2]", "result: 2\nempty: \n"},
        {"[[a", "more: unfinished long string (starting at line 5) near '<eof>'\n"},
        {"b]]", "result: \"a\\nb\"\nempty: \n"},
        {"x = 3\nfor i = 1, 2 do", "result: \nmore: 'end' expected near <eof>\n"},
        {"x = x + i end", "result: \nempty: \n"},
        {"x", "result: 6\nempty: \n"},
    };
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        run(&session.feed, &session.log, steps[i].text);
        const char *log = bs_buf_text(&session.log);
        if (strncmp(steps[i].log, "more", 4) == 0)
            ck_assert_msg(strncmp(log, "more", 4) == 0, "%s", log);
        else if (!strstr(steps[i].log, "more"))
            ck_assert_str_eq(log, steps[i].log);
    }
    run(&session.feed, &session.log, "y = (");
    bs_feed_drop(&session.feed);
    run(&session.feed, &session.log, "8");
    ck_assert_str_eq(bs_buf_text(&session.log), "result: 8\nempty: \n");
    close_session(&session);
}
END_TEST

START_TEST(error_drops_what_was_to_follow)
{
    static const struct step steps[] = {
        {"x = 1\nerror('no', 0)\nx = 2", "result: \nerror: no\n"},
        {"x", "result: 1\nempty: \n"},
        {"x = 5 5\nx = 2", "error: unexpected symbol near '5'\n    x = 5 5\n          ^\n"},
        {"x", "result: 1\nempty: \n"},
    };
    CHECK_STEPS(steps, true);
}
END_TEST

START_TEST(last_result_is_kept)
{
    static const struct step steps[] = {
        {"'a', 2", "result: \"a\", 2\nempty: \n"},
        {"nil", "result: nil\nempty: \n"},
        {"_", "result: \"a\"\nempty: \n"},
    };
    CHECK_STEPS(steps, true);
}
END_TEST

START_TEST(local_is_passed_over_where_it_can_be)
{
    static const struct step steps[] = {
        {"local a, b = 1, 2\na + b", "result: \nresult: 3\nempty: \n"},
        {"local function f(n)\n  return n > 0 and f(n - 1) or 'ok'\nend\nf(2)",
         "result: \nresult: \"ok\"\nempty: \n"},
        {"local c <const> = 3\nc", "result: \nresult: nil\nempty: \n"},
        {"local d\nd", "result: \nresult: nil\nempty: \n"},
        {"locals = 4\nlocals", "result: \nresult: 4\nempty: \n"},
        {"do local a = 9 end a", "error: syntax error near <eof>\n"},
        {"do local a = 9 end\na", "result: \nresult: 1\nempty: \n"},
    };
    struct session session = open_session(true);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        run(&session.feed, &session.log, steps[i].text);
        if (strncmp(steps[i].log, "error", 5) != 0)
            ck_assert_str_eq(bs_buf_text(&session.log), steps[i].log);
        bs_feed_drop(&session.feed);
    }
    close_session(&session);
}
END_TEST

START_TEST(batch_names_lines_of_the_whole_input)
{
    static const struct step steps[] = {
        {"f = function()\n  error('deep')\nend", "result: \nempty: \n"},
        {"\n1", "result: 1\nempty: \n"},
        {"f()", "error: stdin:2: deep\n      error('deep')\n"},
        {"x = )", "error: stdin:7: unexpected symbol near ')'\n    x = )\n        ^\n"},
    };
    CHECK_STEPS(steps, false);
}
END_TEST

START_TEST(message_with_lines_of_its_own_gets_no_other)
{
    static const struct step steps[] = {
        {"error('a\\n  b')", "error: stdin:1: a\n  b\n"},
        {"error('a')", "error: stdin:2: a\n    error('a')\n"},
    };
    CHECK_STEPS(steps, false);
}
END_TEST

START_TEST(lines_are_counted_however_many_there_are)
{
    struct session session = open_session(false);
    run(&session.feed, &session.log, "function f()\n  error('far')\nend");
    for (int line = 4; line < 2345; line++)
        ck_assert(bs_feed_put(&session.feed, "x = 1", 5));
    run(&session.feed, &session.log, "function g() error('near') end\nf()");
    ck_assert_ptr_nonnull(strstr(session.log.text, "\nerror: stdin:2: far\n      error('far')\n"));
    run(&session.feed, &session.log, "g()");
    ck_assert_str_eq(session.log.text,
                     "error: stdin:2345: near\n    function g() error('near') end\n");
    run(&session.feed, &session.log, "x = )");
    ck_assert_str_eq(session.log.text,
                     "error: stdin:2348: unexpected symbol near ')'\n    x = )\n        ^\n");
    close_session(&session);
}
END_TEST

START_TEST(syntax_error_is_pointed_at)
{
    static const struct step steps[] = {
        {"x = (1)) + (1))",
         "error: unexpected symbol near ')'\n    x = (1)) + (1))\n           ^\n"},
        {"f('a)b', )", "error: unexpected symbol near ')'\n    f('a)b', )\n             ^\n"},
        {"a b", "error: syntax error near 'b'\n    a b\n      ^\n"},
        {"aa a", "error: syntax error near 'a'\n    aa a\n       ^\n"},
        {"1 2", "error: unexpected '2'\n    1 2\n      ^\n"},
        {"x = \"abc", "error: unfinished string near '\"abc'\n    x = \"abc\n        ^\n"},
        {"\tx = 1e", "error: malformed number near '1e'\n     x = 1e\n         ^\n"},
        {"x = '权' ?", "error: unexpected symbol near '?'\n    x = '权' ?\n             ^\n"},
        {"x = 2 × 3", "error: Lua has no character ×: type *\n    x = 2 × 3\n          ^\n"},
        {"print（1）", "error: Lua has no character （: type (\n    print（1）\n         ^\n"},
        {"w = “a”", "error: Lua has no character “: type \"\n    w = “a”\n        ^\n"},
        {"α = 1", "error: Lua has no character α outside of strings\n    α = 1\n    ^\n"},
        {"for i = 1, 2 do\n  x = = 1\nend",
         "error: unexpected symbol near '='\n      x = = 1\n          ^\n"},
    };
    CHECK_STEPS(steps, true);
}
END_TEST

START_TEST(nil_error_suggests_a_name)
{
    static const struct step steps[] = {
        {"digitz(3)", "error: attempt to call a nil value (global 'digitz'): did you mean digits?\n"
                      "    digitz(3)\n    ^\n"},
        {"t = {layers = {first = {}}}", "result: \nempty: \n"},
        {"t.layers.fisrt.x = 1",
         "error: attempt to index a nil value (field 'fisrt'): did you mean first?\n"
         "    t.layers.fisrt.x = 1\n             ^\n"},
        {"('x'):uper()",
         "error: attempt to call a nil value (method 'uper')\n    ('x'):uper()\n          ^\n"},
        {"s = 'x'\ns:uper()",
         "result: \nerror: attempt to call a nil value (method 'uper'): did you mean "
         "upper?\n    s:uper()\n      ^\n"},
        {"q()", "error: attempt to call a nil value (global 'q')\n    q()\n    ^\n"},
        {"digitz(digitz)",
         "error: attempt to call a nil value (global 'digitz'): did you mean digits?\n"},
    };
    CHECK_STEPS(steps, true);
}
END_TEST

START_TEST(question_is_answered)
{
    struct session session = open_session(true);
    static const char *const digits[] = {"?digits", "? digits ", "help(digits)", "?(digits)"};
    for (size_t i = 0; i < sizeof digits / sizeof *digits; i++) {
        run(&session.feed, &session.log, digits[i]);
        ck_assert_str_eq(strtok(session.log.text, "\n"), "result: digits([n]) -> n");
    }
    run(&session.feed, &session.log, "?digits\n1");
    ck_assert_ptr_nonnull(strstr(session.log.text, "\nresult: 1\n"));
    run(&session.feed, &session.log, "?");
    ck_assert_ptr_nonnull(strstr(session.log.text, "?t:step"));
    run(&session.feed, &session.log, "?1 +");
    ck_assert_ptr_nonnull(strstr(session.log.text, "error: "));
    run(&session.feed, &session.log, "?error('no', 0)");
    ck_assert_str_eq(session.log.text, "error: no\n");
    close_session(&session);
}
END_TEST

static int l_press(lua_State *L)
{
    (void)L;
    bs_interrupt_raise();
    return 0;
}

START_TEST(interrupt_stops_and_is_answered)
{
    struct session session = open_session(true);
    lua_register(session.L, "press", l_press);
    run(&session.feed, &session.log, "x = 1\npress() while true do pcall(error) end\nx = 2");
    ck_assert_str_eq(session.log.text, "result: \nstopped: interrupted!\n");
    ck_assert(!bs_is_interrupted());
    run(&session.feed, &session.log, "press()"); /* too late to stop it */
    ck_assert_str_eq(session.log.text, "stopped: interrupted!\n");
    run(&session.feed, &session.log, "x");
    ck_assert_str_eq(session.log.text, "result: 1\nempty: \n");
    close_session(&session);
}
END_TEST

START_TEST(error_of_any_kind_is_told)
{
    static const struct step steps[] = {
        {"error()", "error: error: nil\n"},
        {"error({1})", "error: error: {1}\n"},
        {"error(setmetatable({}, {__tostring = function() return 'own' end}))", "error: own\n"},
        {"error(setmetatable({}, {__tostring = function() error('in it', 0) end}))",
         "error: in it\n"},
        {"setmetatable({}, {__tostring = function() error('bad text', 0) end})",
         "error: bad text\n"},
        {"setmetatable({}, {__tostring = function() return {} end})",
         "error: '__tostring' must return a string\n"},
        {"string.rep('x', -1):bad()",
         "error: attempt to call a nil value (method 'bad')\n    string.rep('x', -1):bad()\n"
         "                        ^\n"},
    };
    CHECK_STEPS(steps, true);
}
END_TEST

START_TEST(feed_survives_the_refusal_of_any_request)
{
    static const char *const texts[] = {
        "{1, 'a', {2}}", "x = 1\nx", "x = (1)) + (1))", "digitz()", "?digits", "for i = 1, 2 do",
    };
    struct session session = open_session(true);
    struct bs_buf shown = BS_BUF_INIT;
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        bool refused = true;
        for (long before = 0; refused; before++) {
            bs_mem_fail_after(before);
            bs_feed_put(&session.feed, texts[i], strlen(texts[i]));
            while (bs_feed_run(&session.feed, &shown) == BS_FEED_RESULT)
                ;
            refused = bs_mem_has_failed();
            bs_mem_fail_after(-1);
            ck_assert_int_eq(lua_gettop(session.L), 0);
            bs_feed_drop(&session.feed);
            bs_buf_finish(&shown);
        }
        run(&session.feed, &session.log, "1 + 1");
        ck_assert_str_eq(bs_buf_text(&session.log), "result: 2\nempty: \n");
    }
    close_session(&session);
}
END_TEST

Suite *bs_suite(void)
{
    return bs_suite_of("feed", (const TTest *const[]){
                                   chunks_run_one_by_one,
                                   unfinished_text_waits_for_more,
                                   error_drops_what_was_to_follow,
                                   last_result_is_kept,
                                   local_is_passed_over_where_it_can_be,
                                   batch_names_lines_of_the_whole_input,
                                   message_with_lines_of_its_own_gets_no_other,
                                   lines_are_counted_however_many_there_are,
                                   syntax_error_is_pointed_at,
                                   nil_error_suggests_a_name,
                                   question_is_answered,
                                   interrupt_stops_and_is_answered,
                                   error_of_any_kind_is_told,
                                   feed_survives_the_refusal_of_any_request,
                                   NULL,
                               });
}
