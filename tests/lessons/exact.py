"""The values of the lessons, worked out without the program.

The formulas are written by hand from the homework sheets, and evaluated with decimals of 40 digits.
Run, this file writes figures/LESSON.txt, each value to 20 significant digits; the tests compare the
program with those files, and the files with the formulas.
"""

import pathlib
from decimal import Context, Decimal, getcontext

getcontext().prec = 40
FIGURES = pathlib.Path(__file__).parent / "figures"


def decimals(**texts):
    return {name: Decimal(text) for name, text in texts.items()}


def sigmoid(x):
    return 1 / (1 + (-x).exp())


def relu(x):
    return max(x, Decimal(0))


def named(prefix, values, suffix=""):
    return {prefix + name + suffix: value for name, value in values.items()}


def update(parameters, steps):
    """What an update adds to the tape, and the new parameters."""
    new = {name: parameters[name] + step for name, step in steps.items()}
    return {**named("d", steps), **named("", new, "_new")}, new


def slides_example():
    """2-2-1, sigmoid, E = ½(y − d)², rate 1; g and e are −∂E/∂sum; e takes the old w."""
    given = decimals(x_1="0.35", x_2="0.9", d_1="0.5", eta="1")
    old = decimals(v_11="0.1", v_12="0.4", v_21="0.8", v_22="0.6", w_11="0.3", w_21="0.9")
    x_1, x_2, d, eta = given.values()

    def forward(p):
        beta_1 = x_1 * p["v_11"] + x_2 * p["v_21"]
        beta_2 = x_1 * p["v_12"] + x_2 * p["v_22"]
        b_1, b_2 = sigmoid(beta_1), sigmoid(beta_2)
        alpha_1 = b_1 * p["w_11"] + b_2 * p["w_21"]
        y_1 = sigmoid(alpha_1)
        return {"beta_1": beta_1, "beta_2": beta_2, "b_1": b_1, "b_2": b_2, "alpha_1": alpha_1,
                "y_1": y_1, "E": (y_1 - d) ** 2 / 2}

    values = forward(old)
    b_1, b_2, y = values["b_1"], values["b_2"], values["y_1"]
    g = (d - y) * y * (1 - y)
    e_1 = b_1 * (1 - b_1) * old["w_11"] * g
    e_2 = b_2 * (1 - b_2) * old["w_21"] * g
    errors = {"g_1": g, "e_1": e_1, "e_2": e_2, "dE_dE": Decimal(1), "dE_dy_1": y - d,
              "dE_db_1": -g * old["w_11"], "dE_db_2": -g * old["w_21"]}
    descent = {"w_11": g * b_1, "w_21": g * b_2, "v_11": e_1 * x_1, "v_12": e_2 * x_1,
               "v_21": e_1 * x_2, "v_22": e_2 * x_2}
    gradients = {name: -value for name, value in descent.items()}
    steps, new = update(old, {name: eta * value for name, value in descent.items()})
    return {**given, **old, **values, **errors, **named("dE_d", gradients), **steps,
            **named("", forward(new), "_new")}


def relu_step():
    """2-2-1, ReLU, E = ½(ŷ − y)², rate 1; g = +∂E/∂in; every neuron passes its sum on."""
    given = decimals(A="0.2", B="0.3", y="0.5", alpha="1")
    old = decimals(v_A1="0.6", v_A2="0.1", v_B1="0.2", v_B2="0.7", w_1="0.5", w_2="0.8")
    a, b, y, alpha = given.values()

    def forward(p):
        x1_in, x2_in = p["v_A1"] * a + p["v_B1"] * b, p["v_A2"] * a + p["v_B2"] * b
        x1_out, x2_out = relu(x1_in), relu(x2_in)
        y_in = p["w_1"] * x1_out + p["w_2"] * x2_out
        yhat = relu(y_in)
        return {"x1_in": x1_in, "x1_out": x1_out, "x2_in": x2_in, "x2_out": x2_out, "y_in": y_in,
                "yhat": yhat, "E": (yhat - y) ** 2 / 2}

    values = forward(old)
    g_y = values["yhat"] - y
    g_x1, g_x2 = g_y * old["w_1"], g_y * old["w_2"]
    errors = {"dE_dE": Decimal(1), "dE_dyhat": g_y, "g_y": g_y, "dE_dx1_out": g_x1,
              "dE_dx2_out": g_x2, "g_x1": g_x1, "g_x2": g_x2}
    gradients = {"w_1": g_y * values["x1_out"], "w_2": g_y * values["x2_out"], "v_A1": g_x1 * a,
                 "v_A2": g_x2 * a, "v_B1": g_x1 * b, "v_B2": g_x2 * b}
    steps, new = update(old, {name: -alpha * value for name, value in gradients.items()})
    return {**given, **old, **values, **errors, **named("dE_d", gradients), **steps,
            **named("", forward(new), "_new")}


def shared_biases():
    """2-2-2, sigmoid, e = Σ(out − y)² without the half, rate 0.1; b1 and b2 are used twice."""
    given = decimals(i1="0.05", i2="0.10", y1="0.12", y2="0.95", eta="0.1")
    old = decimals(w1="0.15", w2="0.20", w3="0.25", w4="0.30", b1="0.35",
                   w5="0.30", w6="0.50", w7="0.45", w8="0.55", b2="0.60")
    i1, i2, y1, y2, eta = given.values()

    def forward(p):
        net_h1 = p["w1"] * i1 + p["w2"] * i2 + p["b1"]
        net_h2 = p["w3"] * i1 + p["w4"] * i2 + p["b1"]
        out_h1, out_h2 = sigmoid(net_h1), sigmoid(net_h2)
        net_o1 = p["w5"] * out_h1 + p["w7"] * out_h2 + p["b2"]
        net_o2 = p["w6"] * out_h1 + p["w8"] * out_h2 + p["b2"]
        out_o1, out_o2 = sigmoid(net_o1), sigmoid(net_o2)
        return {"net_h1": net_h1, "net_h2": net_h2, "out_h1": out_h1, "out_h2": out_h2,
                "net_o1": net_o1, "net_o2": net_o2, "out_o1": out_o1, "out_o2": out_o2,
                "e": (out_o1 - y1) ** 2 + (out_o2 - y2) ** 2}

    values = forward(old)
    out_h1, out_h2 = values["out_h1"], values["out_h2"]
    out_o1, out_o2 = values["out_o1"], values["out_o2"]
    by = {"out_o1": 2 * (out_o1 - y1), "out_o2": 2 * (out_o2 - y2)}
    by["net_o1"] = by["out_o1"] * out_o1 * (1 - out_o1)
    by["net_o2"] = by["out_o2"] * out_o2 * (1 - out_o2)
    by["out_h1"] = by["net_o1"] * old["w5"] + by["net_o2"] * old["w6"]
    by["out_h2"] = by["net_o1"] * old["w7"] + by["net_o2"] * old["w8"]
    by["net_h1"] = by["out_h1"] * out_h1 * (1 - out_h1)
    by["net_h2"] = by["out_h2"] * out_h2 * (1 - out_h2)
    gradients = {
        "w1": by["net_h1"] * i1, "w2": by["net_h1"] * i2,
        "w3": by["net_h2"] * i1, "w4": by["net_h2"] * i2, "b1": by["net_h1"] + by["net_h2"],
        "w5": by["net_o1"] * out_h1, "w6": by["net_o2"] * out_h1,
        "w7": by["net_o1"] * out_h2, "w8": by["net_o2"] * out_h2, "b2": by["net_o1"] + by["net_o2"],
    }
    steps, new = update(old, {name: -eta * value for name, value in gradients.items()})
    return {**given, **old, **values, "de_de": Decimal(1), **named("de_d", by),
            **named("de_d", gradients), **steps, **named("", forward(new), "_new")}


LESSONS = {"slides-example": slides_example, "relu-step": relu_step,
           "shared-biases": shared_biases}


def to_text(values):
    context = Context(prec=20)
    return "".join(f"{name} {context.plus(value).normalize()}\n" for name, value in values.items())


def read_figures(lesson):
    lines = (FIGURES / f"{lesson}.txt").read_text().splitlines()
    return {name: Decimal(text) for name, text in map(str.split, lines)}


if __name__ == "__main__":
    for lesson, work_out in LESSONS.items():
        (FIGURES / f"{lesson}.txt").write_text(to_text(work_out()))
