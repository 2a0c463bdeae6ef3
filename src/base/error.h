#ifndef BACKSTEP_BASE_ERROR_H
#define BACKSTEP_BASE_ERROR_H

/* How a function that can fail ended: 0, or one of these. */
enum bs_status {
    BS_OK = 0,
    BS_REFUSED = -1,     /* the user's mistake; nothing has changed */
    BS_NO_MEMORY = -2,   /* out of memory; nothing has changed */
    BS_INTERRUPTED = -3, /* Ctrl-C; what was done so far is kept only where it is said so */
    BS_INTERNAL = -4,    /* backstep contradicts itself: never the user's fault */
};

enum { BS_ERROR_TEXT = 600 };

/*
 * A refusal in words: one sentence or more, without a final newline.  `column` is the 1-based
 * byte of the offending text where the mistake is in a formula, else 0.
 */
struct bs_error {
    enum bs_status status;
    int column;
    char text[BS_ERROR_TEXT];
};

/* Fill *err (which may be NULL) and return `status`.  Text too long is cut at a whole character. */
int bs_fail(struct bs_error *err, enum bs_status status, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* bs_fail with BS_REFUSED and a column. */
int bs_fail_at(struct bs_error *err, int column, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

int bs_fail_memory(struct bs_error *err);
int bs_fail_interrupted(struct bs_error *err);

#endif
