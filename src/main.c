#include "base/nearest.h"
#include "lua/state.h"
#include "repl/dialogue.h"
#include "repl/repl.h"
#include "repl/screen.h"
#include "repl/script.h"
#include "repl/signals.h"

#include <ctype.h>
#include <langinfo.h>
#include <lauxlib.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char usage[] = //
    "usage: backstep [OPTION...] [FILE.lua [ARG...]]\n"
    "       backstep [OPTION...] COMMAND [ARG...]\n"
    "\n"
    "Step a small neural network one value at a time, each beside its derivation.\n"
    "Without FILE and COMMAND: the prompt, or a batch when input is not a terminal.\n"
    "\n"
    "  -e CODE       run the Lua code, then FILE if there is one; may be repeated\n"
    "  -i            the prompt after CODE and FILE\n"
    "  -             run standard input as a file\n"
    "  --lang CODE   the language of lessons: en or zh (else the locale's)\n"
    "  --version     which version this is\n"
    "  --help        this text\n"
    "  --            what follows is no option\n"
    "\n"
    "Commands:\n";

/* The command line, read but not yet acted upon.  What is missing is NULL, 0, false. */
struct command_line {
    char **argv;
    int argc;
    int script; /* index of FILE, COMMAND or "-"; argc when there is none */
    const char *lang;
    bool has_code, wants_prompt, wants_help, wants_version;
};

static int refuse(const char *what, const char *which, const char *hint)
{
    char text[400];
    snprintf(text, sizeof text, "%s %.200s%s", what, which, hint);
    bs_screen_complain(text);
    return BS_EXIT_UNUSABLE;
}

static int refuse_option(const char *option)
{
    static const char *const options[] = {"--lang", "--version", "--help", NULL};
    struct bs_nearest nearest;
    char hint[96];
    bs_nearest_init(&nearest, option);
    for (const char *const *known = options; *known; known++)
        bs_nearest_offer(&nearest, *known);
    return refuse("unknown option", option, bs_nearest_hint(&nearest, hint));
}

static int set_lang(struct command_line *line, const char *lang)
{
    if (strcmp(lang, "en") != 0 && strcmp(lang, "zh") != 0)
        return refuse("--lang must be en or zh, got", lang, "");
    line->lang = lang;
    return BS_EXIT_WELL;
}

/* Read the option at argv[*i] and leave *i at its last argument. */
static int read_option(struct command_line *line, int *i)
{
    static const char lang[] = "--lang";
    const char *option = line->argv[*i];
    const char *next = line->argv[*i + 1];
    bool is_lang = strcmp(option, lang) == 0;
    if ((is_lang || strcmp(option, "-e") == 0) && !next)
        return refuse("nothing follows", option, "");
    if (is_lang)
        return set_lang(line, line->argv[++*i]);
    if (strncmp(option, "--lang=", strlen(lang) + 1) == 0)
        return set_lang(line, option + strlen(lang) + 1);
    if (strcmp(option, "-e") == 0) {
        line->has_code = true;
        ++*i;
    } else if (strcmp(option, "-i") == 0) {
        line->wants_prompt = true;
    } else if (strcmp(option, "--help") == 0 || strcmp(option, "-h") == 0) {
        line->wants_help = true;
    } else if (strcmp(option, "--version") == 0 || strcmp(option, "-v") == 0) {
        line->wants_version = true;
    } else {
        return refuse_option(option);
    }
    return BS_EXIT_WELL;
}

static int read_command_line(struct command_line *line, int argc, char *argv[])
{
    *line = (struct command_line){.argv = argv, .argc = argc, .script = argc};
    for (int i = 1; i < argc; i++) {
        bool is_end = strcmp(argv[i], "--") == 0;
        if (is_end || argv[i][0] != '-' || argv[i][1] == '\0') {
            line->script = i + is_end;
            return BS_EXIT_WELL;
        }
        int status = read_option(line, &i);
        if (status)
            return status;
    }
    return BS_EXIT_WELL;
}

/*
 * Text is UTF-8 whatever the environment says, numbers have a decimal point: so only these two
 * categories are the user's.  Readline sets LC_CTYPE from the environment again at every line.
 */
static void set_locale(void)
{
    setlocale(LC_MESSAGES, "");
    if (setlocale(LC_CTYPE, "") && strcmp(nl_langinfo(CODESET), "UTF-8") == 0)
        return;
    if (setlocale(LC_CTYPE, "C.UTF-8"))
        setenv("LC_ALL", "C.UTF-8", 1);
}

/* To be asked before set_locale, which may change the environment. */
static const char *environment_lang(void)
{
    static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *value = getenv(names[i]);
        if (value && *value)
            return strncmp(value, "zh", 2) == 0 ? "zh" : "en";
    }
    return "en";
}

static void use_lang(lua_State *L, const char *lang)
{
    struct bs_session *session = bs_session(L);
    snprintf(session->lang, sizeof session->lang, "%s", lang);
}

/*
 * The terminal for shipped Lua, and the global arg, as lua has it: the script at 0, its arguments
 * after it, the rest before.
 */
static int l_prepare(lua_State *L)
{
    const struct command_line *line = lua_touserdata(L, 1);
    int script = line->script < line->argc ? line->script : 0;
    bs_open_dialogue(L);
    lua_newtable(L);
    for (int i = 0; i < line->argc; i++) {
        lua_pushstring(L, line->argv[i]);
        lua_rawseti(L, -2, i - script);
    }
    lua_setglobal(L, "arg");
    return 0;
}

static int prepare(lua_State *L, struct command_line *line)
{
    lua_pushcfunction(L, l_prepare);
    lua_pushlightuserdata(L, line);
    if (lua_pcall(L, 1, 0, 0) == LUA_OK)
        return BS_EXIT_WELL;
    bs_screen_complain(lua_tostring(L, -1));
    return BS_EXIT_FAILED;
}

static int run_code(lua_State *L, const struct command_line *line)
{
    int status = BS_EXIT_WELL;
    for (int i = 1; i < line->script && status == BS_EXIT_WELL; i++)
        if (strcmp(line->argv[i], "-e") == 0)
            status = bs_script_run_code(L, line->argv[++i]);
        else if (strcmp(line->argv[i], "--lang") == 0)
            i++;
    return status;
}

/* Before the end of options, that is. */
static bool asks_for_help(int count, char *args[])
{
    for (int i = 0; i < count && strcmp(args[i], "--") != 0; i++)
        if (strcmp(args[i], "--help") == 0 || strcmp(args[i], "-h") == 0)
            return true;
    return false;
}

/* Commands take --lang wherever it stands among their arguments, and so --help. */
static int run_command(lua_State *L, struct command_line *line, char *name, int count, char *args[])
{
    int kept = 0;
    if (asks_for_help(count, args))
        return bs_command_run(L, "help", 1, &name);
    for (int i = 0; i < count; i++) {
        if (strncmp(args[i], "--lang", 6) != 0) {
            args[kept++] = args[i];
            continue;
        }
        int at = (int)(args - line->argv) + i;
        int status = read_option(line, &at);
        if (status)
            return status;
        i = at - (int)(args - line->argv);
        use_lang(L, line->lang);
    }
    return bs_command_run(L, name, kept, args);
}

static bool is_bare_word(const char *text)
{
    while (islower((unsigned char)*text))
        text++;
    return *text == '\0';
}

static int run_script(lua_State *L, struct command_line *line)
{
    char *name = line->argv[line->script];
    int count = line->argc - line->script - 1;
    char **args = line->argv + line->script + 1;
    if (strcmp(name, "-") == 0)
        return bs_script_run_file(L, NULL, count, args);
    if (is_bare_word(name) && bs_command_exists(L, name))
        return run_command(L, line, name, count, args);
    if (access(name, F_OK) == 0)
        return bs_script_run_file(L, name, count, args);
    char hint[96];
    return refuse("there is no command and no file", name, bs_command_nearest(L, name, hint));
}

static int print_usage(lua_State *L)
{
    fputs(usage, stdout);
    return bs_command_list(L);
}

static int run(lua_State *L, struct command_line *line)
{
    bool has_script = line->script < line->argc;
    if (line->wants_help)
        return print_usage(L);
    int status = prepare(L, line);
    if (!status)
        status = run_code(L, line);
    if (!status && has_script)
        status = run_script(L, line);
    if (line->wants_prompt || (!has_script && !line->has_code))
        status = bs_repl_run(L);
    return status;
}

int main(int argc, char *argv[])
{
    struct command_line line;
    struct bs_error err;
    bs_screen_open();
    int status = read_command_line(&line, argc, argv);
    if (status)
        return status;
    if (line.wants_version) {
        bs_print_version();
        return BS_EXIT_WELL;
    }
    const char *lang = line.lang ? line.lang : environment_lang();
    set_locale();
    bs_signals_install();
    lua_State *L = bs_lua_open(&err);
    if (!L) {
        bs_screen_complain(err.text);
        return BS_EXIT_FAILED;
    }
    use_lang(L, lang);
    bs_session(L)->columns = bs_screen_columns();
    status = run(L, &line);
    bs_lua_close(L);
    return status;
}
