#ifndef BACKSTEP_CHECK_WORDS_H
#define BACKSTEP_CHECK_WORDS_H

#include "base/buf.h"

/*
 * What reports say, each sentence once with its text in every language. */
enum bs_saying {
    BS_SAY_NOTHING, /* none of these */

    /* Verdicts in a word or two. */
    BS_SAY_RIGHT,
    BS_SAY_ROUNDED,
    BS_SAY_FOLLOWS,
    BS_SAY_COARSE,
    BS_SAY_CONVENTION,
    BS_SAY_WRONG,
    BS_SAY_UNANSWERED,
    BS_SAY_UNREADABLE,
    BS_SAY_FAULT,

    /* Verdicts in a sentence. */
    BS_SAY_IT_IS_RIGHT,
    BS_SAY_IT_IS_ROUNDED,
    BS_SAY_IT_FOLLOWS,       /* {1}: where the error began */
    BS_SAY_IT_IS_COARSE,     /* {1}: how many figures are wanted */
    BS_SAY_IT_IS_CONVENTION, /* {1}: how it differs */
    BS_SAY_IT_IS_WRONG,
    BS_SAY_IT_IS_DIAGNOSED, /* {1}: what went wrong */
    BS_SAY_IT_IS_ZERO,
    BS_SAY_IT_IS_TRIVIAL,     /* {1}: where the error began */
    BS_SAY_IT_IS_TRIVIAL_AT,  /* the same, {2}: the value there */
    BS_SAY_IT_IS_NOT_ASKED,   /* the name of what it follows from */
    BS_SAY_IT_IS_NOT_ALLOWED, /* {1}: how it differs */
    BS_SAY_IT_IS_UNANSWERED,
    BS_SAY_IT_IS_UNREADABLE,
    BS_SAY_IT_IS_A_FAULT,
    BS_SAY_THE_VALUE, /* {1} */

    /* How conventions differ. */
    BS_SAY_OTHER_SIGN,
    BS_SAY_OTHER_FACTOR,
    BS_SAY_OTHER_LAYOUT,

    /* Around them. */
    BS_SAY_HEADING,    /* {1}: who, {2}: lesson, {3}: points, {4}: of how many, {5}: file */
    BS_SAY_SEED,       /* {1}: lesson, {2}: the seed of its figures */
    BS_SAY_NO_SEED,    /* {1}: lesson, whose figures are the printed ones */
    BS_SAY_ALSO_TYPED, /* what was not asked for */
    BS_SAY_COMPLAINT,  /* {1}: line, {2}: column, {3}: what is wrong there */
    BS_SAY_GAP,        /* between two sentences */
    BS_SAY_ABOUT,      /* {1}: what, {2}: what is said of it */

    /* The summary. */
    BS_SAY_NO_SHEETS,
    BS_SAY_ONE_SHEET, /* {1}: points, {2}: of how many */
    BS_SAY_SHEETS,    /* {1}: how many, {2}: points on average, {3}: of how many */
    BS_SAY_QUESTION,
    BS_SAY_MEAN,
    BS_SAY_MISTAKES,

    /* What is wrong with a sheet: its lines, */
    BS_SAY_NO_EQUALS,
    BS_SAY_NO_NAME,
    BS_SAY_TOO_MANY_ANSWERS, /* {1}: the most that are read */
    BS_SAY_HEADER_LATE,
    BS_SAY_HEADER_TWICE, /* {1}: the name */
    BS_SAY_HEADER_LONG,  /* {1}: the most bytes */
    BS_SAY_BAD_SEED,
    /* values in brackets, */
    BS_SAY_BRACKET_OPEN,
    BS_SAY_COMMA_OR_BRACKET, /* {1}: the bracket */
    BS_SAY_BRACKETS_DEEP,
    BS_SAY_BRACKET_AMONG_NUMBERS,
    BS_SAY_COMMA_WANTED,
    BS_SAY_ROW_WANTED,
    BS_SAY_ROWS_DIFFER,
    BS_SAY_BEHIND_BRACKET,
    /* values, */
    BS_SAY_FORMULA, /* {1}: what the parser says, in English */
    BS_SAY_NUMBER_WANTED,
    BS_SAY_REMARK,
    BS_SAY_FUNCTION,
    BS_SAY_COMMA_OPEN,
    BS_SAY_HEXADECIMAL,
    BS_SAY_NOT_FINITE,
    BS_SAY_TOO_SMALL,
    /* and names. */
    BS_SAY_NO_VALUE,      /* {1}: the name */
    BS_SAY_NO_VALUE_NEAR, /* {1}: the name, {2}: the one meant */
    BS_SAY_TWICE,         /* {1}: the name, {2}: the line before */
    BS_SAY_GIVEN,         /* {1}: the name, {2}: the value */
    BS_SAY_CHECKER,       /* {1}: what the checker fails with, in English */

    BS_SAYINGS,
};

enum { BS_SAYING_PIECES = 3 }; /* at most, of a complaint */

/* The text in "zh" or, for any other language, in English, with its places as they are. */
const char *bs_says(enum bs_saying saying, const char *lang);

/* The saying without places whose English this is, or BS_SAY_NOTHING. */
enum bs_saying bs_saying_of(const char *english);

/* Append the text with pieces[0] in place of {1}, and so on; as many as it has places. */
void bs_say(struct bs_buf *buf, enum bs_saying saying, const char *lang, const char *const *pieces);

#endif
