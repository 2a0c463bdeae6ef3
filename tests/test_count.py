"""A run's sum counts cases, and no program that fails can be counted as passed."""

import contextlib
import io
import json
import pathlib
import tempfile
import unittest

import count
import tap


def run(stdout, result="OK", returncode=0):
    return {"name": "program", "stdout": stdout, "result": result, "returncode": returncode}


class Count(unittest.TestCase):
    def check(self, runs, passed, failed, skipped, *complaints):
        total, found = count.count(runs)
        self.assertEqual((total["passed"], total["failed"], total["skipped"]),
                         (passed, failed, skipped))
        self.assertEqual(found, list(complaints))

    def test_cases_are_counted_not_programs(self):
        self.check([run("1..2\nok 1 - a\nok 2 - b\n"), run("ok 1\nok 2\nok 3\n1..3\n")], 5, 0, 0)

    def test_each_outcome_has_its_sum(self):
        self.check([run("1..3\nok 1 - a\nnot ok 2 - b\nok 3 - c # SKIP no terminal\n", "FAIL", 1)],
                   1, 1, 1)

    def test_reports_of_check_and_of_luaunit_are_understood(self):
        check = "ok 1 - test.c:buf:appends: Passed\nnot ok 2 - test.c:buf:pads: Assertion '#'\n1..2\n"
        luaunit = "1..2\n# Started on Sat\nok     1\tTest.a\nok 2\t# SKIP why\n# Ran 1 tests\n"
        self.check([run(check, "ERROR", 1), run(luaunit)], 2, 1, 1)

    def test_what_is_not_a_case_is_not_counted(self):
        self.check([run("1..1\n# ok 1\nokay\n  ok 2\nnot okay\nok 1\n")], 1, 0, 0)

    def test_a_crash_after_the_last_case_is_a_failure(self):
        self.check([run("1..1\nok 1\n", "ERROR", -11)], 1, 1, 0, "program: ERROR (status -11)")

    def test_a_crash_on_the_way_is_a_failure(self):
        self.check([run("1..3\nok 1\n", "ERROR", -6)], 1, 1, 0,
                   "program: 1 cases of 3 planned (status -6)")

    def test_an_early_exit_with_status_0_is_a_failure(self):
        self.check([run("1..3\nok 1\nok 2\n")], 2, 1, 0, "program: 2 cases of 3 planned (status 0)")

    def test_a_timeout_is_a_failure(self):
        self.check([run("1..1\nok 1\n", "TIMEOUT", -15)], 1, 1, 0,
                   "program: TIMEOUT (status -15)")

    def test_a_report_without_a_plan_is_a_failure(self):
        self.check([run("ok 1\n")], 1, 1, 0, "program: 0 plans instead of one (status 0)")

    def test_two_plans_are_a_failure(self):
        self.check([run("1..1\nok 1\n1..1\n")], 1, 1, 0,
                   "program: 2 plans instead of one (status 0)")

    def test_a_program_without_cases_is_a_failure(self):
        self.check([run("1..0\n", "SKIP")], 0, 1, 0, "program: no cases (status 0)")
        self.check([run("", "SKIP")], 0, 1, 0, "program: 0 plans instead of one (status 0)")

    def test_a_program_that_skips_all_with_a_reason_is_skipped(self):
        self.check([run("1..0 # SKIP no readline\n", "SKIP")], 0, 0, 1)

    def test_a_run_of_nothing_is_a_failure(self):
        self.check([], 0, 1, 0, "no test was run")

    def test_the_sum_is_the_last_line_and_the_status(self):
        with tempfile.TemporaryDirectory() as folder:
            log = pathlib.Path(folder, "testlog.json")
            for runs, status, line in [
                    ([run("1..1\nok 1\n")], 0, "1 passed, 0 failed, 0 skipped"),
                    ([run("1..1\nok 1\n"), run("")], 1, "1 passed, 1 failed, 0 skipped")]:
                log.write_text("".join(json.dumps(each) + "\n" for each in runs))
                out = io.StringIO()
                with contextlib.redirect_stdout(out):
                    self.assertEqual(count.main(log), status)
                self.assertEqual(out.getvalue().splitlines()[-1], line)

    def test_a_log_that_is_not_there_is_a_run_of_nothing(self):
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            self.assertEqual(count.main("/nonexistent/testlog.json"), 1)
        self.assertEqual(out.getvalue(), "no test was run\n0 passed, 1 failed, 0 skipped\n")


tap.main()
