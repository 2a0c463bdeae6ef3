/*
 * What the commands and lessons need of the checker.
 *
 * A result needs its key and its sheet, and a key its tape's numbers alone: so a result keeps both
 * in user values, and everything else stands for itself.
 */
#include "lua/check.h"

#include "base/interrupt.h"
#include "check/diagnose.h"
#include "check/moved.h"
#include "check/judge.h"
#include "check/mark.h"
#include "check/report.h"
#include "check/sheet.h"
#include "check/summary.h"
#include "lua/args.h"
#include "lua/box.h"
#include "lua/file.h"
#include "lua/module.h"
#include "lua/state.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

static const char key_type[] = "answer key", sheet_type[] = "answer sheet",
                  result_type[] = "result", report_type[] = "report", tally_type[] = "tally",
                  survey_type[] = "survey", mark_type[] = "mark", catalogue_type[] = "catalogue",
                  tape_type[] = "tape", folder_type[] = "folder";

/* ---- keys ------------------------------------------------------------------------------------ */

BS_BOX_GC(l_key_gc, key_type, struct bs_key, bs_key_destroy)

static struct bs_key *check_key(lua_State *L, int index)
{
    struct bs_key **box = luaL_checkudata(L, index, key_type);
    luaL_argcheck(L, *box, index, "the key is gone");
    return *box;
}

static struct bs_tape *check_tape(lua_State *L, int index)
{
    struct bs_tape **box = luaL_checkudata(L, index, tape_type);
    luaL_argcheck(L, *box, index, "the tape is closed");
    return *box;
}

static lua_Integer field_integer(lua_State *L, int index, const char *name, lua_Integer otherwise)
{
    lua_getfield(L, index, name);
    lua_Integer value = luaL_optinteger(L, -1, otherwise);
    lua_pop(L, 1);
    return value;
}

static double field_number(lua_State *L, int index, const char *name, double otherwise)
{
    lua_getfield(L, index, name);
    double value = luaL_optnumber(L, -1, otherwise);
    lua_pop(L, 1);
    return value;
}

static bool field_boolean(lua_State *L, int index, const char *name, bool otherwise)
{
    bool value = lua_getfield(L, index, name) == LUA_TNIL ? otherwise : lua_toboolean(L, -1);
    lua_pop(L, 1);
    return value;
}

/* What is not said is as usual. */
static struct bs_marking arg_marking(lua_State *L, int index)
{
    struct bs_marking marking = bs_usual_marking;
    luaL_checktype(L, index, LUA_TTABLE);
    marking.decimals = (int)field_integer(L, index, "decimals", -1);
    marking.figures = (int)field_integer(L, index, "figures", 0);
    marking.allows_truncation = field_boolean(L, index, "truncation", marking.allows_truncation);
    if (field_boolean(L, index, "sign", false))
        marking.conventions |= BS_CONVENTION_SIGN;
    if (field_boolean(L, index, "factor", false))
        marking.conventions |= BS_CONVENTION_FACTOR;
    if (field_boolean(L, index, "layout", false))
        marking.conventions |= BS_CONVENTION_LAYOUT;
    marking.shares.follows = field_number(L, index, "follows", marking.shares.follows);
    marking.shares.coarse = field_number(L, index, "coarse", marking.shares.coarse);
    marking.shares.convention = field_number(L, index, "convention", marking.shares.convention);
    marking.shares.attempt = field_number(L, index, "attempt", marking.shares.attempt);
    marking.shares.hint = field_number(L, index, "hint", marking.shares.hint);
    return marking;
}

/* Pushes what holds them.  The names are this tape's. */
static struct bs_question *arg_questions(lua_State *L, int index, const struct bs_tape *tape,
                                         size_t *count)
{
    struct bs_error err;
    luaL_checktype(L, index, LUA_TTABLE);
    *count = lua_rawlen(L, index);
    struct bs_question *questions =
        lua_newuserdatauv(L, (*count + 1) * sizeof *questions, 0); // questions
    for (size_t i = 0; i < *count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1); // questions, question
        lua_getfield(L, -1, "name");
        questions[i] = (struct bs_question){
            .figures = (int)field_integer(L, -2, "figures", 3),
            .points = field_number(L, -2, "points", 1),
        };
        bs_check(L, bs_tape_find(&questions[i].entry, tape, luaL_checkstring(L, -1), &err), &err);
        lua_pop(L, 2); // questions
    }
    return questions;
}

/*
 * host.key(tape, {{name = "g_1", figures = 3, points = 1}, ...}, marking): the fields of marking
 * are decimals or figures, truncation, sign, factor, layout (conventions allowed), follows, coarse,
 * convention, attempt, hint (shares).
 */
static int l_host_key(lua_State *L)
{
    struct bs_error err;
    size_t count;
    struct bs_tape *tape = check_tape(L, 1);
    struct bs_marking marking = arg_marking(L, 3);
    const struct bs_question *questions = arg_questions(L, 2, tape, &count);
    struct bs_key **box = bs_box_push(L, key_type); // ..., key
    bs_check(L, bs_key_create(box, tape, questions, count, &marking, &err), &err);
    return 1;
}

static int l_host_notation(lua_State *L)
{
    const struct bs_notation *notation = bs_tape_notation(check_tape(L, 1));
    lua_pushstring(L, notation ? bs_notation_name(notation) : NULL);
    return 1;
}

static int l_host_entry_in(lua_State *L)
{
    struct bs_error err;
    bs_entry entry = BS_NO_ENTRY;
    struct bs_tape *other = check_tape(L, 1), *tape = check_tape(L, 2);
    bs_check(L, bs_tape_find(&entry, tape, luaL_checkstring(L, 3), &err), &err);
    entry = bs_tape_counterpart(other, tape, entry);
    if (entry == BS_NO_ENTRY)
        return 0;
    bs_tape_name(other, bs_push_buf(L), entry);
    bs_pop_text(L);
    return 1;
}

/* Its name, and whether it is given; nothing where there is no such entry. */
static int l_host_is_entry(lua_State *L)
{
    const struct bs_key *key = check_key(L, 1);
    int item = bs_key_find(key, luaL_checkstring(L, 2));
    if (item < 0)
        return 0;
    lua_pushstring(L, bs_key_item(key, item)->name);
    lua_pushboolean(L, bs_key_item(key, item)->phase == BS_PHASE_GIVEN);
    return 2;
}

/* ---- sheets ---------------------------------------------------------------------------------- */

struct sheet_box {
    struct bs_sheet sheet;
    bool is_read;
};

static void close_sheet(struct sheet_box *box)
{
    if (box->is_read)
        bs_sheet_finish(&box->sheet);
    box->is_read = false;
}

static int l_sheet_gc(lua_State *L)
{
    close_sheet(luaL_checkudata(L, 1, sheet_type));
    return 0;
}

static struct bs_sheet *check_sheet(lua_State *L, int index)
{
    struct sheet_box *box = luaL_checkudata(L, index, sheet_type);
    luaL_argcheck(L, box->is_read, index, "the sheet is gone");
    return &box->sheet;
}

static struct sheet_box *push_sheet(lua_State *L)
{
    bs_box_weigh(L);
    struct sheet_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    box->is_read = false;
    luaL_setmetatable(L, sheet_type);
    return box;
}

typedef int sheet_reader(struct bs_sheet *out, const char *text, size_t length,
                         struct bs_error *err);

/* Push the sheet, or nil and why there is none; gives how many. */
static int read_sheet(lua_State *L, sheet_reader *reader, const char *text, size_t length)
{
    struct bs_error err;
    struct sheet_box *box = push_sheet(L); // sheet
    int status = reader(&box->sheet, text, length, &err);
    if (status == BS_REFUSED) {
        lua_pushnil(L);
        lua_pushstring(L, err.text);
        return 2;
    }
    bs_check(L, status, &err);
    box->is_read = true;
    return 1;
}

static int l_host_sheet(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    return read_sheet(L, bs_sheet_read, text, length);
}

/* FNV-1a of 64 bits: what has changed is to be seen, not what somebody wants to hide. */
static const uint64_t DIGEST_START = UINT64_C(0xcbf29ce484222325);

static uint64_t digest(uint64_t hash, const void *bytes, size_t length)
{
    const unsigned char *byte = bytes;
    for (size_t i = 0; i < length; i++)
        hash = (hash ^ byte[i]) * UINT64_C(0x100000001b3);
    return hash;
}

/* As read, but that a signal alone ends nothing. */
static ssize_t read_some(int file, char *text, size_t most)
{
    ssize_t length;
    do
        length = read(file, text, most);
    while (length < 0 && errno == EINTR && !bs_is_interrupted());
    return length;
}

/* A pipe may be named: shells do it for <(...).  One that nobody writes to is waited for. */
static int open_sheet(const char *path)
{
    return strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
}

/* All of a file, but for what is too long for a sheet; 0 or the reason. */
static int read_file(struct bs_buf *buf, const char *path)
{
    char text[1 << 13];
    ssize_t length = 0;
    int file = open_sheet(path);
    if (file < 0)
        return errno;
    while (buf->length <= BS_LONGEST_SHEET && (length = read_some(file, text, sizeof text)) > 0)
        bs_buf_put_n(buf, text, (size_t)length);
    int reason = length < 0 ? errno : 0;
    close(file);
    return reason;
}

static int l_host_read_sheet(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    struct bs_buf *buf = bs_push_buf(L); // path, buf
    int reason = read_file(buf, path);
    bs_lua_check_stopped(L);
    if (reason) {
        lua_pushnil(L);
        lua_pushstring(L, strerror(reason));
        return 2;
    }
    if (buf->failed)
        bs_memory_error(L);
    int count = read_sheet(L, bs_sheet_read, bs_buf_text(buf), buf->length);
    if (count == 1)
        lua_pushinteger(L, (lua_Integer)digest(DIGEST_START, bs_buf_text(buf), buf->length));
    bs_buf_finish(buf);
    return 2;
}

static void push_optional(lua_State *L, const char *text)
{
    lua_pushstring(L, text && *text ? text : NULL);
}

/* Below the first answer it is taken for one. */
static bool has_late_seed(const struct bs_sheet *sheet)
{
    for (size_t i = 0; i < sheet->count; i++)
        if (strcasecmp(sheet->answers[i].name, "seed") == 0)
            return true;
    return false;
}

static int l_host_head(lua_State *L)
{
    const struct bs_sheet *sheet = check_sheet(L, 1);
    push_optional(L, sheet->student);
    push_optional(L, sheet->lesson);
    push_optional(L, sheet->notation);
    if (sheet->has_seed)
        lua_pushinteger(L, sheet->seed);
    else
        lua_pushnil(L);
    lua_pushboolean(L, sheet->has_bad_seed || has_late_seed(sheet));
    return 5;
}

/* The first bytes of a file that can be read again; −1 where it is none. */
static ssize_t read_beginning(const char *path, char *text, size_t most)
{
    struct stat status;
    if (strcmp(path, "-") == 0 || stat(path, &status) < 0 || !S_ISREG(status.st_mode))
        return -1;
    int file = open_sheet(path);
    if (file < 0)
        return -1;
    ssize_t length = read_some(file, text, most);
    close(file);
    return length;
}

/*
 * The header ends at the first answer: where the beginning of a file, up to the end of a line, has
 * one or is all of it, the rest need not be read.
 */
static int l_host_read_student(lua_State *L)
{
    char text[1 << 10];
    const char *path = luaL_checkstring(L, 1);
    ssize_t length = read_beginning(path, text, sizeof text);
    lua_pushboolean(L, length >= 0);
    if (length < 0)
        return 1;
    bool is_all = length < (ssize_t)sizeof text;
    const char *end = is_all ? text + length - 1 : memrchr(text, '\n', sizeof text);
    size_t used = end ? (size_t)(end + 1 - text) : 0;
    bool is_sheet = read_sheet(L, bs_sheet_read_header, text, used) == 1;
    if (is_sheet && !is_all && check_sheet(L, -1)->count == 0) {
        lua_settop(L, 1);
        is_sheet = l_host_read_sheet(L) == 2 && !lua_isnil(L, -2);
        lua_pop(L, 1);
    }
    lua_pushboolean(L, true);
    if (!is_sheet)
        return 1;
    struct sheet_box *box = luaL_checkudata(L, -2, sheet_type);
    push_optional(L, box->sheet.student);
    close_sheet(box);
    return 2;
}

static int l_host_complaints(lua_State *L)
{
    const struct bs_sheet *sheet = check_sheet(L, 1);
    lua_createtable(L, (int)sheet->complaint_count, 0);
    for (size_t i = 0; i < sheet->complaint_count; i++) {
        lua_pushstring(L, sheet->complaints[i].text);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}

/* ---- judging --------------------------------------------------------------------------------- */

struct result_box {
    struct bs_result result;
    bool is_made;
};

enum { RESULT_KEY = 1, RESULT_SHEET = 2 }; /* its user values */

static void close_result(struct result_box *box)
{
    if (box->is_made)
        bs_result_finish(&box->result);
    box->is_made = false;
}

static int l_result_gc(lua_State *L)
{
    close_result(luaL_checkudata(L, 1, result_type));
    return 0;
}

static struct result_box *check_result_box(lua_State *L, int index)
{
    struct result_box *box = luaL_checkudata(L, index, result_type);
    luaL_argcheck(L, box->is_made, index, "the result is used up");
    return box;
}

static const struct bs_result *check_result(lua_State *L, int index)
{
    return &check_result_box(L, index)->result;
}

static int l_host_judge(lua_State *L)
{
    struct bs_error err;
    struct bs_key *key = check_key(L, 1);
    struct bs_sheet *sheet = check_sheet(L, 2);
    struct result_box *box = lua_newuserdatauv(L, sizeof *box, 2); // result
    box->is_made = false;
    luaL_setmetatable(L, result_type);
    lua_pushvalue(L, 1);
    lua_setiuservalue(L, -2, RESULT_KEY);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, RESULT_SHEET);
    bs_check(L, bs_judge(&box->result, key, sheet, true, &err), &err);
    box->is_made = true;
    return 1;
}

static int l_host_verdicts(lua_State *L)
{
    const struct bs_result *result = check_result(L, 1);
    lua_createtable(L, result->questions, 0);
    for (int i = 0; i < result->questions; i++) {
        lua_pushstring(L, bs_verdict_name(result->findings[i].verdict));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static const struct bs_finding *find_finding(const struct bs_result *result, const char *name)
{
    int item = bs_key_find(result->key, name);
    for (int i = 0; i < result->count; i++)
        if (item >= 0 && result->findings[i].item == item)
            return &result->findings[i];
    return NULL;
}

static int l_host_finding(lua_State *L)
{
    const struct bs_result *result = check_result(L, 1);
    const struct bs_finding *finding = find_finding(result, luaL_checkstring(L, 2));
    if (!finding)
        return 0;
    struct bs_reporting reporting = {.lang = bs_session(L)->lang, .lesson = ""};
    lua_pushstring(L, bs_verdict_name(finding->verdict));
    bs_finding_put(bs_push_buf(L), result, finding, &reporting);
    bs_pop_text(L);
    return 2;
}

/* ---- marks ----------------------------------------------------------------------------------- */

struct mark_box {
    struct bs_mark mark;
    bool is_made;
};

static void close_mark(struct mark_box *box)
{
    if (box->is_made)
        bs_mark_finish(&box->mark);
    box->is_made = false;
}

static int l_mark_gc(lua_State *L)
{
    close_mark(luaL_checkudata(L, 1, mark_type));
    return 0;
}

/* Push the marks of the attempts. */
static struct mark_box *push_mark(lua_State *L, const struct bs_key *key,
                                  const struct bs_attempt *attempts, size_t count)
{
    struct bs_error err;
    struct mark_box *box = lua_newuserdatauv(L, sizeof *box, 0);
    box->is_made = false;
    luaL_setmetatable(L, mark_type);
    bs_check(L, bs_mark_attempts(&box->mark, key, attempts, count, &err), &err);
    box->is_made = true;
    return box;
}

static enum bs_verdict check_verdict(lua_State *L, int index)
{
    const char *name = luaL_checkstring(L, index);
    for (int verdict = 0; verdict < BS_VERDICTS; verdict++)
        if (strcmp(bs_verdict_name((enum bs_verdict)verdict), name) == 0)
            return (enum bs_verdict)verdict;
    return (enum bs_verdict)luaL_error(L, "there is no verdict %s", name);
}

/* The attempt in the table on top of the stack, {verdicts = {...}, hints = {...}}, popped; pushes
 * what holds it. */
static struct bs_attempt read_attempt(lua_State *L, int questions)
{
    size_t count = (size_t)questions + 1;
    enum bs_verdict *verdicts = lua_newuserdatauv(L, count * sizeof *verdicts, 0);
    int *hints = lua_newuserdatauv(L, count * sizeof *hints, 0); // attempt, verdicts, hints
    lua_getfield(L, -3, "verdicts");
    lua_getfield(L, -4, "hints"); // attempt, verdicts, hints, names, counts
    for (int i = 0; i < questions; i++) {
        lua_rawgeti(L, -2, i + 1);
        verdicts[i] = check_verdict(L, -1);
        lua_rawgeti(L, -2, i + 1);
        hints[i] = (int)luaL_checkinteger(L, -1);
        lua_pop(L, 2);
    }
    lua_pop(L, 2);
    lua_remove(L, -3); // verdicts, hints
    return (struct bs_attempt){verdicts, hints};
}

static int l_host_mark(lua_State *L)
{
    const struct bs_key *key = check_key(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t count = lua_rawlen(L, 2);
    luaL_checkstack(L, (int)(2 * count) + 10, "too many attempts");
    struct bs_attempt *attempts = lua_newuserdatauv(L, (count + 1) * sizeof *attempts, 0);
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, 2, (lua_Integer)i + 1);
        attempts[i] = read_attempt(L, bs_key_question_count(key));
    }
    struct mark_box *box = push_mark(L, key, attempts, count);
    lua_createtable(L, box->mark.count, 0);
    for (int i = 0; i < box->mark.count; i++) {
        lua_pushnumber(L, box->mark.questions[i].points);
        lua_rawseti(L, -2, i + 1);
    }
    lua_pushnumber(L, box->mark.points);
    lua_pushnumber(L, box->mark.most);
    close_mark(box);
    return 3;
}

/* ---- reports --------------------------------------------------------------------------------- */

/* A report's lesson, a string, is its user value. */
struct report_box {
    const struct bs_format *format;
    struct bs_reporting reporting;
    struct bs_buf buf;
    bool is_begun;
};

static int l_report_gc(lua_State *L)
{
    struct report_box *box = luaL_checkudata(L, 1, report_type);
    bs_buf_finish(&box->buf);
    return 0;
}

static struct report_box *check_report(lua_State *L)
{
    return luaL_checkudata(L, 1, report_type);
}

static int l_host_formats(lua_State *L)
{
    lua_Integer count = 0;
    lua_newtable(L);
    for (const struct bs_format *format = bs_formats; format->name; format++) {
        lua_createtable(L, 0, 3);
        lua_pushstring(L, format->name);
        lua_setfield(L, -2, "name");
        lua_pushstring(L, format->extension);
        lua_setfield(L, -2, "extension");
        lua_pushstring(L, format->about);
        lua_setfield(L, -2, "about");
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

static int l_host_report(lua_State *L)
{
    const struct bs_format *format = bs_format_find(luaL_checkstring(L, 1));
    luaL_argcheck(L, format, 1, "no format");
    const char *lesson = luaL_checkstring(L, 2);
    struct report_box *box = lua_newuserdatauv(L, sizeof *box, 1); // report
    *box = (struct report_box){
        .format = format,
        .reporting = {bs_session(L)->lang, lua_toboolean(L, 3), lesson},
        .buf = BS_BUF_INIT,
    };
    luaL_setmetatable(L, report_type);
    lua_pushvalue(L, 2);
    lua_setiuservalue(L, -2, 1);
    return 1;
}

BS_BOX_GC(l_tally_gc, tally_type, struct bs_summary, bs_summary_destroy)

static int l_host_tally(lua_State *L)
{
    struct bs_summary **box = bs_box_push(L, tally_type);
    *box = bs_summary_create(bs_session(L)->lang);
    return *box ? 1 : bs_memory_error(L);
}

static struct bs_summary *check_tally(lua_State *L, int index)
{
    struct bs_summary **box = luaL_checkudata(L, index, tally_type);
    luaL_argcheck(L, *box, index, "the tally is gone");
    return *box;
}

/* The verdicts on the questions of each result in the table at `index`; pushes what holds them. */
static struct bs_attempt *read_attempts(lua_State *L, int index, size_t count, int questions)
{
    size_t room = count * (size_t)questions;
    struct bs_attempt *attempts =
        lua_newuserdatauv(L, count * sizeof *attempts + (room + 1) * sizeof(enum bs_verdict), 0);
    enum bs_verdict *verdicts = (enum bs_verdict *)(attempts + count);
    for (size_t i = 0; i < count; i++, verdicts += questions) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        const struct bs_result *result = check_result(L, -1);
        for (int k = 0; k < questions; k++)
            verdicts[k] = result->findings[k].verdict;
        attempts[i] = (struct bs_attempt){verdicts, NULL};
        lua_pop(L, 1);
    }
    return attempts;
}

static bool is_well(enum bs_verdict verdict)
{
    return verdict == BS_RIGHT || verdict == BS_ROUNDED || verdict == BS_CONVENTION ||
           verdict == BS_FAULT;
}

/* Of each question the attempt that is kept counts; what was never answered has none. */
static bool is_all_well(const struct bs_mark *mark, const struct bs_attempt *attempts)
{
    for (int i = 0; i < mark->count; i++) {
        int kept = mark->questions[i].attempt;
        if (kept < 0 || !is_well(attempts[kept].verdicts[i]))
            return false;
    }
    return true;
}

/* The document so far stays whole where there is no memory for a record. */
static void put_record(lua_State *L, struct report_box *box, const struct bs_record *record)
{
    bool is_first = !box->is_begun;
    size_t before = box->buf.length;
    int status = BS_OK;
    if (is_first)
        status = box->format->begin(&box->buf, record, &box->reporting);
    if (status == BS_OK)
        status = box->format->record(&box->buf, record, is_first, &box->reporting);
    if (status == BS_OK && !box->buf.failed) {
        box->is_begun = true;
        return;
    }
    bs_buf_cut(&box->buf, before);
    bs_memory_error(L);
}

/* Objects of a sheet that is done with are not left to the collector: there are thousands. */
static void close_attempts(lua_State *L, int index, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        lua_rawgeti(L, index, (lua_Integer)i + 1);
        struct result_box *box = check_result_box(L, -1);
        lua_getiuservalue(L, -1, RESULT_SHEET);
        close_result(box);
        close_sheet(luaL_checkudata(L, -1, sheet_type));
        lua_pop(L, 2);
    }
}

/* Of each question the result of the attempt kept, or of the last; pushes what holds them. */
static const struct bs_result *const *push_kept(lua_State *L, int index, size_t count,
                                                const struct bs_mark *mark)
{
    const struct bs_result **kept =
        lua_newuserdatauv(L, ((size_t)mark->count + 1) * sizeof *kept, 0);
    for (int i = 0; i < mark->count; i++) {
        int attempt = mark->questions[i].attempt;
        lua_rawgeti(L, index, attempt < 0 ? (lua_Integer)count : attempt + 1);
        kept[i] = check_result(L, -1);
        lua_pop(L, 1);
    }
    return kept;
}

static int l_host_record(lua_State *L)
{
    enum { RESULTS = 5 };
    struct bs_error err;
    struct report_box *box = check_report(L);
    struct bs_summary *tally = check_tally(L, 2);
    struct bs_record record = {.student = luaL_checkstring(L, 3), .source = luaL_checkstring(L, 4)};
    luaL_checktype(L, RESULTS, LUA_TTABLE);
    record.has_variants = lua_toboolean(L, RESULTS + 1);
    record.has_seed = !lua_isnoneornil(L, RESULTS + 2);
    record.seed = luaL_optinteger(L, RESULTS + 2, 0);
    size_t count = lua_rawlen(L, RESULTS);
    luaL_argcheck(L, count > 0, RESULTS, "no results");
    lua_rawgeti(L, RESULTS, (lua_Integer)count); // ..., the last result
    record.result = check_result(L, -1);
    struct bs_attempt *attempts = read_attempts(L, RESULTS, count, record.result->questions);
    struct mark_box *mark = push_mark(L, record.result->key, attempts, count);
    record.mark = &mark->mark;
    record.kept = push_kept(L, RESULTS, count, record.mark);
    put_record(L, box, &record);
    bs_check(L, bs_summary_add(tally, &record, &err), &err);
    lua_pushboolean(L, is_all_well(&mark->mark, attempts));
    close_mark(mark);
    close_attempts(L, RESULTS, count);
    return 1;
}

/* Push the text of a buf that stays in use. */
static int push_text(lua_State *L, struct bs_buf *buf)
{
    if (buf->failed)
        bs_memory_error(L);
    lua_pushlstring(L, bs_buf_text(buf), buf->length);
    bs_buf_cut(buf, 0);
    return 1;
}

static int l_host_take(lua_State *L)
{
    return push_text(L, &check_report(L)->buf);
}

/* A document of no records has a beginning and an end, too. */
static int l_host_finish(lua_State *L)
{
    struct report_box *box = check_report(L);
    int status = BS_OK;
    if (!box->is_begun)
        status = box->format->begin(&box->buf, NULL, &box->reporting);
    if (status == BS_OK)
        status = box->format->end(&box->buf, &box->reporting);
    box->is_begun = false;
    return status == BS_OK ? push_text(L, &box->buf) : bs_memory_error(L);
}

static int l_host_summary(lua_State *L)
{
    struct bs_error err;
    const struct bs_summary *tally = check_tally(L, 1);
    bs_check(L, bs_summary_put(bs_push_buf(L), tally, &err), &err);
    bs_pop_text(L);
    return 1;
}

/* ---- what the givens tell apart -------------------------------------------------------------- */

BS_BOX_GC(l_catalogue_gc, catalogue_type, struct bs_catalogue, bs_catalogue_destroy)

static int l_survey_gc(lua_State *L)
{
    bs_survey_finish(luaL_checkudata(L, 1, survey_type));
    return 0;
}

static void set_text(lua_State *L, const char *field, const char *text)
{
    lua_pushstring(L, text);
    lua_setfield(L, -2, field);
}

static void set_number(lua_State *L, const char *field, double value)
{
    if (isfinite(value)) {
        lua_pushnumber(L, value);
        lua_setfield(L, -2, field);
    }
}

static void set_boolean(lua_State *L, const char *field, bool value)
{
    lua_pushboolean(L, value);
    lua_setfield(L, -2, field);
}

/*
 * The changed definition as it would be typed, the number as a sheet would have it, and words, in
 * English as all complaints about lessons are.
 */
static void set_wording(lua_State *L, const struct bs_key *key, const struct bs_survey_row *row)
{
    struct bs_style style = {.form = BS_ASCII};
    bs_key_typeset(key, bs_push_buf(L), row->definition, NULL, &style);
    bs_pop_text(L);
    lua_setfield(L, -2, "definition");
    bs_decimal_put(bs_push_buf(L), row->typed, "-");
    bs_pop_text(L);
    lua_setfield(L, -2, "typed");
    bs_mistake_put(bs_push_buf(L), key, &row->mistake, "en");
    bs_pop_text(L);
    lua_setfield(L, -2, "words");
}

static bool is_same(const struct bs_key *key, const struct bs_survey_row *row)
{
    const struct bs_item *asked = bs_key_item(key, bs_key_asked(key, row->question));
    return bs_is_same_value(row->value, asked->value);
}

/*
 * {question = 4, item = "dw_11", kind = "rate-dropped", definition = "g_1*b_1", value, typed,
 * words, visible, distinct, hidden, hidden_by = "eta", given = 1, better = 0.9}; what there is not
 * is nil.
 */
static void push_row(lua_State *L, const struct bs_key *key, const struct bs_survey_row *row)
{
    lua_createtable(L, 0, 12);
    lua_pushinteger(L, row->question + 1);
    lua_setfield(L, -2, "question");
    set_text(L, "item", bs_key_item(key, row->item)->name);
    set_text(L, "kind", bs_mistake_name(row->mistake.kind));
    set_number(L, "value", row->value);
    set_boolean(L, "visible", row->is_visible);
    set_boolean(L, "distinct", row->is_distinct);
    set_boolean(L, "hidden", row->is_hidden);
    if (row->hidden_by >= 0) {
        set_text(L, "hidden_by", bs_key_item(key, row->hidden_by)->name);
        set_number(L, "given", bs_key_item(key, row->hidden_by)->value);
        set_number(L, "better", row->better);
    }
    set_wording(L, key, row);
}

/*
 * Push every item's value when each given is moved a little, by another part, but for those that
 * the table at index 3 has as keys; NULL where none is moved, or there is no such value.
 */
static double *push_moved(lua_State *L, const struct bs_key *key)
{
    struct bs_error err;
    static const double PART = 1e-3; /* so little that a unit stays on its side of a kink */
    int count = bs_key_count(key), moved = 0;
    double *values = lua_newuserdatauv(L, ((size_t)count + 1) * sizeof *values, 0);
    for (int i = 0; i < count; i++) {
        const struct bs_item *item = bs_key_item(key, i);
        values[i] = item->value;
        if (lua_getfield(L, 3, item->name) == LUA_TNIL && !item->definition)
            values[i] += PART * (1 + 0.1 * moved++) * fmax(fabs(item->value), 0.1);
        lua_pop(L, 1);
    }
    int status = moved > 0 ? bs_key_revalue(key, values, &err) : BS_OK;
    if (status != BS_REFUSED)
        bs_check(L, status, &err);
    return moved > 0 && status == BS_OK ? values : NULL;
}

/* Is it what can be moved that hides the mistake? */
static bool is_blamed(lua_State *L, const struct bs_key *key, const struct bs_survey_row *row,
                      const double *moved)
{
    struct bs_error err;
    bool stays = true;
    if (moved && row->is_hidden && is_same(key, row))
        bs_check(L, bs_stays_the_same(&stays, key, row, moved, &err), &err);
    return !stays;
}

/*
 * host.survey(key, is_full, fixed): the rows of push_row, with `blamed`, whether a given that is
 * not fixed (push_moved) makes the mistake one in name only; those alone that are, unless it is
 * full.
 */
static int l_host_survey(lua_State *L)
{
    struct bs_error err;
    struct bs_key *key = check_key(L, 1);
    bool is_full = lua_toboolean(L, 2);
    lua_Integer count = 0;
    luaL_checktype(L, 3, LUA_TTABLE);
    const double *moved = push_moved(L, key);
    struct bs_catalogue **catalogue = bs_box_push(L, catalogue_type);
    *catalogue = bs_catalogue_create(key);
    if (!*catalogue)
        return bs_memory_error(L);
    struct bs_survey *survey = lua_newuserdatauv(L, sizeof *survey, 0);
    *survey = (struct bs_survey){NULL, 0};
    luaL_setmetatable(L, survey_type);
    bs_check(L, bs_survey(survey, *catalogue, is_full ? BS_SURVEY_BETTER : BS_SURVEY_HIDDEN, &err),
             &err);
    lua_newtable(L);
    for (size_t i = 0; i < survey->count; i++) {
        bool blamed = is_blamed(L, key, &survey->rows[i], moved);
        if (!blamed && !is_full)
            continue;
        push_row(L, key, &survey->rows[i]);
        set_boolean(L, "blamed", blamed);
        lua_rawseti(L, -2, ++count);
    }
    return 1;
}

/* ---- files ----------------------------------------------------------------------------------- */

/* The length goes in after each text, so that no two splits of one are the same. */
static int l_host_digest(lua_State *L)
{
    uint64_t hash = DIGEST_START;
    char text[17];
    for (int i = 1, count = lua_gettop(L); i <= count; i++) {
        size_t length;
        const char *part = luaL_checklstring(L, i, &length);
        hash = digest(hash, part, length);
        hash = digest(hash, &length, sizeof length);
    }
    snprintf(text, sizeof text, "%016llx", (unsigned long long)hash);
    lua_pushstring(L, text);
    return 1;
}

static void close_folder(DIR *folder)
{
    if (folder)
        closedir(folder);
}

BS_BOX_GC(l_folder_gc, folder_type, DIR, close_folder)

/* Hidden, or what an editor keeps beside a file: a.txt~, #a.txt#. */
static bool is_passed_over(const char *name)
{
    size_t length = strlen(name);
    return name[0] == '.' || name[length - 1] == '~' ||
           (length > 1 && name[0] == '#' && name[length - 1] == '#');
}

/* Links are followed, so the type in the directory is not enough. */
static bool is_file(DIR *folder, const struct dirent *item)
{
    struct stat status;
    if (item->d_type == DT_REG)
        return true;
    return (item->d_type == DT_UNKNOWN || item->d_type == DT_LNK) &&
           fstatat(dirfd(folder), item->d_name, &status, 0) == 0 && S_ISREG(status.st_mode);
}

static int l_host_sheet_files(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    const char *slash = path[strlen(path) - (*path != '\0')] == '/' ? "" : "/";
    lua_Integer counts[2] = {0}; /* no files, files */
    lua_settop(L, 1);
    lua_newtable(L);
    lua_newtable(L);
    DIR **folder = bs_box_push(L, folder_type); // path, others, files, folder
    *folder = opendir(path);
    if (!*folder)
        return 0;
    for (const struct dirent *item; (item = readdir(*folder));) {
        if (is_passed_over(item->d_name))
            continue;
        bool is_sheet = is_file(*folder, item);
        lua_pushfstring(L, "%s%s%s", path, slash, item->d_name);
        lua_rawseti(L, 2 + is_sheet, ++counts[is_sheet]);
    }
    close_folder(*folder);
    *folder = NULL;
    lua_settop(L, 3);
    bs_sort(L, 2, NULL);
    bs_sort(L, 3, NULL);
    lua_pushinteger(L, counts[0]);
    lua_rawgeti(L, 2, 1);
    return 3;
}

static int l_host_clean(lua_State *L)
{
    size_t length;
    const char *text = luaL_checklstring(L, 1, &length);
    bs_put_clean_n(bs_push_buf(L), text, length);
    bs_pop_text(L);
    return 1;
}

/* Another process may make it at the same time. */
static int l_host_make_directory(lua_State *L)
{
    struct stat status;
    const char *path = luaL_checkstring(L, 1);
    char *part = lua_newuserdatauv(L, strlen(path) + 1, 0);
    memcpy(part, path, strlen(path) + 1);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(part, 0777);
        *slash = '/';
    }
    if (mkdir(path, 0777) == 0)
        return 0;
    int reason = errno;
    if (stat(path, &status) == 0)
        reason = S_ISDIR(status.st_mode) ? 0 : ENOTDIR;
    if (reason)
        return luaL_error(L, "cannot make the directory \"%s\": %s", path, strerror(reason));
    return 0;
}

/*
 * Results can be made again, and are when their state is not found: a crash of the machine may cost
 * them, but not half of one.
 */
static int l_host_write_file(lua_State *L)
{
    size_t length;
    const char *path = luaL_checkstring(L, 1), *text = luaL_checklstring(L, 2, &length);
    bs_file_write_unflushed(L, path, text, length);
    return 0;
}

void bs_open_check(lua_State *L)
{
    static const luaL_Reg host[] = {
        {"key", l_host_key},
        {"notation", l_host_notation},
        {"entry_in", l_host_entry_in},
        {"is_entry", l_host_is_entry},
        {"sheet", l_host_sheet},
        {"read_sheet", l_host_read_sheet},
        {"read_student", l_host_read_student},
        {"head", l_host_head},
        {"complaints", l_host_complaints},
        {"judge", l_host_judge},
        {"verdicts", l_host_verdicts},
        {"finding", l_host_finding},
        {"mark", l_host_mark},
        {"survey", l_host_survey},
        {"formats", l_host_formats},
        {"report", l_host_report},
        {"tally", l_host_tally},
        {"record", l_host_record},
        {"take", l_host_take},
        {"finish", l_host_finish},
        {"summary", l_host_summary},
        {"digest", l_host_digest},
        {"sheet_files", l_host_sheet_files},
        {"clean", l_host_clean},
        {"make_directory", l_host_make_directory},
        {"write_file", l_host_write_file},
        {NULL, NULL},
    };
    bs_box_register(L, key_type, l_key_gc);
    bs_box_register(L, sheet_type, l_sheet_gc);
    bs_box_register(L, result_type, l_result_gc);
    bs_box_register(L, mark_type, l_mark_gc);
    bs_box_register(L, report_type, l_report_gc);
    bs_box_register(L, tally_type, l_tally_gc);
    bs_box_register(L, survey_type, l_survey_gc);
    bs_box_register(L, catalogue_type, l_catalogue_gc);
    bs_box_register(L, folder_type, l_folder_gc);
    bs_module_push_host(L);
    luaL_setfuncs(L, host, 0);
    lua_pop(L, 1);
}
