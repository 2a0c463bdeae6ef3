#!/usr/bin/env python3
"""How fast the program is, as ratios, which mean the same on a fast machine and on a slow one.

    bench.py BACKSTEP       one line for each measure: what, ratio, goal

A measure is a row of MEASURES: its name, its goal, and a function of the program's path that gives
the ratio, which is to stay below the goal.  What is compared is run by turns, so that whatever else
the machine does meets both, and medians are taken.
"""

import statistics
import subprocess
import sys
import time


def seconds(command):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begin


def ratio_of_commands(command, reference, rounds=101):
    pairs = [(seconds(command), seconds(reference)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def start_up(backstep):
    return ratio_of_commands([backstep, "-e", "print(1 + 1)"], ["lua5.4", "-e", ""])


MEASURES = [
    ("start-up to a result / lua5.4 -e ''", 3, start_up),
]


def main(backstep):
    for name, goal, measure in MEASURES:
        ratio = measure(backstep)
        print(f"{name:48} {ratio:8.2f}   {'below' if ratio < goal else 'NOT below'} {goal}",
              flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
