#include "repl/feed.h"

#include "lua/help.h"
#include "lua/inspect.h"
#include "lua/names.h"
#include "lua/state.h"
#include "repl/chunk.h"
#include "repl/complaint.h"

#include <ctype.h>
#include <lauxlib.h>
#include <string.h>

void bs_feed_init(struct bs_feed *feed, lua_State *L, bool is_interactive)
{
    *feed =
        (struct bs_feed){.L = L, .input = BS_BUF_INIT, .line = 1, .is_interactive = is_interactive};
}

void bs_feed_finish(struct bs_feed *feed)
{
    bs_buf_finish(&feed->input);
}

bool bs_feed_put(struct bs_feed *feed, const char *text, size_t length)
{
    size_t before = feed->input.length;
    bs_buf_put_n(&feed->input, text, length);
    if (length == 0 || text[length - 1] != '\n')
        bs_buf_char(&feed->input, '\n');
    bool succeeded = !feed->input.failed;
    if (!succeeded)
        bs_buf_cut(&feed->input, before);
    feed->input.failed = false;
    return succeeded;
}

/* ------------------------------------------------------------------ lines of the input */

static const char *text_at(const struct bs_feed *feed, size_t offset)
{
    return bs_buf_text(&feed->input) + offset;
}

/* Just after the line that starts, or goes on, at `offset`. */
static size_t line_end(const struct bs_feed *feed, size_t offset)
{
    const char *end = memchr(text_at(feed, offset), '\n', feed->input.length - offset);
    return end ? (size_t)(end + 1 - text_at(feed, 0)) : feed->input.length;
}

/* Everything before `offset` is done with. */
static void move_start(struct bs_feed *feed, size_t offset)
{
    for (size_t i = feed->start; i < offset; i++)
        feed->line += *text_at(feed, i) == '\n';
    feed->start = offset;
    if (feed->tested < offset)
        feed->tested = offset;
}

void bs_feed_drop(struct bs_feed *feed)
{
    move_start(feed, feed->input.length);
}

/* The line of that number, from 1; false when the session has no such line. */
static bool find_line(const struct bs_feed *feed, int number, size_t *start, size_t *length)
{
    *start = 0;
    while (--number > 0 && *start < feed->input.length)
        *start = line_end(feed, *start);
    if (*start >= feed->input.length)
        return false;
    *length = line_end(feed, *start) - *start - 1;
    return true;
}

/* Chunks start at a line that is not blank. */
static void skip_blank_lines(struct bs_feed *feed)
{
    while (feed->start < feed->input.length) {
        const char *text = text_at(feed, feed->start);
        if (text[strspn(text, " \t\r")] != '\n')
            break;
        move_start(feed, line_end(feed, feed->start));
    }
}

/* ------------------------------------------------------------------ the next chunk */

/* What is being run, for the functions that Lua calls protected. */
struct step {
    struct bs_feed *feed;
    struct bs_chunk chunk;
    size_t end; /* of the chunk in the input */
    enum bs_feed_result result;
    bool is_compiled;
};

static struct bs_chunk chunk_to(const struct bs_feed *feed, size_t end)
{
    return (struct bs_chunk){text_at(feed, feed->start), end - feed->start, feed->line};
}

static bool is_word(const char *text, const char *word)
{
    size_t length = strlen(word);
    return strncmp(text, word, length) == 0 && !isalnum((unsigned char)text[length]) &&
           text[length] != '_';
}

/*
 * Does the line there carry on a chunk that would be complete without it?  No statement starts with
 * these, so in lines pasted together "net:set{...}" and ":get()" below it are one.
 */
static bool carries_on(const struct bs_feed *feed, size_t offset)
{
    const char *text = text_at(feed, offset);
    text += strspn(text, " \t\n");
    if (strncmp(text, "::", 2) == 0 || strncmp(text, "--", 2) == 0)
        return false;
    return (*text && strchr(".:+*/^%&|=<>,)]}", *text)) || is_word(text, "and") ||
           is_word(text, "or");
}

/*
 * Take lines until they are a chunk that the next line does not carry on, and push it; or the
 * message that says what is missing.
 */
static void take_chunk(lua_State *L, struct step *step)
{
    struct bs_feed *feed = step->feed;
    enum bs_chunk_kind kind = BS_CHUNK_INCOMPLETE;
    if (feed->tested == feed->input.length)
        feed->tested = feed->start;
    while (feed->tested < feed->input.length) {
        lua_settop(L, 1);
        step->end = line_end(feed, feed->tested);
        step->chunk = chunk_to(feed, step->end);
        kind = bs_chunk_compile(L, &step->chunk); // step, function or message
        if (kind == BS_CHUNK_WRONG)
            lua_error(L);
        if (kind == BS_CHUNK_COMPLETE && !carries_on(feed, step->end))
            break;
        feed->tested = step->end;
    }
    step->is_compiled = kind == BS_CHUNK_COMPLETE;
    step->result = step->is_compiled ? BS_FEED_RESULT : BS_FEED_MORE;
}

/* ------------------------------------------------------------------ running it */

static void keep_last_result(lua_State *L, int index)
{
    if (lua_isnoneornil(L, index))
        return;
    lua_pushvalue(L, index);
    lua_setglobal(L, "_");
}

/* Ctrl-C may have come too late to stop it, or in a read, which ends then and tells nobody. */
static int run_chunk(lua_State *L)
{
    lua_call(L, 0, LUA_MULTRET); // step, results...
    bs_lua_check_stopped(L);
    keep_last_result(L, 2);
    bs_push_results(L, 2, bs_session(L)->columns);
    return 1;
}

/* ?NAME by name, so that it may be a method; ?EXPRESSION by its value; ? alone is an overview. */
static int answer_question(lua_State *L, struct step *step)
{
    struct bs_feed *feed = step->feed;
    step->end = line_end(feed, feed->start);
    step->chunk = chunk_to(feed, step->end);
    const char *text = strchr(step->chunk.text, '?') + 1;
    text += strspn(text, " \t");
    size_t length = step->chunk.length - (size_t)(text - step->chunk.text);
    while (length > 0 && isspace((unsigned char)text[length - 1]))
        length--;
    if (length == 0) {
        lua_pushnil(L);
    } else if (bs_path_start(text, length) == 0) {
        lua_pushlstring(L, text, length);
    } else {
        struct bs_chunk question = {text, length, step->chunk.first_line};
        if (bs_chunk_compile(L, &question) != BS_CHUNK_COMPLETE)
            lua_error(L);
        lua_call(L, 0, 1);
    }
    bs_push_help(L, -1);
    step->result = BS_FEED_RESULT;
    return 1;
}

static bool is_question(const struct bs_feed *feed)
{
    const char *text = text_at(feed, feed->start);
    return text[strspn(text, " \t\n")] == '?';
}

/* Called protected with a step: gives the text to show. */
static int run_step(lua_State *L)
{
    struct step *step = lua_touserdata(L, 1);
    if (is_question(step->feed))
        return answer_question(L, step);
    take_chunk(L, step); // step, function or message
    return step->is_compiled ? run_chunk(L) : 1;
}

/* ------------------------------------------------------------------ when it fails */

/*
 * To be shown is a line to point into, and one that is not just above: but not below a message that
 * has lines of its own, as of a formula.
 */
static bool shows_line(const struct step *step, const struct bs_place *place, const char *message)
{
    bool is_all_that_was_typed =
        step->chunk.text == place->line && place->length + 1 == step->chunk.length;
    bool is_seen = step->feed->is_interactive && is_all_that_was_typed;
    return (place->column >= 0 || !is_seen) && !strchr(message, '\n');
}

static bool find_place(struct step *step, int number, struct bs_place *place)
{
    size_t start;
    if (number == 0 || !find_line(step->feed, number, &start, &place->length))
        return false;
    place->line = text_at(step->feed, start);
    place->column = -1;
    return true;
}

/* For a syntax error: the column of what it is near to, which is in the chunk. */
static void find_column(lua_State *L, const struct step *step, struct bs_place *place)
{
    long at = bs_chunk_locate(L, &step->chunk, lua_tostring(L, -1));
    const char *found = step->chunk.text + at;
    if (at >= 0 && found >= place->line && found < place->line + place->length)
        place->column = (int)(found - place->line);
}

/* Replace the message on top of the stack by its sentence, without the position. */
static void leave_sentence(lua_State *L)
{
    static const char end_expected[] = "<eof> expected near ";
    const char *sentence;
    bs_chunk_error_line(lua_tostring(L, -1), &sentence);
    if (strncmp(sentence, end_expected, strlen(end_expected)) == 0)
        lua_pushfstring(L, "unexpected %s", sentence + strlen(end_expected));
    else
        lua_pushstring(L, sentence);
    lua_replace(L, -2);
}

static void put_position_before(lua_State *L, int line)
{
    lua_pushfstring(L, BS_CHUNK_NAME ":%d: %s", line, lua_tostring(L, -1));
    lua_replace(L, -2);
}

/* Called protected with a step and its error: gives the text to show. */
static int explain(lua_State *L)
{
    struct step *step = lua_touserdata(L, 1);
    const char *sentence;
    struct bs_place place;
    bs_complaint_to_text(L); // step, message
    int line = bs_chunk_error_line(lua_tostring(L, -1), &sentence);
    if (!find_place(step, line, &place)) {
        bs_complaint_add_hint(L, NULL);
        return 1;
    }
    if (!step->is_compiled)
        find_column(L, step, &place);
    leave_sentence(L);
    if (step->is_compiled)
        bs_complaint_add_hint(L, &place);
    else
        bs_complaint_name_character(L, &place);
    if (!step->feed->is_interactive)
        put_position_before(L, line);
    if (shows_line(step, &place, lua_tostring(L, -1)))
        bs_complaint_add_line(L, &place);
    return 1;
}

/* Call it with the step, and with the error on top of the stack if there is one; pcall's status. */
static int call_with_step(struct step *step, lua_CFunction function, bool has_error)
{
    lua_State *L = step->feed->L;
    lua_pushcfunction(L, function);
    lua_pushlightuserdata(L, step);
    if (has_error)
        lua_rotate(L, -3, -1); // function, step, error
    return lua_pcall(L, has_error ? 2 : 1, 1, 0);
}

/*
 * Garbage of what ran out of memory goes at once: Lua's string buffers are refused without a
 * collection.
 */
static void collect_after(lua_State *L, const char *message)
{
    if (message && strstr(message, "not enough memory"))
        lua_gc(L, LUA_GCCOLLECT);
}

static void fail(struct step *step)
{
    lua_State *L = step->feed->L;
    bool is_stopped = bs_lua_is_stopped(L);
    bs_lua_clear(L);
    step->result = is_stopped ? BS_FEED_STOPPED : BS_FEED_ERROR;
    if (call_with_step(step, explain, true) != LUA_OK && !lua_isstring(L, -1)) {
        lua_pop(L, 1);
        lua_pushnil(L);
    }
    collect_after(L, lua_tostring(L, -1));
    bs_feed_drop(step->feed);
}

enum bs_feed_result bs_feed_run(struct bs_feed *feed, struct bs_buf *text)
{
    lua_State *L = feed->L;
    struct step step = {.feed = feed, .result = BS_FEED_EMPTY};
    bs_buf_cut(text, 0);
    skip_blank_lines(feed);
    if (feed->start == feed->input.length)
        return BS_FEED_EMPTY;
    if (call_with_step(&step, run_step, false) != LUA_OK)
        fail(&step);
    else if (step.result != BS_FEED_MORE)
        move_start(feed, step.end);
    size_t length;
    const char *shown = lua_tolstring(L, -1, &length);
    if (shown)
        bs_buf_put_n(text, shown, length);
    lua_pop(L, 1);
    return step.result;
}
