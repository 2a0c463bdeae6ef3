/*
 * Instruction i leaves its result in slot i; its operands are slots before it, so one pass over the
 * list computes everything.  A shared node is one instruction: its memo says which.
 */
#include "expr/program.h"

#include "expr/func.h"
#include "expr/node.h"

#include "base/mem.h"

#include <math.h>

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
    double *slots;                     /* one an instruction, then those of `args` */
    double *args;                      /* of the call at hand: the most that one has */
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

static bool make_slots(struct bs_program *program)
{
    size_t most = 0;
    for (size_t i = 0; i < program->count; i++)
        if ((size_t)program->instructions[i].node->count > most)
            most = (size_t)program->instructions[i].node->count;
    program->slots = bs_calloc(program->count + most, sizeof *program->slots);
    program->args = program->slots + program->count;
    return program->slots;
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
    bs_free(program);
}

static double run_sum(const double *slots, const struct operand *terms, int count)
{
    double sum = slots[terms[0].slot];
    for (int i = 1; i < count; i++)
        sum += slots[terms[i].slot];
    return sum;
}

static double run_product(const double *slots, const struct operand *factors, int count)
{
    double product = slots[factors[0].slot];
    for (int i = 1; i < count; i++) {
        double factor = slots[factors[i].slot];
        product = factors[i].divides ? product / factor : product * factor;
    }
    return product;
}

static double run_power(double base, double exponent)
{
    return exponent == -1 ? 1 / base : exponent == 2 ? base * base : pow(base, exponent);
}

static double run_call(const struct bs_program *program, bs_expr call,
                       const struct operand *operands, double kink)
{
    for (int i = 0; i < call->count; i++)
        program->args[i] = program->slots[operands[i].slot];
    return bs_func_value(call->u.call.func, program->args, call->count, call->u.call.index, kink);
}

static double run_cases(enum bs_at_zero at_zero, double test, double above, double below,
                        double kink)
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
        return below + kink * (above - below);
    }
    return below;
}

static double run(const struct bs_program *program, const struct instruction *instruction,
                  const double *args, double kink)
{
    bs_expr node = instruction->node;
    const struct operand *operands = program->operands + instruction->operands;
    const double *slots = program->slots;
    switch (node->kind) {
    case BS_NUMBER:
        return bs_number_value(node);
    case BS_SYMBOL:
        return args[instruction->argument];
    case BS_SUM:
        return run_sum(slots, operands, node->count);
    case BS_PRODUCT:
        return run_product(slots, operands, node->count);
    case BS_POWER:
        return run_power(slots[operands[0].slot], slots[operands[1].slot]);
    case BS_CALL:
        return run_call(program, node, operands, kink);
    case BS_CASES:
        return run_cases(node->u.at_zero, slots[operands[0].slot], slots[operands[1].slot],
                         slots[operands[2].slot], kink);
    default: /* of no other kind is one made */
        return NAN;
    }
}

double bs_program_run(const struct bs_program *program, const double *args, double kink)
{
    for (size_t i = 0; i < program->count; i++)
        program->slots[i] = run(program, &program->instructions[i], args, kink);
    return program->slots[program->count - 1];
}
