/*
 * Judging a sheet.  Invariant: slots stand in the order of the key's items, so that when one is
 * looked at, all that it is made of has been.
 */
#include "check/judge.h"

#include "base/mem.h"
#include "base/nearest.h"
#include "check/internal.h"
#include "check/mark.h"
#include "expr/func.h"
#include "expr/interval.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

/* What is known of an item on this sheet. */
struct slot {
    const struct bs_typed *typed; /* NULL: nothing was typed */
    struct bs_answer answer;
    bool has_answer;           /* it was typed and could be read */
    bool is_short;             /* it has fewer figures than wanted */
    struct bs_decimal decimal; /* as it is judged: with the figures wanted */
    enum bs_verdict verdict;
    enum bs_reason reason;
    int origin;      /* where what differs began; −1 */
    bool differs;    /* the student goes on from another value than an honest solver */
    bool is_trivial; /* ... and one that makes the rest trivial */
    bool has_cost;   /* ... and that has cost a mark */
    struct bs_interval honest, carried; /* what each goes on with */
};

struct judging {
    struct bs_key *key;
    const struct bs_key *in_force; /* the same key, or in another convention */
    struct bs_sheet *sheet;
    struct slot *slots;
    bool allows_truncation;
    struct bs_error *err;
};

const char *bs_verdict_name(enum bs_verdict verdict)
{
    static const char *const names[BS_VERDICTS] = {
        [BS_RIGHT] = "right",           [BS_ROUNDED] = "rounded",       [BS_FOLLOWS] = "follows",
        [BS_COARSE] = "coarse",         [BS_CONVENTION] = "convention", [BS_WRONG] = "wrong",
        [BS_UNANSWERED] = "unanswered", [BS_UNREADABLE] = "unreadable", [BS_FAULT] = "fault",
    };
    return names[verdict];
}

/* ---- whose answer it is ------------------------------------------------------------------------
 */

static bool find_name(struct bs_exact *value, void *context, const char *name)
{
    const struct judging *judging = context;
    const int i = bs_key_find(judging->key, name);
    if (i < 0)
        return false;
    const struct slot *slot = &judging->slots[i];
    const struct bs_item *item = bs_key_item(judging->key, i);
    const bool is_given = item->phase == BS_PHASE_GIVEN;
    if (!slot->has_answer && !is_given)
        return false;
    *value = slot->has_answer ? slot->answer.exact : item->exact;
    return true;
}

static void offer_names(void *context, struct bs_nearest *nearest)
{
    const struct judging *judging = context;
    for (int i = 0; i < bs_key_count(judging->key); i++) {
        const struct bs_item *item = bs_key_item(judging->key, i);
        if (judging->slots[i].has_answer || item->phase == BS_PHASE_GIVEN)
            bs_nearest_offer(nearest, item->name);
    }
}

static int complain_of_name(struct judging *judging, const struct bs_typed *typed)
{
    struct bs_nearest nearest;
    char name[81];
    const char *pieces[] = {name, nearest.best};
    snprintf(name, sizeof name, "%.80s", typed->name);
    bs_nearest_init(&nearest, typed->name);
    bs_key_offer_names(judging->key, &nearest);
    return bs_sheet_say(judging->sheet, typed, 0,
                        nearest.best_distance < 0 ? BS_SAY_NO_VALUE : BS_SAY_NO_VALUE_NEAR, pieces);
}

static int complain_of_repetition(struct judging *judging, struct slot *slot,
                                  const struct bs_typed *typed)
{
    char name[81], line[16];
    const char *pieces[] = {name, line};
    snprintf(name, sizeof name, "%.80s", typed->name);
    snprintf(line, sizeof line, "%d", slot->typed->line);
    slot->has_answer = false;
    return bs_sheet_say(judging->sheet, typed, 0, BS_SAY_TWICE, pieces);
}

/* Whoever copies a given number has said nothing; one who changes it works on another exercise. */
static int look_at_given(struct judging *judging, const struct slot *slot,
                         const struct bs_item *item)
{
    char value[32];
    const char *pieces[] = {item->name, value};
    if (!slot->has_answer || slot->answer.value == item->value)
        return BS_OK;
    snprintf(value, sizeof value, "%.6g", item->value);
    return bs_sheet_say(judging->sheet, slot->typed, 0, BS_SAY_GIVEN, pieces);
}

static int read_answer(struct judging *judging, struct slot *slot, const struct bs_typed *typed)
{
    struct bs_error err;
    const struct bs_answer_names names = {find_name, offer_names, judging};
    const int status =
        bs_answer_read(&slot->answer, typed->text, strlen(typed->text), &names, &err);
    slot->typed = typed;
    slot->has_answer = status == BS_OK;
    if (status == BS_REFUSED)
        return bs_sheet_complain(judging->sheet, typed, err.column, err.text);
    return status < 0 ? bs_fail(judging->err, err.status, "%s", err.text) : BS_OK;
}

static int find_item(const struct bs_key *key, const struct bs_typed *typed)
{
    return typed->rank == 0 ? bs_key_find(key, typed->name)
                            : bs_key_find_member(key, typed->name, typed->rank, typed->index);
}

static int bind(struct judging *judging, const struct bs_typed *typed)
{
    const int i = typed->text[0] == '\0' ? -1 : find_item(judging->key, typed);
    if (typed->text[0] == '\0')
        return BS_OK;
    if (i < 0)
        return complain_of_name(judging, typed);
    struct slot *slot = &judging->slots[i];
    if (slot->typed)
        return complain_of_repetition(judging, slot, typed);
    const int status = read_answer(judging, slot, typed);
    const struct bs_item *item = bs_key_item(judging->key, i);
    if (status < 0 || item->phase != BS_PHASE_GIVEN)
        return status;
    const int looked = look_at_given(judging, slot, item);
    *slot = (struct slot){0};
    return looked;
}

/* ---- digits ------------------------------------------------------------------------------------
 */

/*
 * With fewer figures than wanted, zeros were left out where that is what the value rounds to: 0.5
 * of 0.500.  They are put back as far as the value's last figure wanted: 10 of 9.96 is 10.00.
 */
static struct bs_decimal put_zeros(struct bs_decimal typed, const struct bs_exact *value,
                                   int wanted)
{
    const struct bs_decimal padded = bs_decimal_pad(typed, wanted);
    const int beyond = padded.place - bs_decimal_round(value, wanted).place;
    return beyond > 0 && padded.digits != 0 ? bs_decimal_pad(padded, padded.figures + beyond)
                                            : padded;
}

/* An expression is judged as its value rounded to the figures wanted. */
static void find_digits(struct slot *slot, const struct bs_key *key, int item)
{
    const struct bs_item *of = bs_key_item(key, item);
    const int wanted = bs_key_figures(key, item);
    const struct bs_answer *answer = &slot->answer;
    slot->is_short = answer->is_decimal && answer->decimal.figures < wanted;
    if (!answer->is_decimal)
        slot->decimal = bs_decimal_round(&answer->exact, wanted);
    else
        slot->decimal =
            slot->is_short ? put_zeros(answer->decimal, &of->exact, wanted) : answer->decimal;
}

static bool is_zero(const struct bs_exact *exact)
{
    return exact->is_fraction ? exact->fraction.num == 0 : bs_interval_has(exact->bounds, 0);
}

static bool is_right(const struct judging *judging, const struct slot *slot, int i)
{
    const struct bs_exact *exact = &bs_key_item(judging->in_force, i)->exact;
    if (slot->answer.value == 0 || slot->decimal.digits == 0)
        return is_zero(exact);
    return bs_decimal_is_rounded(slot->decimal, exact, judging->allows_truncation);
}

/* ---- what someone may come to ------------------------------------------------------------------
 */

enum { MOST_SPLITS = 3, MOST_PIECES = 1 << MOST_SPLITS };

/*
 * Where a value goes through a function with a kink, and its box lies on both sides of it, the
 * solver was on one side: there is a piece for each choice, never the hull of them.
 */
struct reach {
    struct bs_interval pieces[MOST_PIECES];
    int count;
    int splits[MOST_SPLITS], split_count; /* items; bit k of a piece: the kth is above 0 */
    int usual;                            /* the piece on the side of the true values */
};

struct boxes {
    const struct judging *judging;
    bool are_carried;
    const struct reach *reach;
    int piece;
};

static struct bs_interval box_of(const struct slot *slots, int i, bool is_carried)
{
    return is_carried ? slots[i].carried : slots[i].honest;
}

/* What happens at the kink itself belongs to the side that the kink policy says. */
static struct bs_interval side_of(struct bs_interval box, bool is_above, double kink)
{
    const double first = nextafter(0, 1);
    return is_above ? bs_interval_clip(box, kink >= 1 ? 0 : first, INFINITY)
                    : bs_interval_clip(box, -INFINITY, kink >= 1 ? -first : 0);
}

static struct bs_interval piece_of(const struct boxes *boxes, int i)
{
    struct bs_interval box = box_of(boxes->judging->slots, i, boxes->are_carried);
    for (int k = 0; k < boxes->reach->split_count; k++)
        if (boxes->reach->splits[k] == i)
            box = side_of(box, boxes->piece >> k & 1, bs_key_kink(boxes->judging->key));
    return box;
}

static int leaf_box(struct bs_interval *out, void *context, bs_expr leaf, struct bs_error *err)
{
    (void)err;
    *out = piece_of(context, (int)leaf->u.ref);
    return BS_OK;
}

static bool has_kink(bs_expr expr)
{
    const struct bs_func *func = expr->kind == BS_CALL ? expr->u.call.func : NULL;
    return expr->kind == BS_CASES ||
           (func && (func->is_slope || bs_func_has_kink(func, expr->count)));
}

/* Items that go into a kink as they are, and may be on either side of it. */
static void find_splits(struct reach *reach, bs_expr expr, const struct judging *judging,
                        bool is_carried)
{
    if (has_kink(expr) && expr->args[0]->kind == BS_REF && reach->split_count < MOST_SPLITS) {
        const int i = (int)expr->args[0]->u.ref;
        const struct bs_interval box = box_of(judging->slots, i, is_carried);
        bool is_new = box.lo < 0 && box.hi > 0;
        for (int k = 0; k < reach->split_count; k++)
            is_new = is_new && reach->splits[k] != i;
        if (is_new)
            reach->splits[reach->split_count++] = i;
    }
    for (int k = 0; k < expr->count; k++)
        find_splits(reach, expr->args[k], judging, is_carried);
}

static int find_reach(struct reach *out, const struct judging *judging, int i, bool is_carried)
{
    const struct bs_key *key = judging->in_force;
    const struct bs_item *item = bs_key_item(key, i);
    const struct bs_rounding rounding = bs_key_rounding(key, i);
    struct boxes boxes = {judging, is_carried, out, 0};
    struct bs_interval_env env = {
        .rounding = &rounding, .leaf = leaf_box, .context = &boxes, .kink = bs_key_kink(key)};
    int status = BS_OK;
    out->split_count = out->usual = 0;
    if (bs_has_kind(item->definition, BS_CALL) || bs_has_kind(item->definition, BS_CASES))
        find_splits(out, item->definition, judging, is_carried);
    out->count = 1 << out->split_count;
    for (int k = 0; k < out->split_count; k++)
        out->usual |= (bs_key_item(key, out->splits[k])->value > 0) << k;
    for (; boxes.piece < out->count && status == BS_OK; boxes.piece++)
        status = bs_reach(&out->pieces[boxes.piece], item, &env, judging->err);
    return status;
}

static struct bs_interval shrink(struct bs_interval a, double by)
{
    return (struct bs_interval){a.lo + by, a.hi - by};
}

/* Bounds that overlap by more than `least` meet; a least below 0 lets them be that far apart. */
static bool meet(struct bs_interval a, struct bs_interval b, double least)
{
    return fmin(a.hi, b.hi) - fmax(a.lo, b.lo) >= least;
}

/*
 * May the value in the piece have been rounded to the decimal (a tie either way), or cut off to it?
 * A value that is a whole unit beyond is not cut off to it, so there the window is open.  Doubles
 * may be wrong by a small part of a unit.  A piece without end says nothing about any value.
 */
static bool may_be_typed(struct bs_interval piece, struct bs_decimal decimal,
                         bool allows_truncation)
{
    const double slack = 1e-9 * bs_decimal_unit(decimal);
    if (!isfinite(piece.lo) || !isfinite(piece.hi))
        return false;
    return meet(piece, bs_decimal_window(decimal, false), -slack) ||
           (allows_truncation && meet(piece, shrink(bs_decimal_window(decimal, true), slack), 0));
}

/* The piece that the typed value may be of, the usual one first; −1: none.  Is it the only one? */
struct fit {
    int piece;
    bool is_only;
};

static struct fit find_fit(const struct reach *reach, struct bs_decimal decimal,
                           bool allows_truncation)
{
    struct fit fit = {-1, true};
    for (int k = 0; k < reach->count; k++) {
        const int piece = k ^ reach->usual;
        if (!may_be_typed(reach->pieces[piece], decimal, allows_truncation))
            continue;
        if (fit.piece >= 0)
            fit.is_only = false;
        else
            fit.piece = piece;
    }
    return fit;
}

/* ---- verdicts ----------------------------------------------------------------------------------
 */

static bool is_given_number(const struct bs_key *key, double value)
{
    for (int i = 0; i < bs_key_count(key); i++)
        if (bs_key_item(key, i)->phase == BS_PHASE_GIVEN && bs_key_item(key, i)->value == value)
            return true;
    return false;
}

static bool is_same(double a, double b)
{
    return fabs(a - b) <= 1e-9 * fmax(fabs(a), fabs(b));
}

/*
 * Does the number stand on the sheet for so many other values that it says nothing of any?  One
 * slip (x_1 for x_2) makes two alike, and both may go on.
 */
static bool is_repeated(const struct judging *judging, int i)
{
    const double typed = judging->slots[i].answer.value;
    const double value = bs_key_item(judging->key, i)->value;
    int others = 0;
    for (int k = 0; k < bs_key_count(judging->key); k++)
        others += judging->slots[k].has_answer && judging->slots[k].answer.value == typed &&
                  !is_same(bs_key_item(judging->key, k)->value, value);
    return others >= BS_MOST_REPEATED;
}

/* A value that anyone can type without having worked anything out. */
static bool is_trivial_number(const struct judging *judging, int i)
{
    const double typed = judging->slots[i].answer.value;
    return typed == 0 || fabs(typed) == 1 || is_given_number(judging->key, typed) ||
           is_repeated(judging, i);
}

static bool is_near(struct bs_interval box, double value, double unit)
{
    return box.lo > value - unit && box.hi < value + unit;
}

/*
 * What a wrong value can make of what is worked out from it: nothing, or a unit at the end of its
 * range; what comes after that is the same whatever the value was.
 */
static bool is_degenerate(const struct judging *judging, int i, struct bs_interval box)
{
    const struct bs_item *item = bs_key_item(judging->in_force, i);
    const struct bs_rounding rounding = bs_key_rounding(judging->in_force, i);
    const double unit = bs_rounding_unit(&rounding, 1);
    const bool is_bounded =
        item->definition->kind == BS_CALL && item->definition->u.call.func->is_below_one;
    const bool is_dead = box.lo == 0 && box.hi == 0;
    const bool is_saturated =
        is_bounded && (is_near(box, 0, unit) || is_near(box, 1, unit) || is_near(box, -1, unit));
    return item->value != 0 && (is_dead || is_saturated);
}

static void inherit(struct judging *judging, int i)
{
    const struct bs_item *item = bs_key_item(judging->in_force, i);
    struct slot *slot = &judging->slots[i];
    slot->differs = slot->is_trivial = slot->has_cost = false;
    slot->origin = -1;
    for (int k = 0; k < item->operand_count; k++) {
        const struct slot *operand = &judging->slots[item->operands[k]];
        if (!operand->differs)
            continue;
        slot->differs = true;
        slot->is_trivial = slot->is_trivial || operand->is_trivial;
        slot->has_cost = slot->has_cost || operand->has_cost;
        if (slot->origin < 0 || operand->origin < slot->origin)
            slot->origin = operand->origin;
    }
}

static void judge_untyped(struct judging *judging, int i, const struct reach *honest,
                          const struct reach *carried)
{
    struct slot *slot = &judging->slots[i];
    slot->verdict = slot->typed ? BS_UNREADABLE : BS_UNANSWERED;
    slot->honest = honest->pieces[honest->usual];
    slot->carried = slot->differs ? carried->pieces[carried->usual] : slot->honest;
    if (slot->differs && is_degenerate(judging, i, slot->carried))
        slot->is_trivial = true;
}

/* The branch that was surely taken is kept: the operand is on that side from now on. */
static void keep_branch(struct judging *judging, const struct reach *reach, struct fit fit,
                        bool is_carried)
{
    for (int k = 0; fit.piece >= 0 && fit.is_only && k < reach->split_count; k++) {
        struct slot *operand = &judging->slots[reach->splits[k]];
        struct bs_interval *box = is_carried ? &operand->carried : &operand->honest;
        *box = side_of(*box, fit.piece >> k & 1, bs_key_kink(judging->key));
    }
}

/* The hull of the typed value and of what may have been rounded to it. */
static struct bs_interval box_around(const struct slot *slot, struct bs_interval reached,
                                     bool allows_truncation)
{
    const struct bs_interval window = bs_decimal_window(slot->decimal, allows_truncation);
    const struct bs_interval typed = {slot->answer.value, slot->answer.value};
    return bs_interval_hull(typed, bs_interval_clip(reached, window.lo, window.hi));
}

static void accept_honest(struct judging *judging, int i, enum bs_verdict verdict,
                          struct bs_interval reached)
{
    struct slot *slot = &judging->slots[i];
    slot->verdict = verdict;
    slot->honest = slot->carried = box_around(slot, reached, judging->allows_truncation);
    slot->differs = slot->is_trivial = false;
    slot->origin = -1;
}

static bool is_asked(const struct judging *judging, int i)
{
    return bs_key_item(judging->key, i)->question >= 0;
}

/* What was not accepted is gone on from as it stands. */
static void carry(struct judging *judging, int i, const struct reach *honest, int origin)
{
    struct slot *slot = &judging->slots[i];
    slot->honest = honest->pieces[honest->usual];
    slot->carried = bs_interval_hull((struct bs_interval){slot->answer.value, slot->answer.value},
                                     bs_decimal_window(slot->decimal, false));
    slot->differs = true;
    slot->is_trivial = is_trivial_number(judging, i);
    slot->has_cost = slot->has_cost || is_asked(judging, i);
    slot->origin = origin;
}

/*
 * It is right given what the student had: unless that makes it trivial, or the mistake has cost
 * nothing so far, having been made in what no question asks for.
 */
static void judge_following(struct judging *judging, int i, const struct reach *honest,
                            const struct reach *carried, struct fit fit)
{
    struct slot *slot = &judging->slots[i];
    const int origin = slot->origin;
    const bool is_trivial = slot->is_trivial || is_trivial_number(judging, i);
    const bool costs = is_asked(judging, i) && !slot->has_cost;
    slot->verdict = is_trivial || costs ? BS_WRONG : BS_FOLLOWS;
    slot->reason = is_trivial ? BS_REASON_TRIVIAL : costs ? BS_REASON_NOT_ASKED : BS_REASON_NONE;
    carry(judging, i, honest, origin);
    slot->is_trivial = is_trivial;
    if (is_trivial)
        return;
    keep_branch(judging, carried, fit, true);
    slot->carried = box_around(slot, carried->pieces[fit.piece], judging->allows_truncation);
}

/* Fewer figures than wanted, but those are right. */
static bool is_coarse(const struct judging *judging, const struct slot *slot, int i,
                      const struct reach *honest)
{
    const struct bs_exact *exact = &bs_key_item(judging->in_force, i)->exact;
    const struct bs_decimal typed = slot->answer.decimal;
    return slot->is_short && (bs_decimal_is_rounded(typed, exact, judging->allows_truncation) ||
                              find_fit(honest, typed, judging->allows_truncation).piece >= 0);
}

static void judge_wrong(struct judging *judging, int i, const struct reach *honest)
{
    struct slot *slot = &judging->slots[i];
    const bool is_nothing = slot->answer.value == 0;
    slot->verdict = !is_nothing && is_coarse(judging, slot, i, honest) ? BS_COARSE : BS_WRONG;
    slot->reason = is_nothing ? BS_REASON_ZERO : BS_REASON_NONE;
    carry(judging, i, honest, i);
}

static void judge_typed(struct judging *judging, int i, const struct reach *honest,
                        const struct reach *carried)
{
    struct slot *slot = &judging->slots[i];
    const bool allows = judging->allows_truncation, is_nothing = slot->answer.value == 0;
    struct fit fit = find_fit(honest, slot->decimal, allows);
    const bool right = is_right(judging, slot, i);
    if (right || (fit.piece >= 0 && !is_nothing)) {
        keep_branch(judging, honest, fit, false);
        accept_honest(judging, i, right ? BS_RIGHT : BS_ROUNDED,
                      fit.piece >= 0 ? honest->pieces[fit.piece]
                                     : bs_key_item(judging->in_force, i)->exact.bounds);
        return;
    }
    if (slot->differs && !is_nothing)
        fit = find_fit(carried, slot->decimal, allows);
    if (fit.piece >= 0 && !is_nothing)
        judge_following(judging, i, honest, carried, fit);
    else
        judge_wrong(judging, i, honest);
}

static int judge_item(struct judging *judging, int i)
{
    const struct bs_item *item = bs_key_item(judging->in_force, i);
    struct slot *slot = &judging->slots[i];
    struct reach honest, carried;
    if (!item->definition) {
        slot->honest = slot->carried = item->exact.bounds;
        return BS_OK;
    }
    inherit(judging, i);
    slot->reason = BS_REASON_NONE;
    int status = find_reach(&honest, judging, i, false);
    if (status == BS_OK && slot->differs)
        status = find_reach(&carried, judging, i, true);
    if (status < 0)
        return status;
    if (slot->has_answer)
        judge_typed(judging, i, &honest, &carried);
    else
        judge_untyped(judging, i, &honest, &carried);
    return BS_OK;
}

/*
 * Where the checker itself fails, that is no mistake of the student's: the item is passed over, as
 * if it had been right, and the sheet says why.
 */
static int judge_or_pass(struct judging *judging, int i)
{
    struct bs_error err, *const outer = judging->err;
    struct slot *slot = &judging->slots[i];
    judging->err = &err;
    const int status = judge_item(judging, i);
    judging->err = outer;
    if (status == BS_OK)
        return BS_OK;
    if (status != BS_REFUSED && status != BS_INTERNAL)
        return bs_fail(outer, err.status, "%s", err.text);
    slot->honest = slot->carried = bs_key_item(judging->in_force, i)->exact.bounds;
    slot->differs = slot->is_trivial = false;
    slot->origin = -1;
    if (!slot->typed)
        return BS_OK;
    slot->verdict = BS_FAULT;
    return bs_sheet_say(judging->sheet, slot->typed, 0, BS_SAY_CHECKER,
                        (const char *const[]){err.text});
}

static void find_all_digits(struct judging *judging)
{
    for (int i = 0; i < bs_key_count(judging->key); i++)
        if (judging->slots[i].has_answer)
            find_digits(&judging->slots[i], judging->in_force, i);
}

/* Where every answer is right there is nothing to look further for. */
static bool are_all_right(struct judging *judging)
{
    for (int i = 0; i < bs_key_count(judging->key); i++) {
        struct slot *slot = &judging->slots[i];
        slot->verdict = slot->has_answer ? BS_RIGHT : slot->typed ? BS_UNREADABLE : BS_UNANSWERED;
        slot->origin = -1;
        if (slot->has_answer && !is_right(judging, slot, i))
            return false;
    }
    return true;
}

static int judge_all(struct judging *judging)
{
    int last = -1, status = BS_OK;
    find_all_digits(judging);
    if (are_all_right(judging))
        return BS_OK;
    for (int i = 0; i < bs_key_count(judging->key); i++) {
        judging->slots[i].verdict = judging->slots[i].typed ? BS_UNREADABLE : BS_UNANSWERED;
        judging->slots[i].origin = -1;
        if (judging->slots[i].has_answer)
            last = i;
    }
    for (int i = 0; i <= last && status == BS_OK; i++)
        status = judge_or_pass(judging, i);
    return status;
}

int bs_honest_boxes(struct bs_interval *boxes, struct bs_key *key, struct bs_error *err)
{
    const int count = bs_key_count(key);
    struct judging judging = {.key = key,
                              .in_force = key,
                              .slots = bs_calloc((size_t)count + 1, sizeof(struct slot)),
                              .err = err};
    int status = judging.slots ? BS_OK : bs_fail_memory(err);
    for (int i = 0; i < count && status == BS_OK; i++) {
        status = judge_item(&judging, i);
        boxes[i] = judging.slots[i].honest;
    }
    bs_free(judging.slots);
    return status;
}

/* ---- conventions -------------------------------------------------------------------------------
 */

static bool is_accepted(enum bs_verdict verdict)
{
    return verdict == BS_RIGHT || verdict == BS_ROUNDED;
}

/* In the other layout what was typed as w_21 is w_12. */
static void transpose(struct slot *slots, const struct bs_key *key)
{
    for (int i = 0; i < bs_key_count(key); i++) {
        const int other = bs_key_item(key, i)->transposed;
        if (other <= i)
            continue;
        const struct slot kept = slots[i];
        slots[i] = slots[other];
        slots[other] = kept;
    }
}

/* Back at the places of their names, so that both can be compared. */
static const struct slot *slot_typed_at(const struct slot *slots, const struct bs_key *key, int i,
                                        unsigned conventions)
{
    const int other = bs_key_item(key, i)->transposed;
    return &slots[(conventions & BS_CONVENTION_LAYOUT) && other >= 0 ? other : i];
}

/*
 * A convention fits the whole sheet: at least two more lines are right in it, for a lone one is a
 * mistake, and none that is right, or follows, without it is not.
 */
static bool fits(const struct judging *usual, const struct judging *other, unsigned conventions)
{
    enum { FEWEST = 2 };
    int gained = 0;
    for (int i = 0; i < bs_key_count(usual->key); i++) {
        const enum bs_verdict before = usual->slots[i].verdict;
        const enum bs_verdict after =
            slot_typed_at(other->slots, usual->key, i, conventions)->verdict;
        if (!usual->slots[i].has_answer || (is_accepted(before) && is_accepted(after)))
            continue;
        if (is_accepted(after))
            gained++;
        else if (is_accepted(before) || before == BS_FOLLOWS)
            return false;
    }
    return gained >= FEWEST;
}

static int judge_in(struct judging *other, const struct judging *usual, unsigned conventions)
{
    const size_t size = (size_t)bs_key_count(usual->key) * sizeof *usual->slots;
    const unsigned of_key = conventions & ~(unsigned)BS_CONVENTION_LAYOUT;
    const int status = bs_key_in_convention(&other->in_force, usual->key, of_key, usual->err);
    if (status < 0 || !other->in_force)
        return status;
    memcpy(other->slots, usual->slots, size);
    if (conventions & BS_CONVENTION_LAYOUT)
        transpose(other->slots, usual->key);
    return judge_all(other);
}

static int bits_in(unsigned set)
{
    int count = 0;
    for (; set; set &= set - 1)
        count++;
    return count;
}

/* The fewest conventions that fit, in *other's slots; 0: none. */
static int find_conventions(unsigned *found, struct judging *other, const struct judging *usual)
{
    *found = 0;
    for (int bits = 1; bits <= 3; bits++)
        for (unsigned set = 1; set < BS_CONVENTION_SETS; set++) {
            if (bits_in(set) != bits)
                continue;
            const int status = judge_in(other, usual, set);
            if (status < 0)
                return status;
            if (other->in_force && fits(usual, other, set)) {
                *found = set;
                return BS_OK;
            }
        }
    return BS_OK;
}

static bool are_allowed(const struct judging *judging, unsigned conventions)
{
    return !(conventions & ~bs_key_marking(judging->key)->conventions);
}

static bool may_be_convention(const struct judging *judging)
{
    int refused = 0;
    for (int i = 0; i < bs_key_count(judging->key); i++) {
        const enum bs_verdict verdict = judging->slots[i].verdict;
        refused += verdict == BS_WRONG || verdict == BS_FOLLOWS;
    }
    return refused >= 2;
}

/* ---- findings ----------------------------------------------------------------------------------
 */

/* Student's numbers, for a diagnosis: typed, or worked out from what was typed. */
struct numbers {
    bool *is_typed;
    double *values, *unrounded;
    struct bs_interval *boxes;
    bool are_made;
};

/* All digits of what someone who carries them along has typed rounded; else what was typed. */
static int find_unrounded(double *unrounded, const struct judging *judging, int i)
{
    const struct slot *slot = &judging->slots[i];
    const struct bs_item *item = bs_key_item(judging->in_force, i);
    const struct bs_interval window = bs_decimal_window(slot->decimal, judging->allows_truncation);
    double *value = &unrounded[i];
    *value = item->value;
    if (!item->definition)
        return BS_OK;
    const int status =
        bs_key_eval(value, judging->in_force, item->definition, unrounded, judging->err);
    if (status == BS_OK && slot->has_answer && !(window.lo <= *value && *value <= window.hi))
        *value = slot->answer.value;
    return status;
}

static int make_numbers(struct numbers *numbers, const struct judging *judging)
{
    const struct bs_key *key = judging->in_force;
    const size_t count = (size_t)bs_key_count(key);
    int status = BS_OK;
    numbers->is_typed = bs_alloc(count * sizeof *numbers->is_typed);
    numbers->values = bs_alloc(count * sizeof *numbers->values);
    numbers->unrounded = bs_alloc(count * sizeof *numbers->unrounded);
    numbers->boxes = bs_alloc(count * sizeof *numbers->boxes);
    if (!numbers->is_typed || !numbers->values || !numbers->unrounded || !numbers->boxes)
        return bs_fail_memory(judging->err);
    for (int i = 0; i < (int)count && status == BS_OK; i++) {
        const struct slot *slot = &judging->slots[i];
        const struct bs_item *item = bs_key_item(key, i);
        numbers->is_typed[i] = slot->has_answer;
        numbers->boxes[i] = slot->carried;
        numbers->values[i] = slot->has_answer ? slot->answer.value : item->value;
        if (!slot->has_answer && item->definition)
            status = bs_key_eval(&numbers->values[i], key, item->definition, numbers->values,
                                 judging->err);
        if (status == BS_OK)
            status = find_unrounded(numbers->unrounded, judging, i);
    }
    numbers->are_made = true;
    return status;
}

static int diagnose(struct bs_diagnosis *out, const struct judging *judging, int i,
                    struct numbers *numbers)
{
    struct bs_catalogue *catalogue = bs_key_catalogue(judging->key);
    int status = catalogue ? BS_OK : bs_fail_memory(judging->err);
    if (status == BS_OK && !numbers->are_made)
        status = make_numbers(numbers, judging);
    if (status < 0)
        return status;
    const struct bs_standing standing = {numbers->is_typed, numbers->values, numbers->unrounded,
                                         numbers->boxes};
    return bs_diagnose(out, catalogue, i, judging->slots[i].decimal, &standing, judging->err);
}

static bool names_origin(const struct slot *slot)
{
    return slot->verdict == BS_FOLLOWS || slot->reason == BS_REASON_TRIVIAL ||
           slot->reason == BS_REASON_NOT_ASKED;
}

static void fill(struct bs_finding *finding, const struct judging *judging, int i)
{
    const struct slot *slot = &judging->slots[i];
    *finding = (struct bs_finding){
        .item = i,
        .verdict = slot->verdict,
        .reason = slot->reason,
        .origin = names_origin(slot) ? slot->origin : -1,
        .typed = slot->typed,
        .answer = slot->answer,
        .diagnosis = {.item = -1, .second_item = -1, .tell_apart = -1},
    };
}

static void mark(struct bs_result *result, struct bs_finding *finding)
{
    const struct bs_key *key = result->key;
    const int question = bs_key_item(key, finding->item)->question;
    if (question < 0)
        return;
    const double points = bs_key_question(key, question)->points;
    finding->mark = points * bs_verdict_share(finding->verdict, bs_key_marking(key));
    result->most += points;
    result->mark += finding->mark;
}

/* What another convention makes right is so, or is said to be not allowed. */
static void apply_conventions(struct bs_finding *finding, const struct judging *usual,
                              const struct judging *other, unsigned conventions)
{
    const struct slot *slot = slot_typed_at(other->slots, usual->key, finding->item, conventions);
    const enum bs_verdict before = usual->slots[finding->item].verdict;
    const bool is_allowed = are_allowed(usual, conventions);
    if (!finding->typed || is_accepted(before) || !is_accepted(slot->verdict) ||
        (before == BS_FOLLOWS && !is_allowed))
        return;
    finding->convention = (enum bs_convention)conventions;
    finding->verdict = is_allowed ? BS_CONVENTION : BS_WRONG;
    finding->reason = is_allowed ? BS_REASON_NONE : BS_REASON_NOT_ALLOWED;
    finding->origin = -1;
}

static int count_findings(const struct judging *judging)
{
    int count = bs_key_question_count(judging->key);
    for (int i = 0; i < bs_key_count(judging->key); i++)
        count += judging->slots[i].typed && bs_key_item(judging->key, i)->question < 0;
    return count;
}

static void list_findings(struct bs_result *result, const struct judging *judging)
{
    const struct bs_key *key = judging->key;
    int next = result->questions;
    for (int q = 0; q < result->questions; q++)
        fill(&result->findings[q], judging, bs_key_asked(key, q));
    for (int i = 0; i < bs_key_count(key); i++)
        if (judging->slots[i].typed && bs_key_item(key, i)->question < 0)
            fill(&result->findings[next++], judging, i);
}

static int diagnose_all(struct bs_result *result, const struct judging *judging)
{
    struct numbers numbers = {0};
    int status = BS_OK;
    for (int k = 0; k < result->count && status == BS_OK; k++) {
        struct bs_finding *finding = &result->findings[k];
        if (finding->verdict == BS_WRONG && finding->reason == BS_REASON_NONE)
            status = diagnose(&finding->diagnosis, judging, finding->item, &numbers);
    }
    bs_free(numbers.is_typed);
    bs_free(numbers.values);
    bs_free(numbers.unrounded);
    bs_free(numbers.boxes);
    return status;
}

/* In *other's slots, which are made when there is something to look for. */
static int look_for_conventions(unsigned *found, struct judging *other, const struct judging *usual)
{
    *found = 0;
    if (!may_be_convention(usual))
        return BS_OK;
    other->slots = bs_calloc((size_t)bs_key_count(usual->key) + 1, sizeof *other->slots);
    return other->slots ? find_conventions(found, other, usual) : bs_fail_memory(usual->err);
}

/* In an allowed convention the rest of the sheet is judged in it, too. */
static void find_findings(struct bs_result *result, const struct judging *usual,
                          const struct judging *other)
{
    const unsigned set = result->conventions;
    const bool in_other = set && are_allowed(usual, set) && !(set & BS_CONVENTION_LAYOUT);
    list_findings(result, in_other ? other : usual);
    for (int k = 0; set && k < result->count; k++)
        apply_conventions(&result->findings[k], usual, other, set);
}

static int find_verdicts(struct bs_result *result, struct judging *usual, struct judging *other,
                         bool diagnoses)
{
    int status = judge_all(usual);
    if (status == BS_OK)
        status = look_for_conventions(&result->conventions, other, usual);
    if (status < 0)
        return status;
    find_findings(result, usual, other);
    if (diagnoses)
        status = diagnose_all(result, usual);
    for (int q = 0; q < result->questions; q++)
        mark(result, &result->findings[q]);
    return status;
}

static int judge_bound(struct bs_result *result, struct judging *usual, bool diagnoses)
{
    struct judging other = *usual;
    other.slots = NULL;
    result->questions = bs_key_question_count(usual->key);
    result->count = count_findings(usual);
    result->findings = bs_calloc((size_t)result->count + 1, sizeof *result->findings);
    const int status = result->findings ? find_verdicts(result, usual, &other, diagnoses)
                                        : bs_fail_memory(usual->err);
    bs_free(other.slots);
    return status;
}

int bs_judge(struct bs_result *out, struct bs_key *key, struct bs_sheet *sheet, bool diagnoses,
             struct bs_error *err)
{
    const size_t count = (size_t)bs_key_count(key) + 1;
    struct judging judging = {.key = key,
                              .in_force = key,
                              .sheet = sheet,
                              .slots = bs_calloc(count, sizeof(struct slot)),
                              .allows_truncation = bs_key_marking(key)->allows_truncation,
                              .err = err};
    *out = (struct bs_result){.key = key, .sheet = sheet};
    int status = judging.slots ? BS_OK : bs_fail_memory(err);
    for (size_t k = 0; k < sheet->count && status == BS_OK; k++)
        status = bind(&judging, &sheet->answers[k]);
    if (status == BS_OK)
        status = judge_bound(out, &judging, diagnoses);
    bs_free(judging.slots);
    if (status < 0)
        bs_result_finish(out);
    return status;
}

void bs_result_finish(struct bs_result *result)
{
    bs_free(result->findings);
    result->findings = NULL;
}
