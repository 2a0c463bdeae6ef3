#include "unit.h"

#include "base/mem.h"

Suite *bs_suite_of(const char *name, const TTest *const tests[])
{
    Suite *suite = suite_create(name);
    TCase *tcase = tcase_create(name);
    suite_add_tcase(suite, tcase);
    for (; *tests; tests++)
        tcase_add_test(tcase, *tests);
    return suite;
}

void bs_refuse_each_allocation(bool (*attempt)(void *context), void *context)
{
    bool refused;
    long before = 0;
    do {
        bs_mem_fail_after(before);
        bool succeeded = attempt(context);
        refused = bs_mem_has_failed();
        bs_mem_fail_after(-1);
        ck_assert_msg(succeeded != refused, "with request %ld for memory %s: attempt %s",
                      before + 1, refused ? "refused" : "never made",
                      succeeded ? "succeeded" : "failed");
        before++;
    } while (refused);
}
