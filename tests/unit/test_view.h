#ifndef BACKSTEP_TESTS_TEST_VIEW_H
#define BACKSTEP_TESTS_TEST_VIEW_H

#include "test_tape.h"

#include "base/width.h"
#include "view/view.h"

static const struct bs_page whole_page = {
    .form = BS_UNICODE, .digits = {4, -1}, .most_terms = 8, .is_complete = true};

typedef int view_of_tape(struct bs_buf *buf, struct bs_tape *tape, const struct bs_page *page,
                         struct bs_error *err);

/* Kept for the next call or two. */
static inline const char *kept_page(struct bs_buf *buf)
{
    enum { PAGE_SPACE = 1 << 18 };
    static char pages[2][PAGE_SPACE];
    static int next;
    char *page = pages[next++ % 2];
    must(!buf->failed && buf->length < PAGE_SPACE, "a page of %zu bytes", buf->length);
    memcpy(page, bs_buf_text(buf), buf->length + 1);
    bs_buf_finish(buf);
    return page;
}

/* What a view appends, which must not be refused. */
static inline const char *seen(view_of_tape *view, struct bs_tape *tape, const struct bs_page *page)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    must_do(view(&buf, tape, page, &err), err);
    return kept_page(&buf);
}

static inline const char *seen_derivation(struct bs_tape *tape, const char *name,
                                          const struct bs_page *page)
{
    struct bs_buf buf = BS_BUF_INIT;
    struct bs_error err;
    must_do(bs_view_derivation(&buf, tape, entry_of(tape, name), page, &err), err);
    return kept_text(&buf);
}

static inline void step(struct bs_tape *tape, int times)
{
    while (times-- > 0)
        bs_tape_step(tape, BS_BY_VALUE);
}

static inline int widest_line(const char *text)
{
    int widest = 0;
    for (size_t length; *text; text += length + (text[length] == '\n')) {
        length = strcspn(text, "\n");
        int width = bs_width_n(text, length);
        widest = width > widest ? width : widest;
    }
    return widest;
}

static inline int count_of(const char *text, const char *part)
{
    int count = 0;
    for (; (text = strstr(text, part)); text += strlen(part))
        count++;
    return count;
}

/*
 * 40-30-10, ReLU and softmax with cross-entropy, a bias each: 40 + 10 + 1540 + 1 givens (inputs,
 * targets, parameters, the rate), 2·40 forward, the loss, 1 + 2·40 + 1540 gradients, 2·1540 of the
 * update, 2·40 + 1 again.
 */
static inline struct bs_tape *big_tape(void)
{
    static double params[1540], x[40], t[10];
    struct bs_arch *arch =
        arch_of(2, (const int[]){40, 30, 10}, (const char *const[]){"relu", "softmax"},
                BS_BIAS_UNITS, "cross_entropy");
    for (int i = 0; i < 1540; i++)
        params[i] = (i * 7 % 11 - 5) / 10.0;
    for (int i = 0; i < 40; i++)
        x[i] = (i % 5) / 4.0;
    t[3] = 1;
    return network_tape(drop_arch(arch, notation_of(arch, "delta")), params, x, t, 0.5);
}

/*
 * Every request for memory that the view makes of a fresh tape is refused in turn.  A view that can
 * do without it must be whole.  Exercise A's network is made anew, as a tape remembers formulas.
 */
static inline void refuse_each_allocation(view_of_tape *view, const struct bs_page *page)
{
    bool refused = true;
    struct bs_tape *whole_tape = a_tape("lecture");
    const char *whole = seen(view, whole_tape, page);
    for (long before = 0; refused; before++) {
        struct bs_buf buf = BS_BUF_INIT;
        struct bs_error err = {.text = ""};
        struct bs_tape *tape = a_tape("lecture");
        bs_mem_fail_after(before);
        int status = view(&buf, tape, page, &err);
        refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        must(status == BS_OK || (refused && status == BS_NO_MEMORY), "%d: %s", status, err.text);
        must(status < 0 || strcmp(bs_buf_text(&buf), whole) == 0, "request %ld: %s", before,
             bs_buf_text(&buf));
        bs_tape_destroy(tape);
        bs_buf_finish(&buf);
    }
    bs_tape_destroy(whole_tape);
}

#endif
