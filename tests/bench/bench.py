#!/usr/bin/env python3
"""How fast the program is, as ratios, which mean the same on a fast machine and on a slow one.

    bench.py BACKSTEP       one line for each measure: what, ratio, goal

A measure is a row of MEASURES: its name, its goal, and a function of the program's path that gives
the ratio, which is to stay below the goal.  What is compared is run by turns, so that whatever else
the machine does meets both, and medians are taken.
"""

import functools
import pathlib
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


@functools.cache
def tape_figures(backstep):
    script = pathlib.Path(__file__).with_name("tape.lua")
    output = subprocess.run([backstep, script], check=True, capture_output=True, text=True).stdout
    return {name: float(value) for name, value in map(str.split, output.splitlines())}


def tape_ratio(figure, reference):
    """The ratio of two figures of tape.lua; the reference may be a number."""
    def measure(backstep):
        figures = tape_figures(backstep)
        return figures[figure] / figures.get(reference, reference)
    return measure


MEASURES = [
    ("start-up to a result / lua5.4 -e ''", 3, start_up),
    ("whole tape of 2-2-1, made and printed / 1 ms", 1, tape_ratio("small_seconds", 1e-3)),
    ("time an entry: 8-8-8 / 2-2-2", 1.5, tape_ratio("entry_seconds_8", "entry_seconds_2")),
    ("time an entry: 32-32-32 / 2-2-2", 1.5, tape_ratio("entry_seconds_32", "entry_seconds_2")),
    ("time an entry: 64-64-64 / 2-2-2", 1.5, tape_ratio("entry_seconds_64", "entry_seconds_2")),
    ("slowest of 7 entries of 784-128-10 / 10 ms", 1, tape_ratio("large_entry_seconds", 1e-2)),
    # an update asks for all updated parameters, which are as large as the network
    ("memory for those entries / the parameters", 3,
     tape_ratio("large_entry_bytes", "large_network_bytes")),
]


def main(backstep):
    for name, goal, measure in MEASURES:
        ratio = measure(backstep)
        print(f"{name:48} {ratio:8.2f}   {'below' if ratio < goal else 'NOT below'} {goal}",
              flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
