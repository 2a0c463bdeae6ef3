/* Stepping: a cursor over the main line, and at the finest step over the partials before an entry.
 */
#include "tape/internal.h"

struct bs_cursor bs_tape_cursor(const struct bs_tape *tape)
{
    return tape->cursor;
}

void bs_tape_move(struct bs_tape *tape, struct bs_cursor cursor)
{
    tape->cursor = cursor;
}

void bs_tape_rewind(struct bs_tape *tape)
{
    tape->cursor = (struct bs_cursor){0, 0};
}

/* How many partials of the entry at a position there are up to this one; 0: it is none of them. */
static int64_t partials_up_to(const struct bs_tape *tape, int64_t position, bs_entry partial)
{
    bs_entry user = bs_tape_at(tape, position);
    for (int64_t k = 0; k < bs_tape_partial_count(tape, user); k++)
        if (bs_tape_partial(tape, user, k) == partial)
            return k + 1;
    return 0;
}

/* A partial is shown with the entry that uses it, or alone when the cursor stands among them. */
bool bs_tape_is_shown(const struct bs_tape *tape, bs_entry entry)
{
    int64_t position = bs_tape_position(tape, entry);
    if (position != tape->cursor.position)
        return position < tape->cursor.position;
    int64_t partials = partials_up_to(tape, position, entry);
    return partials > 0 && partials <= tape->cursor.partial;
}

static bool is_at_end(const struct bs_tape *tape)
{
    return tape->cursor.position >= bs_tape_length(tape);
}

static bs_entry pass_entry(struct bs_tape *tape)
{
    bs_entry entry = bs_tape_at(tape, tape->cursor.position);
    tape->cursor = (struct bs_cursor){tape->cursor.position + 1, 0};
    return entry;
}

static bool same_group(const struct bs_tape *tape, bs_entry a, bs_entry b, enum bs_stride stride)
{
    if (bs_tape_phase(tape, a) != bs_tape_phase(tape, b))
        return false;
    return stride == BS_BY_PHASE || bs_tape_layer(tape, a) == bs_tape_layer(tape, b);
}

bs_entry bs_tape_step(struct bs_tape *tape, enum bs_stride stride)
{
    if (is_at_end(tape))
        return BS_NO_ENTRY;
    bs_entry next = bs_tape_at(tape, tape->cursor.position);
    if (stride != BS_BY_TERM || tape->cursor.partial >= bs_tape_partial_count(tape, next))
        return pass_entry(tape);
    return bs_tape_partial(tape, next, tape->cursor.partial++);
}

bool bs_tape_stride_ends(const struct bs_tape *tape, bs_entry shown, enum bs_stride stride)
{
    if (stride <= BS_BY_VALUE || is_at_end(tape))
        return true;
    return !same_group(tape, shown, bs_tape_at(tape, tape->cursor.position), stride);
}

bool bs_tape_back(struct bs_tape *tape)
{
    struct bs_cursor *cursor = &tape->cursor;
    if (cursor->partial > 0)
        cursor->partial--;
    else if (cursor->position > 0)
        cursor->position--;
    else
        return false;
    return true;
}

/* What is beside the main line is known, like the entry there, when its position is passed. */
void bs_tape_seek(struct bs_tape *tape, bs_entry entry)
{
    int64_t position = bs_tape_position(tape, entry);
    int64_t partials = partials_up_to(tape, position, entry);
    tape->cursor = (struct bs_cursor){position + (partials == 0), partials};
}
