#ifndef BACKSTEP_TESTS_UNIT_H
#define BACKSTEP_TESTS_UNIT_H

#include <check.h>
#include <stdbool.h>

/* What a file test_ROOM_MODULE.c defines and the runner in main.c runs. */
Suite *bs_suite(void);

/* A suite of `tests`, ended by NULL; mostly all that bs_suite has to give. */
Suite *bs_suite_of(const char *name, const TTest *const tests[]);

/*
 * Make `attempt` once with its first request for memory refused, once with its second, and so on
 * until none is refused.  It must give true exactly when nothing was refused.  What it leaks on
 * the way out is found by the leak sanitizer.
 */
void bs_refuse_each_allocation(bool (*attempt)(void *context), void *context);

#endif
