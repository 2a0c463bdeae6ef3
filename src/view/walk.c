/*
 * Walking: the sections of a tape, and the lines of a derivation, in the order in which every
 * writer gets them.
 */
#include "view/internal.h"

#include "base/interrupt.h"

enum { MOST_ENTRIES = 300 };

/* ---- sections -------------------------------------------------------------------------------- */

/* Phases follow one another on a tape, so the end of one is found by bisection. */
static int64_t end_of_phase(const struct bs_tape *tape, int64_t first, int64_t end)
{
    enum bs_phase phase = bs_tape_phase(tape, bs_tape_at(tape, first));
    while (first < end) {
        int64_t middle = first + (end - first) / 2;
        if (bs_tape_phase(tape, bs_tape_at(tape, middle)) == phase)
            first = middle + 1;
        else
            end = middle;
    }
    return end;
}

static int64_t size_within(const struct bs_section *section, int64_t most)
{
    int64_t size = section->end - section->first;
    return size < most ? size : most;
}

static int64_t total_within(const struct bs_section *sections, int count, int64_t most)
{
    int64_t total = 0;
    for (int i = 0; i < count; i++)
        total += size_within(&sections[i], most);
    return total;
}

/* Every section gets the same share, and small sections leave what they do not need to the rest. */
static void cut_sections(struct bs_section *sections, int count)
{
    int64_t share = MOST_ENTRIES;
    while (total_within(sections, count, share) > MOST_ENTRIES)
        share--;
    for (int i = 0; i < count; i++) {
        int64_t kept = size_within(&sections[i], share);
        sections[i].left_out = sections[i].end - sections[i].first - kept;
        sections[i].end = sections[i].first + kept;
    }
}

int bs_sections(struct bs_section sections[BS_PHASES], const struct bs_tape *tape, int64_t end)
{
    int count = 0;
    for (int64_t first = 0; first < end; first = sections[count++].end)
        sections[count] = (struct bs_section){
            .phase = bs_tape_phase(tape, bs_tape_at(tape, first)),
            .first = first,
            .end = end_of_phase(tape, first, end),
        };
    cut_sections(sections, count);
    return count;
}

/* ---- the lines of a derivation --------------------------------------------------------------- */

int bs_derive_unless_stopped(struct bs_derivation *out, struct bs_tape *tape, bs_entry entry,
                             struct bs_error *err)
{
    return bs_is_interrupted() ? bs_fail_interrupted(err) : bs_tape_derive(out, tape, entry, err);
}

struct writing {
    struct bs_writer *writer;
    const struct bs_derivation *derivation;
    struct bs_buf name, formula, rule; /* the last two of the next line */
    int lines;
};

static void end_line(struct writing *writing, const char *rule)
{
    struct bs_writer *writer = writing->writer;
    bs_put_words(&writing->rule, rule, writer->page);
    writer->line(writer, bs_buf_text(&writing->name), writing->lines++,
                 bs_buf_text(&writing->formula), bs_buf_text(&writing->rule));
    bs_buf_cut(&writing->formula, 0);
    bs_buf_cut(&writing->rule, 0);
}

static void put_formula(struct writing *writing, bs_expr expr, bool is_chain, bool numbers)
{
    const struct bs_page *page = writing->writer->page;
    struct bs_style style = {
        .form = page->form,
        .digits = page->digits,
        .is_spaced = is_chain,
        .most_terms = page->most_terms,
    };
    bs_tape_typeset(writing->writer->tape, &writing->formula, expr, &style, numbers);
}

/* The general form, which may take the rule of the line that it stands before. */
static void write_general(struct writing *writing)
{
    const struct bs_derivation *derivation = writing->derivation;
    const char *own = derivation->general_rule;
    bs_buf_put(&writing->formula, derivation->general);
    end_line(writing, own ? own : derivation->lines[derivation->general_line].rule);
}

static void write_symbolic_lines(struct writing *writing)
{
    const struct bs_derivation *derivation = writing->derivation;
    bool has_general = derivation->general[0] && writing->writer->page->form == BS_UNICODE;
    for (int i = 0; i < derivation->count; i++) {
        bool is_after = has_general && i == derivation->general_line;
        if (is_after)
            write_general(writing);
        put_formula(writing, derivation->lines[i].expr, derivation->lines[i].is_chain, false);
        end_line(writing, is_after && !derivation->general_rule ? "" : derivation->lines[i].rule);
    }
}

bool bs_takes_numbers(bs_expr closed)
{
    return closed->kind != BS_SYMBOL && closed->kind != BS_REF && !bs_is_number(closed);
}

/* A definition that is a number is a value already. */
static bool is_value(const struct bs_derivation *derivation)
{
    return derivation->count == 1 && bs_is_number(derivation->lines[0].expr);
}

static void write_value_line(struct writing *writing)
{
    const struct bs_derivation *derivation = writing->derivation;
    struct bs_writer *writer = writing->writer;
    struct bs_buf note = BS_BUF_INIT;
    bs_buf_value(&writing->formula, derivation->value, writer->page->digits, writer->page->form);
    bs_tape_note(writer->tape, &note, derivation);
    if (derivation->is_checked)
        bs_put_words(&writing->rule, "✓", writer->page);
    if (derivation->phase == BS_PHASE_GIVEN)
        bs_put_words(&writing->rule, "given", writer->page);
    if (writing->rule.length > 0 && note.length > 0)
        bs_buf_put(&writing->rule, "  ");
    end_line(writing, bs_buf_text(&note));
    writing->rule.failed = writing->rule.failed || note.failed;
    bs_buf_finish(&note);
}

static void write_lines(struct writing *writing)
{
    const struct bs_derivation *derivation = writing->derivation;
    write_symbolic_lines(writing);
    if (derivation->count > 0 && bs_takes_numbers(derivation->lines[derivation->count - 1].expr)) {
        put_formula(writing, derivation->lines[derivation->count - 1].expr, false, true);
        end_line(writing, "");
    }
    if (!is_value(derivation))
        write_value_line(writing);
}

static int finish_writing(struct writing *writing, struct bs_error *err)
{
    bool failed = writing->writer->buf->failed || writing->name.failed || writing->formula.failed ||
                  writing->rule.failed;
    bs_buf_finish(&writing->name);
    bs_buf_finish(&writing->formula);
    bs_buf_finish(&writing->rule);
    return failed ? bs_fail_memory(err) : BS_OK;
}

static int write_entry(struct bs_writer *writer, bs_entry entry, struct bs_error *err)
{
    struct bs_derivation derivation;
    int status = bs_derive_unless_stopped(&derivation, writer->tape, entry, err);
    if (status < 0)
        return status;
    struct writing writing = {writer, &derivation, BS_BUF_INIT, BS_BUF_INIT, BS_BUF_INIT, 0};
    bs_tape_show_name(writer->tape, &writing.name, entry, writer->page->form);
    write_lines(&writing);
    return finish_writing(&writing, err);
}

/* The equation of the entry's array, with its shapes where rules stand. */
static int write_equation(struct bs_writer *writer, bs_entry entry, struct bs_error *err)
{
    struct bs_equation equation;
    int status = bs_tape_equation(&equation, writer->tape, entry, writer->page->form, err);
    if (status < 0)
        return status;
    struct writing writing = {writer, NULL, equation.name, BS_BUF_INIT, BS_BUF_INIT, 0};
    equation.name = BS_BUF_INIT;
    for (int i = 0; i < equation.count; i++) {
        bs_buf_put(&writing.formula, bs_buf_text(&equation.lines[i].text));
        bs_put_words(&writing.rule, bs_buf_text(&equation.lines[i].shapes), writer->page);
        bs_buf_put(&writing.rule, equation.lines[i].rule[0] ? "  " : "");
        end_line(&writing, equation.lines[i].rule);
    }
    writing.formula.failed = writing.formula.failed || bs_equation_has_failed(&equation);
    bs_equation_finish(&equation);
    return finish_writing(&writing, err);
}

int bs_write_derivation(struct bs_writer *writer, bs_entry entry, struct bs_error *err)
{
    int status = write_equation(writer, entry, err);
    return status < 0 ? status : write_entry(writer, entry, err);
}

/* An entry of the whole solution, after the equations of its layer if it is the first there. */
static int write_in_order(struct bs_writer *writer, bs_entry entry, struct bs_error *err)
{
    bs_entry before[2];
    int status = BS_OK, count = bs_tape_equations_before(before, writer->tape, entry);
    for (int i = 0; status == BS_OK && i < count; i++)
        status = write_equation(writer, before[i], err);
    return status < 0 ? status : write_entry(writer, entry, err);
}

int bs_write_solution(struct bs_writer *writer, struct bs_error *err)
{
    struct bs_section sections[BS_PHASES];
    const struct bs_page *page = writer->page;
    int64_t end =
        page->is_complete ? bs_tape_length(writer->tape) : bs_tape_cursor(writer->tape).position;
    int status = BS_OK, count = bs_sections(sections, writer->tape, end);
    for (int i = 0; status == BS_OK && i < count; i++) {
        writer->open(writer, bs_view_phase(sections[i].phase, page->lang));
        for (int64_t p = sections[i].first; status == BS_OK && p < sections[i].end; p++)
            status = write_in_order(writer, bs_tape_at(writer->tape, p), err);
        writer->close(writer, sections[i].left_out);
    }
    return status == BS_OK && writer->buf->failed ? bs_fail_memory(err) : status;
}
