"""unittest that speaks TAP: a test file in Python ends with `tap.main()`."""

import sys
import unittest


class Result(unittest.TestResult):
    """Prints one TAP line for each test, and what went wrong as comments before it."""

    def startTest(self, test):
        super().startTest(test)
        self.outcome = "not ok"
        self.reason = ""
        self.is_failed = False

    def stopTest(self, test):
        super().stopTest(test)
        outcome = "not ok" if self.is_failed else self.outcome
        print(f"{outcome} {self.testsRun} - {test.id().removeprefix('__main__.')}{self.reason}",
              flush=True)

    def explain(self, error):
        self.is_failed = True
        for line in error.splitlines():
            print("#", line)

    def addSuccess(self, test):
        self.outcome = "ok"

    def addSkip(self, test, reason):
        self.outcome, self.reason = "ok", f" # SKIP {reason}"

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.explain(self.failures[-1][1])

    def addError(self, test, err):
        super().addError(test, err)
        self.explain(self.errors[-1][1])

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err:
            self.explain(f"{subtest}\n{self._exc_info_to_string(err, test)}")


def main():
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    print(f"1..{suite.countTestCases()}", flush=True)
    result = Result()
    suite.run(result)
    sys.exit(not result.wasSuccessful())
