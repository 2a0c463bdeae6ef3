#include "unit.h"

#include <locale.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    if (!setlocale(LC_CTYPE, "C.UTF-8")) {
        fputs("this system has no locale C.UTF-8\n", stderr);
        return EXIT_FAILURE;
    }
    SRunner *runner = srunner_create(bs_suite());
    srunner_set_tap(runner, "-");
    srunner_run_all(runner, CK_SILENT);
    int failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
