#include "expr/spelling.h"

#include "expr/node.h"

#include "base/buf.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONGEST_NAME = 255, MOST_DIGITS = 18 };

static const char new[] = "new";
enum { NEW_LENGTH = sizeof new - 1 };

/* The pieces of w_h_j_new: the stem w, the parts h_j, and that the array is w_new. */
struct spelling {
    const char *stem, *parts;
    size_t stem_length, parts_length; /* no parts: 0 */
    bool is_new;
};

static bool is_new(const char *part, size_t length)
{
    return length == NEW_LENGTH && memcmp(part, new, length) == 0;
}

static size_t part_length(const char *part, const char *end)
{
    const char *bar = memchr(part, '_', (size_t)(end - part));
    return (size_t)((bar ? bar : end) - part);
}

/* The last part, behind its _, is `new`, and another one stands before it. */
static bool ends_in_new(const char *parts, const char *end)
{
    return end - parts > NEW_LENGTH + 1 && end[-NEW_LENGTH - 1] == '_' &&
           is_new(end - NEW_LENGTH, NEW_LENGTH);
}

/* `new` may also be the first part: w'_hj, as it is printed, is read as w_new_hj. */
static struct spelling take_apart(const char *name)
{
    const size_t length = strlen(name), stem = bs_stem(name);
    const char *end = name + length;
    struct spelling out = {name, name + stem + 1, stem, 0, false};
    if (stem == 0 || stem + 1 >= length)
        return out;
    const size_t first = part_length(out.parts, end);
    if (is_new(out.parts, first) && out.parts + first < end) {
        out.is_new = true;
        out.parts += first + 1;
    } else if (ends_in_new(out.parts, end)) {
        out.is_new = true;
        end -= NEW_LENGTH + 1;
    }
    out.parts_length = (size_t)(end - out.parts);
    return out;
}

static bool is_index_letter(char c)
{
    return c >= 'a' && c <= 'z';
}

static uint32_t letter_bit(char c)
{
    return is_index_letter(c) ? UINT32_C(1) << (c - 'a') : 0;
}

uint32_t bs_index_bit(bs_expr index)
{
    bool is_short = index->kind == BS_SYMBOL && strlen(index->u.name) == 1;
    return is_short ? letter_bit(index->u.name[0]) : 0;
}

/* As it is printed: no zeros before it. */
static bool is_whole(const char *part, size_t length)
{
    for (size_t i = 0; i < length; i++)
        if (!isdigit((unsigned char)part[i]))
            return false;
    return length > 0 && length <= MOST_DIGITS && (part[0] != '0' || length == 1);
}

/* Subscripts run together, one of them an index that is bound. */
static bool is_run(const char *part, size_t length, uint32_t bound)
{
    uint32_t letters = 0;
    for (size_t i = 0; i < length; i++) {
        if (!is_index_letter(part[i]) && !isdigit((unsigned char)part[i]))
            return false;
        letters |= letter_bit(part[i]);
    }
    return (letters & bound) != 0 && !is_new(part, length);
}

static bool has_subscripts(const struct spelling *spelling, uint32_t bound)
{
    const char *end = spelling->parts + spelling->parts_length;
    bool has_index = false;
    if (spelling->parts_length == 0 || end[-1] == '_')
        return false;
    for (const char *part = spelling->parts; part < end; part += part_length(part, end) + 1) {
        const size_t length = part_length(part, end);
        const bool is_index =
            (length == 1 && is_index_letter(part[0])) || is_run(part, length, bound);
        if (!is_index && !is_whole(part, length))
            return false;
        has_index = has_index || is_index;
    }
    return has_index;
}

bool bs_is_whole_name(const char *name, uint32_t bound)
{
    const struct spelling spelling = take_apart(name);
    return !has_subscripts(&spelling, bound);
}

/* A part is one number, or each of its characters is a subscript. */
static void add_part(struct bs_pool *pool, struct bs_list *subscripts, const char *part,
                     size_t length)
{
    if (is_whole(part, length)) {
        bs_list_add(subscripts, bs_integer(pool, strtoll(part, NULL, 10)));
        return;
    }
    for (size_t i = 0; i < length; i++)
        bs_list_add(subscripts, isdigit((unsigned char)part[i]) ? bs_integer(pool, part[i] - '0')
                                                                : bs_symbol_n(pool, part + i, 1));
}

bs_expr bs_named(struct bs_pool *pool, const char *name, uint32_t bound)
{
    const struct spelling spelling = take_apart(name);
    if (!has_subscripts(&spelling, bound))
        return bs_symbol(pool, name);
    char array[LONGEST_NAME + 1];
    snprintf(array, sizeof array, "%.*s%s%s", (int)spelling.stem_length, spelling.stem,
             spelling.is_new ? "_" : "", spelling.is_new ? new : "");
    struct bs_list subscripts = {0};
    const char *end = spelling.parts + spelling.parts_length;
    for (const char *part = spelling.parts; part < end; part += part_length(part, end) + 1)
        add_part(pool, &subscripts, part, part_length(part, end));
    bs_expr result = NULL;
    if (!subscripts.failed)
        result = bs_member(pool, array, (int)subscripts.count, subscripts.items);
    bs_list_finish(&subscripts);
    return result;
}

bool bs_spell_member(char *out, size_t size, const char *array, int count,
                     const int64_t *subscripts, bool apart)
{
    const size_t stem = bs_stem(array);
    const bool is_of_new = array[stem] == '_' && strcmp(array + stem + 1, new) == 0;
    const int before = is_of_new ? (int)stem : (int)strlen(array);
    size_t used = (size_t)snprintf(out, size, "%.*s", before, array);
    for (int i = 0; i < count; i++)
        apart = apart || subscripts[i] > 9;
    for (int i = 0; i < count && used < size; i++)
        used += (size_t)snprintf(out + used, size - used, "%s%" PRId64, i == 0 || apart ? "_" : "",
                                 subscripts[i]);
    if (is_of_new && used < size)
        used += (size_t)snprintf(out + used, size - used, "_%s", new);
    return used < size;
}

/* What is read is spelt again, both ways: there is one place that says how. */
bool bs_read_member(int64_t *subscripts, int count, const char *name, const char *array)
{
    char again[LONGEST_NAME + 1];
    const struct spelling spelling = take_apart(name);
    const char *part = spelling.parts, *end = spelling.parts + spelling.parts_length;
    const bool apart = memchr(part, '_', spelling.parts_length) || count == 1;
    for (int i = 0; i < count; i++) {
        const size_t length = part >= end ? 0 : apart ? part_length(part, end) : 1;
        if (!is_whole(part, length))
            return false;
        subscripts[i] = strtoll(part, NULL, 10);
        if (!apart)
            subscripts[i] = *part - '0';
        part += length + apart;
    }
    return bs_spell_member(again, sizeof again, array, count, subscripts, apart) &&
           strcmp(again, name) == 0;
}

static bool put_part(struct bs_buf *buf, bs_expr subscript)
{
    if (bs_index_bit(subscript))
        bs_buf_printf(buf, "_%s", subscript->u.name);
    else if (bs_is_exact(subscript) && subscript->u.number.den == 1)
        bs_buf_printf(buf, "_%" PRId64, subscript->u.number.num);
    else
        return false;
    return true;
}

/* Written first, then tried: what reads back as subscripts of the same array is right. */
bool bs_buf_spelling(struct bs_buf *buf, bs_expr member)
{
    const char *array = member->u.name;
    const size_t start = buf->length, stem = bs_stem(array);
    const bool is_of_new = array[stem] == '_' && strcmp(array + stem + 1, new) == 0;
    bool has_spelling = stem > 0 && (is_of_new || array[stem] == '\0');
    bs_buf_put_n(buf, array, stem);
    for (int i = 0; i < member->count && has_spelling; i++)
        has_spelling = put_part(buf, member->args[i]);
    if (is_of_new)
        bs_buf_printf(buf, "_%s", new);
    has_spelling = has_spelling && buf->length - start <= LONGEST_NAME &&
                   (buf->failed || !bs_is_whole_name(buf->text + start, 0));
    if (!has_spelling)
        bs_buf_cut(buf, start);
    return has_spelling;
}
