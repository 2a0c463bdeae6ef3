#!/usr/bin/env python3
"""How fast the program is, as ratios, which mean the same on a fast machine and on a slow one.

    bench.py BUILD          one line for each measure: what, ratio, goal

BUILD is the directory that was built in.  A measure is a row of MEASURES: its name, its goal, and a
function of that directory that gives the ratio, which is to stay below the goal, or to reach it
where it is at_least(...).  What is compared is run by turns, so that whatever else the machine does
meets both, and medians are taken.
"""

import functools
import math
import os
import pathlib
import statistics
import subprocess
import sys
import time

import sheets


def with_variables(variables):
    return {**os.environ, **variables}


def seconds(command, **variables):
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   env=with_variables(variables))
    return time.perf_counter() - begin


def start_up(build, rounds=101):
    command, reference = [build / "src/backstep", "-e", "print(1 + 1)"], ["lua5.4", "-e", ""]
    pairs = [(seconds(command), seconds(reference)) for _ in range(rounds)]
    return statistics.median(a for a, _ in pairs) / statistics.median(b for _, b in pairs)


def start_up_with_blas(build, rounds=101):
    command = [build / "src/backstep", "-e", "print(1 + 1)"]
    pairs = [(seconds(command), seconds(command, BACKSTEP_BLAS="none")) for _ in range(rounds)]
    return min(a for a, _ in pairs) / min(b for _, b in pairs)


def fresh_figures(*command, **variables):
    """What a program prints as "name value" lines."""
    output = subprocess.run(command, check=True, capture_output=True, text=True,
                            env=with_variables(variables)).stdout
    return {name: float(value) for name, value in map(str.split, output.splitlines())}


figures = functools.cache(fresh_figures)


def ratio(of, figure, reference):
    """The ratio of two figures of a program; the reference may be a number."""
    def measure(build):
        found = of(build)
        return found[figure] / found.get(reference, reference)
    return measure


def tape_figures(build):
    return figures(build / "src/backstep", pathlib.Path(__file__).with_name("tape.lua"))


def expr_figures(build):
    return figures(build / "tests/bench/bench_expr")


def train_figures(build, word):
    return figures(build / "src/backstep", pathlib.Path(__file__).with_name("train.lua"), word)


@functools.cache
def by_turns(*commands, turns=7):
    """The best that each of these programs prints: the least seconds, the highest rates."""
    best = [{} for _ in commands]
    for _ in range(turns):
        for found, command in zip(best, commands):
            # what is written by hand uses one thread of BLAS
            for name, value in fresh_figures(*command, OPENBLAS_NUM_THREADS="1").items():
                choose = max if name.endswith("_per_second") else min
                found[name] = choose(value, found.get(name, value))
    return best


def share_of_plain(engine, plain, figure="sample_seconds"):
    """Samples a second: the engine's to those of C written for that network."""
    def measure(build):
        program = build / "tests/bench" / plain
        if not program.exists():  # there is no OpenBLAS
            return math.nan
        ours, theirs = by_turns(tuple(engine(build)), (program,))
        return theirs[figure] / ours[figure]
    return measure


def share_of_products(build):
    """The rate of 784-128-10 in flop, as a share of that of its products and nothing else."""
    program = build / "tests/bench/plain_dgemm"
    if not program.exists():
        return math.nan
    ours, products = by_turns(tuple(mlp_engine(build)), (program,))
    rate = products["batch_1024_sample_flop"] / ours["batch_1024_sample_seconds"]
    return rate / products["batch_1024_flop_per_second"]


def xor_engine(build):
    return [build / "src/backstep", pathlib.Path(__file__).with_name("train.lua"), "xor"]


def elman_engine(build):
    return [build / "tests/bench/engine_elman"]


def lenet_engine(build):
    return [build / "tests/bench/engine_lenet"]


def mlp_engine(build):
    return [build / "tests/bench/engine_mlp"]


def size_figures(build):
    return by_turns((build / "tests/bench/engine_mlp", "sizes"), turns=1)[0]


sheet_figures = functools.cache(sheets.figures)


tape_ratio = functools.partial(ratio, tape_figures)
expr_ratio = functools.partial(ratio, expr_figures)
sheet_ratio = functools.partial(ratio, sheet_figures)
size_ratio = functools.partial(ratio, size_figures)
defined_ratio = functools.partial(ratio, functools.partial(train_figures, word="defined"))
memory_ratio = functools.partial(ratio, functools.partial(train_figures, word="memory"))


class at_least(float):
    """A goal to be reached."""


MEASURES = [
    ("start-up to a result / lua5.4 -e ''", 3, start_up),
    ("start-up to a result / without BLAS", 1.1, start_up_with_blas),
    ("whole tape of 2-2-1, made and printed / 1 ms", 1, tape_ratio("small_seconds", 1e-3)),
    ("time an entry: 8-8-8 / 2-2-2", 1.5, tape_ratio("entry_seconds_8", "entry_seconds_2")),
    ("time an entry: 32-32-32 / 2-2-2", 1.5, tape_ratio("entry_seconds_32", "entry_seconds_2")),
    ("time an entry: 64-64-64 / 2-2-2", 1.5, tape_ratio("entry_seconds_64", "entry_seconds_2")),
    ("slowest of 7 entries of 784-128-10 / 10 ms", 1, tape_ratio("large_entry_seconds", 1e-2)),
    # an update asks for all updated parameters, which are as large as the network
    ("memory for those entries / the parameters", 3,
     tape_ratio("large_entry_bytes", "large_network_bytes")),
    ("∂E/∂ one W of 50 recurrent units, T = 50 / 10 ms", 1,
     tape_ratio("recurrent_weight_seconds", 1e-2)),
    ("∂E/∂ one K of LeNet-5's first convolution / 10 ms", 1,
     tape_ratio("lenet_weight_seconds", 1e-2)),
    ("memory for 25 of them, a term / 2 kB", 1, tape_ratio("lenet_term_bytes", 2048)),
    ("∂E/∂ a pooled unit of LeNet-5 / 10 ms", 1, tape_ratio("lenet_pooled_seconds", 1e-2)),
    ("a batch-normalised unit of LeNet-5 / 10 ms", 1, tape_ratio("lenet_normal_seconds", 1e-2)),
    ("the mean that it is normalised by / 10 ms", 1, tape_ratio("lenet_mean_seconds", 1e-2)),
    # simplified; of functions of the table, and of formulas written out
    ("∂ sigmoid(x) / 20 µs", 1, expr_ratio("sigmoid_seconds", 20e-6)),
    ("∂ 1/(1 + exp(-x)) / 20 µs", 1, expr_ratio("sigmoid_formula_seconds", 20e-6)),
    ("∂ swish(x) / 20 µs", 1, expr_ratio("swish_seconds", 20e-6)),
    ("∂ x*sigmoid(x) / 20 µs", 1, expr_ratio("swish_formula_seconds", 20e-6)),
    ("∂ gelu(x) / 20 µs", 1, expr_ratio("gelu_seconds", 20e-6)),
    ("∂ x*Phi(x) / 20 µs", 1, expr_ratio("gelu_formula_seconds", 20e-6)),
    ("∂ softmax_1(x_1, x_2, x_3) / 20 µs", 1, expr_ratio("softmax_row_seconds", 20e-6)),
    ("∂ exp(x_i)/sum(j, 1, n, exp(x_j)) / 20 µs", 1,
     expr_ratio("softmax_formula_seconds", 20e-6)),
    ("∂ E of 2-2-1, in one piece, by all 9 / 200 µs", 1, expr_ratio("network_seconds", 200e-6)),
    ("∂, time a factor: 160 / 40", 1.5,
     expr_ratio("factors_160_level_seconds", "factors_40_level_seconds")),
    ("∂, time a level of Horner's scheme: 160 / 40", 1.5,
     expr_ratio("horner_160_level_seconds", "horner_40_level_seconds")),
    ("∂, time a level of sigmoid(w*...): 160 / 40", 1.5,
     expr_ratio("units_160_level_seconds", "units_40_level_seconds")),
    ("∂, time a level of tanh(x*x) in itself: 40 / 10", 1.5,
     expr_ratio("squares_40_level_seconds", "squares_10_level_seconds")),
    # slides-example, 20 answers a sheet; what a run of one sheet takes is not counted
    ("marking a sheet, all right / 50 µs", 1, sheet_ratio("right_many", 50e-6)),
    ("marking a sheet, all wrong / 2 ms", 1, sheet_ratio("wrong_many", 2e-3)),
    ("time a sheet, all right: 8000 / 1000", 1.2, sheet_ratio("right_many", "right_few")),
    ("time a sheet, all wrong: 2000 / 500", 1.2, sheet_ratio("wrong_many", "wrong_few")),
    ("memory for sheets, all right: 8000 / 1000", 1.1,
     sheet_ratio("right_many_bytes", "right_few_bytes")),
    ("memory for sheets, all wrong: 2000 / 500", 1.1,
     sheet_ratio("wrong_many_bytes", "wrong_few_bytes")),
    ("a run of one wrong sheet / 100 ms", 1, sheet_ratio("wrong_start", 0.1)),
    ("XOR, samples a second: engine / plain C", at_least(0.8),
     share_of_plain(xor_engine, "plain_xor")),
    ("LeNet-5, batch 32: engine / C with BLAS", at_least(0.95),
     share_of_plain(lenet_engine, "plain_lenet")),
    ("Elman 16-64, T = 50: engine / C with BLAS", at_least(0.95),
     share_of_plain(elman_engine, "plain_elman")),
    ("784-128-10, batch 1: engine / C with BLAS", at_least(0.95),
     share_of_plain(mlp_engine, "plain_mlp", "batch_1_sample_seconds")),
    ("784-128-10, batch 32: engine / C with BLAS", at_least(0.95),
     share_of_plain(mlp_engine, "plain_mlp", "batch_32_sample_seconds")),
    ("784-128-10, batch 1024: engine / C with BLAS", at_least(0.95),
     share_of_plain(mlp_engine, "plain_mlp", "batch_1024_sample_seconds")),
    ("784-128-10, batch 1024: engine / its products", at_least(0.75), share_of_products),
    ("time a multiplication, units: 512 / 128", 1.5,
     size_ratio("width_512_multiplication_seconds", "width_128_multiplication_seconds")),
    ("time a multiplication, layers: 32 / 2", 1.5,
     size_ratio("depth_32_multiplication_seconds", "depth_2_multiplication_seconds")),
    ("time a multiplication, samples: 4096 / 256", 1.5,
     size_ratio("samples_4096_multiplication_seconds", "samples_256_multiplication_seconds")),
    # a formula is compiled to a program over blocks of values
    ("784-128-10: own_swish defined / swish", 1.1,
     defined_ratio("digits_own_swish", "digits_swish")),
    ("1-4096-1: own_swish defined / swish", 1.5, defined_ratio("units_own_swish", "units_swish")),
    ("memory kept of ten million XOR samples / 1 MB", 1, memory_ratio("samples_bytes", 1e6)),
    ("memory kept of 800,000 mini-batches / 1 MB", 1, memory_ratio("batches_bytes", 1e6)),
    ("memory kept of 1000 networks dropped / 1 MB", 1, memory_ratio("networks_bytes", 1e6)),
]


def main(build):
    for name, goal, measure in MEASURES:
        value = measure(pathlib.Path(build))
        is_floor = isinstance(goal, at_least)
        is_met = value >= goal if is_floor else value < goal
        print(f"{name:48} {value:8.2f}   {'' if is_met else 'NOT '}"
              f"{'at least' if is_floor else 'below'} {goal}", flush=True)


if __name__ == "__main__":
    main(sys.argv[1])
