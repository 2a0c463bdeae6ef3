#!/usr/bin/env python3
"""Sum the cases of a test run: `N passed, N failed, N skipped`.

    count.py LOG        LOG is what Meson keeps of the run, meson-logs/testlog.json

Meson counts programs, so this reads the TAP that each of them printed.  A program whose TAP cannot
be trusted is a failure even when every case it did report passed: one that crashed, timed out,
ended early, announced no plan or had no cases.  A failure of that kind is explained on a line of
its own.  The exit status is 1 if anything failed, or if nothing was run.
"""

import collections
import json
import re
import sys

CASE = re.compile(r"(not )?ok\b[^#]*(# *skip)?", re.IGNORECASE)
PLAN = re.compile(r"1\.\.(\d+)(?: *# *skip)?", re.IGNORECASE)


def count_program(run):
    """The outcomes of one program's cases, and what is wrong with its report, or None."""
    cases, plans = collections.Counter(), []
    for line in run.get("stdout", "").splitlines():
        if case := CASE.match(line):
            failed, skipped = case.groups()
            cases["failed" if failed else "skipped" if skipped else "passed"] += 1
        elif plan := PLAN.match(line):
            plans.append((int(plan[1]), "skip" in line.lower()))

    if len(plans) != 1:
        return cases, f"{len(plans)} plans instead of one"
    planned, is_skipped = plans[0]
    if planned != cases.total():
        return cases, f"{cases.total()} cases of {planned} planned"
    if planned == 0 and not is_skipped:
        return cases, "no cases"
    if planned == 0:
        cases["skipped"] += 1
    if run["result"] not in ("OK", "SKIP") and not cases["failed"]:
        return cases, run["result"]
    return cases, None


def count(runs):
    """The outcomes of all programs, and a complaint about each that cannot be trusted."""
    total, complaints = collections.Counter(), []
    for run in runs:
        cases, wrong = count_program(run)
        if wrong:
            cases["failed"] += 1
            complaints.append(f"{run['name']}: {wrong} (status {run['returncode']})")
        total += cases
    if not total:
        total["failed"] += 1
        complaints.append("no test was run")
    return total, complaints


def main(log):
    try:
        with open(log, encoding="utf-8") as lines:
            runs = [json.loads(line) for line in lines]
    except FileNotFoundError:
        runs = []
    total, complaints = count(runs)
    for complaint in complaints:
        print(complaint)
    print(f"{total['passed']} passed, {total['failed']} failed, {total['skipped']} skipped")
    return 1 if total["failed"] else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
