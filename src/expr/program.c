/*
 * Instruction i leaves its results in slot i, which has room for a block of them; its operands are
 * slots before it, so one pass over the list computes everything.  A shared node is one
 * instruction: its memo says which.
 */
#include "expr/program.h"

#include "expr/definition.h"
#include "expr/func.h"
#include "expr/node.h"

#include "base/mem.h"

#include <math.h>
#include <string.h>

/* Long blocks share the work of an instruction among many values; all slots fit into a cache. */
enum { LONGEST_BLOCK = 64, SLOTS = 4096 };

struct instruction {
    bs_expr node;
    int argument;    /* of a symbol */
    size_t operands; /* where they start */
};

struct operand {
    size_t slot;
    bool divides; /* of a product */
};

struct bs_program {
    struct instruction *instructions;
    struct operand *operands;
    size_t count, operand_count;
    size_t capacity, operand_capacity; /* while it is made */
    size_t block;                      /* values of a slot */
    double *slots;                     /* one an instruction, then those of `args` */
    const double **results;            /* where they are: in the slot, or the argument itself */
    double *args;                      /* of the call at hand: the most that one has */
};

/* n values at once. */
struct block {
    const struct bs_program *program;
    size_t n;
    double kink;
};

struct compilation {
    struct bs_program *program;
    bs_symbol_place *place;
    const void *context;
    uint64_t stamp;
};

static bool compile(struct compilation *at, bs_expr expr, size_t *slot);

/* Where they are in the list is settled before they are compiled: each adds its own behind. */
static bool compile_operands(struct compilation *at, bs_expr expr, size_t *first)
{
    struct bs_program *program = at->program;
    *first = program->operand_count;
    if (!bs_grow(&program->operands, &program->operand_capacity, *first + (size_t)expr->count,
                 sizeof *program->operands))
        return false;
    program->operand_count += (size_t)expr->count;
    for (int i = 0; i < expr->count; i++) {
        bs_expr arg = expr->args[i];
        struct operand operand = {0, expr->kind == BS_PRODUCT && i > 0 && bs_is_inverse(arg)};
        if (!compile(at, operand.divides ? arg->args[0] : arg, &operand.slot))
            return false;
        program->operands[*first + (size_t)i] = operand;
    }
    return true;
}

static bool compile(struct compilation *at, bs_expr expr, size_t *slot)
{
    struct bs_program *program = at->program;
    struct instruction instruction = {.node = expr};
    if (expr->memo->listed == at->stamp) {
        *slot = expr->memo->place;
        return true;
    }
    if (expr->kind == BS_SYMBOL)
        instruction.argument = at->place(at->context, expr->u.name);
    if (!compile_operands(at, expr, &instruction.operands) ||
        !bs_grow(&program->instructions, &program->capacity, program->count + 1,
                 sizeof *program->instructions))
        return false;
    *slot = program->count++;
    program->instructions[*slot] = instruction;
    expr->memo->listed = at->stamp;
    expr->memo->place = *slot;
    return true;
}

static void fill_numbers(struct bs_program *program)
{
    for (size_t k = 0; k < program->count; k++) {
        bs_expr node = program->instructions[k].node;
        if (node->kind != BS_NUMBER)
            continue;
        const double number = bs_number_value(node);
        for (size_t i = 0; i < program->block; i++)
            program->slots[k * program->block + i] = number;
    }
}

static bool make_slots(struct bs_program *program)
{
    size_t most = 0;
    for (size_t i = 0; i < program->count; i++)
        if ((size_t)program->instructions[i].node->count > most)
            most = (size_t)program->instructions[i].node->count;
    program->block = SLOTS / program->count;
    if (program->block > LONGEST_BLOCK)
        program->block = LONGEST_BLOCK;
    if (program->block == 0)
        program->block = 1;
    const size_t slots = program->count * program->block;
    program->slots = bs_calloc(slots + most, sizeof *program->slots);
    program->results = bs_calloc(program->count, sizeof *program->results);
    if (!program->slots || !program->results)
        return false;
    for (size_t i = 0; i < program->count; i++)
        program->results[i] = program->slots + i * program->block;
    program->args = program->slots + slots;
    fill_numbers(program);
    return true;
}

struct bs_program *bs_program_create(bs_expr expr, bs_symbol_place *place, const void *context)
{
    struct bs_program *program = bs_calloc(1, sizeof *program);
    struct compilation at = {program, place, context, bs_next_stamp()};
    size_t slot;
    if (program && compile(&at, expr, &slot) && make_slots(program))
        return program;
    bs_program_destroy(program);
    return NULL;
}

void bs_program_destroy(struct bs_program *program)
{
    if (!program)
        return;
    bs_free(program->instructions);
    bs_free(program->operands);
    bs_free(program->slots);
    bs_free(program->results);
    bs_free(program);
}

static const double *result(const struct block *block, const struct operand *operand)
{
    return block->program->results[operand->slot];
}

/* The first two are added in one go. */
static void run_sum(double *restrict out, const struct block *block, const struct operand *terms,
                    int count)
{
    const double *first = result(block, &terms[0]), *second = result(block, &terms[1]);
    for (size_t i = 0; i < block->n; i++)
        out[i] = first[i] + second[i];
    for (int k = 2; k < count; k++) {
        const double *term = result(block, &terms[k]);
        for (size_t i = 0; i < block->n; i++)
            out[i] += term[i];
    }
}

static void multiply(double *out, const double *product, const struct block *block,
                     const struct operand *operand)
{
    const double *factor = result(block, operand);
    if (operand->divides)
        for (size_t i = 0; i < block->n; i++)
            out[i] = product[i] / factor[i];
    else
        for (size_t i = 0; i < block->n; i++)
            out[i] = product[i] * factor[i];
}

static void run_product(double *out, const struct block *block, const struct operand *factors,
                        int count)
{
    multiply(out, result(block, &factors[0]), block, &factors[1]);
    for (int k = 2; k < count; k++)
        multiply(out, out, block, &factors[k]);
}

static double power(double base, double exponent)
{
    return exponent == -1 ? 1 / base : exponent == 2 ? base * base : pow(base, exponent);
}

static void run_power(double *restrict out, const struct block *block,
                      const struct operand *operands)
{
    const double *restrict base = result(block, &operands[0]);
    const double *restrict exponent = result(block, &operands[1]);
    for (size_t i = 0; i < block->n; i++)
        out[i] = power(base[i], exponent[i]);
}

/* Of a function defined at run time: its own program. */
static void run_defined(double *out, const struct block *block, bs_expr call,
                        const struct operand *operands)
{
    struct bs_strided args[1 + BS_MOST_PARAMETERS];
    for (int k = 0; k < call->count; k++)
        args[k] = (struct bs_strided){result(block, &operands[k]), 1};
    bs_definition_values(out, block->n, call->u.call.func->definition, args, call->count,
                         block->kink);
}

static void run_call(double *out, const struct block *block, bs_expr call,
                     const struct operand *operands)
{
    const struct bs_func *func = call->u.call.func;
    double *args = block->program->args;
    if (func->definition) {
        run_defined(out, block, call, operands);
        return;
    }
    for (size_t i = 0; i < block->n; i++) {
        for (int k = 0; k < call->count; k++)
            args[k] = result(block, &operands[k])[i];
        out[i] = func->value(args, call->count, call->u.call.index, block->kink);
    }
}

/* A branch that is not taken need not have a value, so it is not multiplied by 0. */
static double choose(enum bs_at_zero at_zero, double test, double above, double below, double kink)
{
    if (isnan(test))
        return test;
    if (test != 0)
        return test > 0 ? above : below;
    switch (at_zero) {
    case BS_ZERO_IS_FIRST:
        return above;
    case BS_ZERO_IS_SECOND:
        return below;
    case BS_ZERO_IS_KINK:
        return kink == 0 ? below : kink == 1 ? above : below + kink * (above - below);
    }
    return below;
}

static void run_cases(double *restrict out, const struct block *block, enum bs_at_zero at_zero,
                      const struct operand *operands)
{
    const double *restrict test = result(block, &operands[0]);
    const double *restrict above = result(block, &operands[1]);
    const double *restrict below = result(block, &operands[2]);
    for (size_t i = 0; i < block->n; i++)
        out[i] = choose(at_zero, test[i], above[i], below[i], block->kink);
}

static void run(double *out, const struct block *block, const struct instruction *instruction)
{
    bs_expr node = instruction->node;
    const struct operand *operands = block->program->operands + instruction->operands;
    switch (node->kind) {
    case BS_SUM:
        run_sum(out, block, operands, node->count);
        break;
    case BS_PRODUCT:
        run_product(out, block, operands, node->count);
        break;
    case BS_POWER:
        run_power(out, block, operands);
        break;
    case BS_CALL:
        run_call(out, block, node, operands);
        break;
    case BS_CASES:
        run_cases(out, block, node->u.at_zero, operands);
        break;
    default: /* numbers and arguments are there already; of no other kind is one made */
        break;
    }
}

static void take_argument(const struct bs_program *program, size_t k, const struct bs_strided *arg,
                          size_t begin)
{
    double *slot = program->slots + k * program->block;
    program->results[k] = arg->step > 0 ? arg->at + begin : slot;
    for (size_t i = 0; arg->step == 0 && i < program->block; i++)
        slot[i] = arg->at[0];
}

void bs_program_run(double *out, size_t n, const struct bs_program *program,
                    const struct bs_strided *args, double kink)
{
    struct block block = {.program = program, .kink = kink};
    for (size_t begin = 0; begin < n; begin += block.n) {
        block.n = n - begin < program->block ? n - begin : program->block;
        for (size_t k = 0; k < program->count; k++) {
            const struct instruction *instruction = &program->instructions[k];
            if (instruction->node->kind == BS_SYMBOL)
                take_argument(program, k, &args[instruction->argument], begin);
            else
                run(program->slots + k * program->block, &block, instruction);
        }
        const double *last = program->results[program->count - 1];
        for (size_t i = 0; i < block.n; i++)
            out[begin + i] = last[i];
    }
}
