#ifndef BACKSTEP_CHECK_SHEET_H
#define BACKSTEP_CHECK_SHEET_H

#include "base/error.h"
#include "check/words.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * An answer sheet as it was written: its header, and what stands beside each name, not yet judged
 * nor evaluated.  It is data: `name = value` a line, # comments, blank lines; ==, ≈ and, between a
 * name and a number, a colon stand for =.  Lines may be bullets
 * of Markdown or stand in code fences; a value in brackets may go on over several lines.  Text is
 * UTF-8 with or without a byte order mark, lines end in LF or CRLF; full-width signs and digits are
 * understood wherever ASCII ones are.
 *
 * The header is the lines before the first answer whose name is one of backstep, lesson, student,
 * notation, seed (`backstep = 1` is the version of this format); no answer has such a name.  What
 * is wrong with a line is a complaint, with its place, and the other lines are read all the same.
 */
struct bs_sheet {
    const char *student, *lesson, *notation; /* NULL: not said */
    bool has_seed, has_bad_seed;             /* bad: it cannot be read, or is given twice */
    int64_t seed;
    struct bs_typed *answers; /* in the order of the sheet */
    size_t count;
    struct bs_complaint *complaints; /* likewise */
    size_t complaint_count;
    const char *lines;      /* each ended by a zero byte */
    struct bs_arena *arena; /* holds all of it */
};

/*
 * `name = text`.  A vector or a matrix (x = [0.35, 0.9], W1 = [[1, 2], [3, 4]], with brackets or
 * braces, separated by commas or semicolons; numbers by spaces alone, as numpy prints them) is an
 * answer a member, with the same name and its indices from 1.  Where the members are separated by
 * semicolons, or there is one number alone, a comma may be a decimal comma; bs_answer_read decides.
 */
struct bs_typed {
    const char *name; /* as typed, without spaces around it */
    const char *text; /* likewise; "" where nothing stands after the = */
    int rank;         /* 0: alone, 1: member of a vector, 2: of a matrix */
    int index[2];
    int line, column; /* of the text, from 1; the column counts bytes */
};

struct bs_complaint {
    int line, column;
    const char *source; /* the line, without its end */
    const char *text;   /* a sentence in English */
    /* The sentence in any language: a saying and its pieces; BS_SAY_NOTHING: there is none. */
    enum bs_saying saying;
    const char *pieces[BS_SAYING_PIECES];
};

enum {
    BS_SHEET_VERSION = 1,
    BS_LONGEST_SHEET = 1 << 20, /* bytes */
    BS_MOST_ANSWERS = 10000,
    BS_MOST_COMPLAINTS = 100, /* more are not told */
};

/*
 * Refused as a whole: more than BS_LONGEST_SHEET bytes, a version this program does not know, text
 * that is not UTF-8 or has a zero byte.  To be finished unless it fails.
 */
int bs_sheet_read(struct bs_sheet *out, const char *text, size_t length, struct bs_error *err);
/* Likewise, but only as far as the first answer. */
int bs_sheet_read_header(struct bs_sheet *out, const char *text, size_t length,
                         struct bs_error *err);
void bs_sheet_finish(struct bs_sheet *sheet);

/*
 * For whoever finds out later: add a complaint about an answer, at a byte of its text from 1.
 * `pieces`: those that the saying has places for.
 */
int bs_sheet_say(struct bs_sheet *sheet, const struct bs_typed *typed, int column,
                 enum bs_saying saying, const char *const *pieces);
/* The same, of what a reader of formulas says in English. */
int bs_sheet_complain(struct bs_sheet *sheet, const struct bs_typed *typed, int column,
                      const char *text);

#endif
