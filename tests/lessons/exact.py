"""The values of the lessons, worked out without the program.

The formulas are written by hand from the homework sheets, and evaluated with decimals of 40 digits.
Run, this file writes figures/LESSON.txt, each value to 20 significant digits; the tests compare the
program with those files, and the files with the formulas.
"""

import pathlib
from decimal import Context, Decimal, getcontext

getcontext().prec = 40
FIGURES = pathlib.Path(__file__).parent / "figures"
PI = Decimal("3.14159265358979323846264338327950288419716939937510582097")


def decimals(**texts):
    return {name: Decimal(text) for name, text in texts.items()}


def sigmoid(x):
    return 1 / (1 + (-x).exp())


def tanh(x):
    return 2 * sigmoid(2 * x) - 1


def relu(x):
    return max(x, Decimal(0))


def softplus(x):
    return (1 + x.exp()).ln()


def density(x):
    """φ, that of the standard normal distribution."""
    return (-x * x / 2).exp() / (2 * PI).sqrt()


def distribution(x):
    """Φ(x) = ½ + φ(x)·(x + x³/3 + x⁵/(3·5) + ...)."""
    term, total, odd = x, Decimal(0), 1
    while total + term != total:
        total, odd = total + term, odd + 2
        term *= x * x / odd
    return Decimal("0.5") + density(x) * total


def softmax(x):
    powers = [value.exp() for value in x]
    return [power / sum(powers) for power in powers]


def numbered(prefix, values):
    """Their names: prefix + 1, 11, ... as the indices of nested lists go, from 1."""
    if not isinstance(values, list):
        return {prefix: values}
    names = {}
    for i, value in enumerate(values, 1):
        names.update(numbered(f"{prefix}{i}", value))
    return names


def merged(arrays):
    """The names and values of all these arrays."""
    return {name: value for prefix, values in arrays.items()
            for name, value in numbered(prefix, values).items()}


def lists_of(values, prefix, like):
    """Back from names to nested lists of the form of `like`."""
    if not isinstance(like, list):
        return values[prefix]
    return [lists_of(values, f"{prefix}{i}", item) for i, item in enumerate(like, 1)]


def lists(text):
    """Nested lists of decimals: rows end in a semicolon where there are several."""
    rows = [[Decimal(number) for number in row.split()] for row in text.split(";")]
    return rows[0] if len(rows) == 1 else rows


def named(prefix, values, suffix=""):
    return {prefix + name + suffix: value for name, value in values.items()}


def update(parameters, steps):
    """What an update adds to the tape, and the new parameters."""
    new = {name: parameters[name] + step for name, step in steps.items()}
    return {**named("d", steps), **named("", new, "_new")}, new


def slides_example():
    """2-2-1, sigmoid, E = ½(y − d)², rate 1; g and e are −∂E/∂sum; e takes the old w."""
    return lecture_step(
        decimals(x_1="0.35", x_2="0.9", d_1="0.5", eta="1"),
        decimals(v_11="0.1", v_12="0.4", v_21="0.8", v_22="0.6", w_11="0.3", w_21="0.9"))


def lecture_step(given, old):
    """One step of a network like that of the slides."""
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


def general_rule():
    """2-2-2 with thresholds, sigmoid, E = ½Σ(ŷ − y)², rate 0.5; g and e are −∂E/∂(weighted sum)."""
    x, y, eta = lists("0.5 0.8"), lists("1 0"), Decimal("0.5")
    v, gamma = lists("0.4 -0.3; 0.2 0.6"), lists("0.1 -0.2")
    w, theta = lists("0.7 0.3; 0.5 -0.4"), lists("0.2 0.1")
    both = range(2)

    def forward(v, gamma, w, theta):
        alpha = [sum(v[i][h] * x[i] for i in both) for h in both]
        b = [sigmoid(alpha[h] - gamma[h]) for h in both]
        beta = [sum(w[h][j] * b[h] for h in both) for j in both]
        yhat = [sigmoid(beta[j] - theta[j]) for j in both]
        loss = sum((yhat[j] - y[j]) ** 2 for j in both) / 2
        return {"alpha_": alpha, "b_": b, "beta_": beta, "yhat_": yhat, "E": loss}

    values = forward(v, gamma, w, theta)
    b, yhat = values["b_"], values["yhat_"]
    g = [yhat[j] * (1 - yhat[j]) * (y[j] - yhat[j]) for j in both]
    back = [sum(w[h][j] * g[j] for j in both) for h in both]
    e = [b[h] * (1 - b[h]) * back[h] for h in both]
    steps = {
        "w_": [[eta * g[j] * b[h] for j in both] for h in both], "theta_": [-eta * q for q in g],
        "v_": [[eta * e[h] * x[i] for h in both] for i in both], "gamma_": [-eta * q for q in e],
    }
    old = merged({"v_": v, "gamma_": gamma, "w_": w, "theta_": theta})
    moves, new = update(old, merged(steps))
    gradients = {name: -step / eta for name, step in merged(steps).items()}
    by = merged({"yhat_": [yhat[j] - y[j] for j in both], "b_": [-q for q in back]})
    after = forward(*(lists_of(new, name, like) for name, like in
                      [("v_", v), ("gamma_", gamma), ("w_", w), ("theta_", theta)]))
    return {**merged({"x_": x, "y_": y}), "eta": eta, **old, **merged(values), "dE_dE": Decimal(1),
            **merged({"g_": g, "e_": e}), **named("dE_d", by), **named("dE_d", gradients), **moves,
            **named("", merged(after), "_new")}


def matrix_form():
    """2-3-1, sigmoid, L = −(y·log A2 + (1 − y)·log(1 − A2)), rate 0.5; x is a row."""
    x, y, eta = lists("0.35 0.9"), Decimal(1), Decimal("0.5")
    w1, b1 = lists("0.1 0.4 -0.2; 0.8 0.6 0.3"), lists("0.1 -0.1 0.2")
    w2, b2 = lists("0.3; 0.9; -0.5"), lists("0.05")
    hidden = range(3)

    def forward(w1, b1, w2, b2):
        z1 = [sum(x[i] * w1[i][h] for i in range(2)) + b1[h] for h in hidden]
        a1 = [sigmoid(z) for z in z1]
        z2 = sum(a1[h] * w2[h][0] for h in hidden) + b2[0]
        a2 = sigmoid(z2)
        return {"Z1_": z1, "A1_": a1, "Z2_": [z2], "A2_": [a2],
                "L": -(y * a2.ln() + (1 - y) * (1 - a2).ln())}

    values = forward(w1, b1, w2, b2)
    a1, (a2,) = values["A1_"], values["A2_"]
    dz2 = a2 - y
    da1 = [dz2 * w2[h][0] for h in hidden]
    dz1 = [da1[h] * a1[h] * (1 - a1[h]) for h in hidden]
    gradients = merged({"W1_": [[x[i] * dz1[h] for h in hidden] for i in range(2)], "b1_": dz1,
                        "W2_": [[a1[h] * dz2] for h in hidden], "b2_": [dz2]})
    errors = merged({"A2_": [(1 - y) / (1 - a2) - y / a2], "Z2_": [dz2], "A1_": da1, "Z1_": dz1})
    old = merged({"W1_": w1, "b1_": b1, "W2_": w2, "b2_": b2})
    new = {name: old[name] - eta * gradients[name] for name in old}
    after = forward(*(lists_of(new, name, like) for name, like in
                      [("W1_", w1), ("b1_", b1), ("W2_", w2), ("b2_", b2)]))
    return {**merged({"x_": x, "y_": [y]}), "eta": eta, **old, **merged(values), "dL": Decimal(1),
            **named("d", errors), **named("d", gradients), **named("", new, "_new"),
            **named("", merged(after), "_new")}


def activations():
    """One input for each function; T is the sum of all outputs."""
    given = decimals(a="0.1", alpha="1.5", beta="2", u="0.5", w_1="1.2", w_2="-0.4", w_3="0.7",
                     x_1="0.6", x_2="0.6", x_3="0", x_4="-0.8", x_5="-0.8", x_6="0.6", x_7="-0.8",
                     x_8="-0.8")
    a, alpha, beta, u, w_1, w_2, w_3, x_1, x_2, x_3, x_4, x_5, x_6, x_7, x_8 = given.values()
    bent = tanh(x_2)
    gate = sigmoid(beta * x_7)
    z = [w_1 * u, w_2 * u, w_3 * u]
    y = [sigmoid(x_1), bent, relu(x_3), a * x_4, alpha * (x_5.exp() - 1), softplus(x_6),
         x_7 * gate, x_8 * distribution(x_8), max(z)]
    slopes = {
        "x_1": sigmoid(x_1) * sigmoid(-x_1), "x_2": 1 - bent**2, "x_3": Decimal(0), "x_4": a,
        "x_5": alpha * x_5.exp(), "x_6": sigmoid(x_6),
        "x_7": gate + x_7 * beta * gate * (1 - gate),
        "x_8": distribution(x_8) + x_8 * density(x_8),
        "a": x_4, "alpha": x_5.exp() - 1, "beta": x_7**2 * gate * (1 - gate),
        "z_1": Decimal(1), "z_2": Decimal(0), "z_3": Decimal(0),
        "w_1": u, "w_2": Decimal(0), "w_3": Decimal(0), "u": w_1,
    }
    ones = dict.fromkeys(numbered("y_", y), Decimal(1))
    return {**given, **merged({"y_": y, "z_": z}), "T": sum(y), "dT_dT": Decimal(1),
            **named("dT_d", ones), **named("dT_d", slopes)}


def softmax_of_three():
    """Softmax of 2, 1 and −1, log-sum-exp, and the first row of the Jacobian."""
    x = lists("2 1 -1")
    shifted = [(value - max(x)).exp() for value in x]
    f = softmax(x)
    slopes = [f[0] * (1 - f[0]), -f[0] * f[1], -f[0] * f[2]]
    return {**merged({"x_": x, "u_": shifted, "f_": f, "df_1_dx_": slopes}), "m": max(x),
            "S": sum(shifted), "s": sum(value.exp() for value in x).ln(), "df_1_df_1": Decimal(1)}


def losses():
    """2-3, softmax, L = −Σ d·log y, rate 0.5; w_ik leads from input i to class k."""
    u, d, eta = lists("0.5 0.8"), lists("0 1 0"), Decimal("0.5")
    w, b = lists("0.4 0.1 -0.3; -0.2 0.5 0.2"), lists("0.1 0.2 -0.1")
    classes = range(3)

    def forward(w, b):
        x = [sum(u[i] * w[i][k] for i in range(2)) + b[k] for k in classes]
        y = softmax(x)
        return {"x_": x, "y_": y, "L": -sum(d[k] * y[k].ln() for k in classes)}

    values = forward(w, b)
    y = values["y_"]
    back = [y[k] - d[k] for k in classes]
    by = merged({"y_": [-d[k] / y[k] for k in classes], "x_": back})
    gradients = merged({"w_": [[u[i] * back[k] for k in classes] for i in range(2)], "b_": back})
    old = merged({"w_": w, "b_": b})
    moves, new = update(old, {name: -eta * value for name, value in gradients.items()})
    after = forward(lists_of(new, "w_", w), lists_of(new, "b_", b))
    return {**merged({"u_": u, "d_": d}), "eta": eta, **old, **merged(values), "dL_dL": Decimal(1),
            **named("dL_d", by), **named("dL_d", gradients), **moves,
            **named("", merged(after), "_new")}


def initial_values():
    """The slides' network with 0.4 in every weight."""
    weights = ["v_11", "v_12", "v_21", "v_22", "w_11", "w_21"]
    return lecture_step(decimals(x_1="0.6", x_2="0.2", d_1="0.9", eta="0.5"),
                        dict.fromkeys(weights, Decimal("0.4")))


def linear_collapse():
    """Two linear layers, 2-2-1, and the one layer that they come to: q = u·W, r = u·b + c."""
    x, w, b = lists("0.5 -2"), lists("0.3 0.8; -0.6 0.4"), lists("0.2 -0.1")
    u, c = lists("1.5 -0.7"), Decimal("0.4")
    z = [w[h][0] * x[0] + w[h][1] * x[1] + b[h] for h in range(2)]
    q = [u[0] * w[0][i] + u[1] * w[1][i] for i in range(2)]
    r = u[0] * b[0] + u[1] * b[1] + c
    return {**merged({"x_": x, "w_": w, "b_": b, "u_": u, "z_": z, "q_": q}), "c": c, "r": r,
            "y": u[0] * z[0] + u[1] * z[1] + c, "Y": q[0] * x[0] + q[1] * x[1] + r}


def dead_relu():
    """One ReLU neuron, E = ½(y − d)²: a step that makes z negative, and what is left of E's slope."""
    given = decimals(x="2", d="0.5", eta="0.5", w="1.5", b="0.6")
    x, d, eta, w, b = given.values()
    z = w * x + b
    y = relu(z)
    g = y - d
    new_w, new_b = w - eta * g * x, b - eta * g
    new_z = new_w * x + new_b
    leak = Decimal("0.1")
    return {**given, "a": leak, "z": z, "y": y, "E": g**2 / 2, "g": g, "w_1": new_w, "b_1": new_b,
            "z_1": new_z, "y_1": relu(new_z), "E_1": (relu(new_z) - d) ** 2 / 2,
            "g_1": Decimal(0), "l_1": leak * new_z, "h_1": (leak * new_z - d) * leak}


def vanishing_gradients():
    """A chain of three sigmoid neurons, E = ½(a3 − t)²; delta is ∂E/∂z."""
    given = decimals(x_1="0.8", t_1="1")
    w = decimals(W1_11="1.5", W2_11="0.9", W3_11="-1.2")
    b = decimals(b1_1="-0.1", b2_1="0.3", b3_1="0.4")
    x, t = given.values()
    z, a = [], [x]
    for weight, bias in zip(w.values(), b.values()):
        z.append(weight * a[-1] + bias)
        a.append(sigmoid(z[-1]))
    by_a = [None, None, a[3] - t]
    delta = [None, None, by_a[2] * a[3] * (1 - a[3])]
    for layer in (1, 0):
        by_a[layer] = delta[layer + 1] * list(w.values())[layer + 1]
        delta[layer] = by_a[layer] * a[layer + 1] * (1 - a[layer + 1])
    values = {}
    for layer in range(3):
        name = layer + 1
        values.update({f"z{name}_1": z[layer], f"a{name}_1": a[name], f"delta{name}_1": delta[layer],
                       f"dE_da{name}_1": by_a[layer], f"dE_db{name}_1": delta[layer],
                       f"dE_dW{name}_11": delta[layer] * a[layer]})
    return {**given, **w, **b, **values, "E": (a[3] - t) ** 2 / 2, "dE_dE": Decimal(1)}


def learning_rate():
    """A step down f = x²/2 + 2y²: what both orders of Taylor's formula say, and what happens."""
    given = decimals(x="3", y="0.5", eta="0.3")
    x, y, eta = given.values()

    def f(x, y):
        return x**2 / 2 + 2 * y**2

    g_x, g_y = x, 4 * y
    square = g_x**2 + g_y**2
    curved = g_x**2 + 4 * g_y**2
    first, second = -eta * square, eta**2 * curved / 2
    new_x, new_y = x - eta * g_x, y - eta * g_y
    return {**given, "f": f(x, y), "g_x": g_x, "g_y": g_y, "N": square, "first": first,
            "C": curved, "second": second, "x_1": new_x, "y_1": new_y, "f_1": f(new_x, new_y),
            "df": f(new_x, new_y) - f(x, y), "eta_0": 2 * square / curved}


def perceptron():
    """Thresholds half-way between two sums, and w ← w + η(y − ŷ)x on a sample with y = 0, ŷ = 1."""
    given = decimals(a_1="0.6", a_2="0.9", n="-0.8", x_1="0.657", x_2="0.198", y="0", w_1="0.4",
                     w_2="0.5", theta="0.2", eta="0.3")
    a_1, a_2, n, x_1, x_2, _, w_1, w_2, theta, eta = given.values()
    z = w_1 * x_1 + w_2 * x_2 - theta
    new = {"w_1_new": w_1 - eta * x_1, "w_2_new": w_2 - eta * x_2, "theta_new": theta + eta}
    z_new = z - eta * (x_1 * x_1 + x_2 * x_2 + 1)
    return {**given, "s_11": a_1 + a_2, "theta_and": a_2 + a_1 / 2, "theta_or": a_1 / 2,
            "theta_not": n / 2, "z": z, "yhat": Decimal(int(z >= 0)), **new, "z_new": z_new,
            "yhat_new": Decimal(int(z_new >= 0))}


def xor():
    """h_1 − 2h_2 with ReLUs that begin at 0 and 1; a threshold half-way between 0 and w_1."""
    given = decimals(x_1="0.9", x_2="0.8", w_1="0.7", w_2="-0.9")
    x_1, x_2, w_1, w_2 = given.values()
    total = x_1 + x_2
    return {**given, "z_1": total, "z_2": total - 1, "h_1": relu(total), "h_2": relu(total - 1),
            "y": 2 - total, "s_00": Decimal(0), "s_10": w_1, "s_11": w_1 + w_2, "theta": w_1 / 2}


def bp_algorithm():
    """2-2-1 with thresholds, sigmoid, E = ½(ŷ − y)², rate 0.5; the updates as the book has them."""
    x, y, eta = lists("0.697 0.46"), Decimal(1), Decimal("0.5")
    v, gamma = lists("0.2 0.7; 0.5 0.4"), lists("0.3 0.9")
    w, theta = lists("0.8; 0.4"), Decimal("0.2")
    both = range(2)

    def forward(v, gamma, w, theta):
        alpha = [v[0][h] * x[0] + v[1][h] * x[1] for h in both]
        b = [sigmoid(alpha[h] - gamma[h]) for h in both]
        beta = w[0][0] * b[0] + w[1][0] * b[1]
        yhat = sigmoid(beta - theta)
        return {"alpha_": alpha, "b_": b, "beta_": [beta], "yhat_": [yhat],
                "E": (yhat - y) ** 2 / 2}

    values = forward(v, gamma, w, theta)
    b, (yhat,) = values["b_"], values["yhat_"]
    g = yhat * (1 - yhat) * (y - yhat)
    e = [b[h] * (1 - b[h]) * w[h][0] * g for h in both]
    steps = {"w_": [[eta * g * b[h]] for h in both], "theta_": [-eta * g],
             "v_": [[eta * e[h] * x[i] for h in both] for i in both],
             "gamma_": [-eta * q for q in e]}
    old = merged({"v_": v, "gamma_": gamma, "w_": w, "theta_": [theta]})
    moves, new = update(old, merged(steps))
    gradients = {name: -step / eta for name, step in merged(steps).items()}
    by = merged({"yhat_": [yhat - y], "b_": [-w[h][0] * g for h in both]})
    after = forward(*(lists_of(new, name, like) for name, like in
                      [("v_", v), ("gamma_", gamma), ("w_", w), ("theta_1", theta)]))
    return {**merged({"x_": x, "y_": [y]}), "eta": eta, **old, **merged(values),
            "dE_dE": Decimal(1), **merged({"g_": [g], "e_": e}), **named("dE_d", by),
            **named("dE_d", gradients), **moves, **named("", merged(after), "_new")}


def overfitting():
    """y = w·x + b, L = ½(y − d)² + λ/2·Σw², rate 0.2: (1 − ηλ)w − η(y − d)x; the bias pays nothing."""
    given = decimals(x_1="0.8", x_2="0.5", d="1", w_1="3", w_2="-2", b="0.5", eta="0.2")
    given["lambda"] = Decimal("0.1")
    x_1, x_2, d, w_1, w_2, b, eta, penalty = given.values()

    def forward(w_1, w_2, b):
        y = w_1 * x_1 + w_2 * x_2 + b
        error, paid = (y - d) ** 2 / 2, penalty / 2 * (w_1 * w_1 + w_2 * w_2)
        return {"y": y, "E": error, "P": paid, "L": error + paid}

    values = forward(w_1, w_2, b)
    miss = values["y"] - d
    by = {"L": Decimal(1), "E": Decimal(1), "P": Decimal(1), "y": miss, "d": -miss,
          "lambda": (w_1 * w_1 + w_2 * w_2) / 2, "x_1": miss * w_1, "x_2": miss * w_2,
          "w_1": miss * x_1 + penalty * w_1, "w_2": miss * x_2 + penalty * w_2, "b": miss}
    shrunk = 1 - eta * penalty
    new = {"w_1": shrunk * w_1 - eta * miss * x_1, "w_2": shrunk * w_2 - eta * miss * x_2,
           "b": b - eta * miss}
    return {**given, **values, **named("dL_d", by), **named("", new, "_new"),
            **named("", forward(**new), "_new")}


def universal_approximation():
    """A tower of height 0.8 from 0.3 to 0.7, of two steps tanh(10·(x − edge)); x in it, u beside."""
    given = decimals(c="0.8", k="10", a="0.3", b="0.7", x="0.45", u="0.8")
    c, k, a, b, x, u = given.values()

    def step(distance):
        return tanh(k * distance)

    h, p = [step(x - a), step(x - b)], [step(u - a), step(u - b)]
    return {**given, **merged({"h_": h, "p_": p}), "y": c / 2 * (h[0] - h[1]),
            "q": c / 2 * (p[0] - p[1])}


def correlation(image, kernel):
    """The sums of products of the kernel with what is under it, at every place where it fits."""
    rows, columns = len(kernel), len(kernel[0])
    return [[sum(kernel[u][v] * image[r + u][c + v] for u in range(rows) for v in range(columns))
             for c in range(len(image[0]) - columns + 1)] for r in range(len(image) - rows + 1)]


def flipped(kernel):
    return [row[::-1] for row in kernel[::-1]]


def with_zeros_around(image):
    empty = [Decimal(0)] * (len(image[0]) + 2)
    return [empty, *([Decimal(0), *row, Decimal(0)] for row in image), empty]


def flat(rows):
    return [number for row in rows for number in row]


def convolution():
    """A kernel on a signal and on an image, its sizes and slopes; the windows of an image G."""
    signal, line = [lists("4 -2 3 5")], [lists("2 -0.5 3")]
    image, kernel = lists("7 -3 5; 2 3 2; 5 4 6"), lists("-3 -4; 3 2")
    grey = lists("3.2 2.1 4.4 8; 1.7 6 5.6 3; 2.2 0.3 -1 4; 3 2.5 3.6 1.4")
    outputs, targets = correlation(image, kernel), lists("7 4; 3 4")
    slopes = [[y - t for y, t in zip(*rows)] for rows in zip(outputs, targets)]
    windows = [[[grey[2 * r + u][2 * c + v] for u in range(2) for v in range(2)] for c in range(2)]
               for r in range(2)]
    most, means = ([[pool(w) for w in row] for row in windows] for pool in
                   (max, lambda window: sum(window) / 4))
    by_most, by_mean = most[1][0] - Decimal("4.5"), means[0][1] - 6
    squares = [*flat(slopes), by_most, by_mean]
    back = {
        **dict(zip("abcdefghi", flat(correlation(with_zeros_around(slopes), flipped(kernel))))),
        **dict(zip("uvwz", flat(correlation(image, slopes)))),
        **dict(zip("pqrs", flat(slopes))), "M_21": by_most, "A_12": by_mean,
        **{f"G_{name}": by_mean / 4 for name in ("13", "14", "23", "24")},
        **{f"G_{name}": by_most * (grey[int(name[0]) - 1][int(name[1]) - 1] == most[1][0])
           for name in ("31", "32", "41", "42")},
    }
    sizes = [range(1, 7 - 3 + 2), range(1, 7 - 3 + 2, 2), range(0, 8 - 3 + 2), range(1, 32 - 5 + 2)]
    return {**merged({"x_": signal[0], "k_": line[0], "y_": correlation(signal, line)[0],
                      "c_": correlation(signal, flipped(line))[0], "G_": grey, "M_": most,
                      "A_": means, "n_": [Decimal(len(places)) for places in sizes]}),
            **dict(zip("abcdefghiuvwzpqrs", [*flat(image), *flat(kernel), *flat(outputs)])),
            "C": correlation(image, flipped(kernel))[0][0], "L": sum(q * q for q in squares) / 2,
            "dL_dL": Decimal(1), **named("dL_d", back)}


def lenet():
    """LeNet-5, counted: the places of each window, and every weight and connection one by one."""
    def places(size, window, stride):
        return len(range(1, size - window + 2, stride))

    sizes = [32]
    for window, stride in (5, 1), (2, 2), (5, 1), (2, 2):
        sizes.append(places(sizes[-1], window, stride))
    _, c_1, s_2, c_3, s_4 = sizes
    row = 16 * s_4**2
    counts = {"p_1": 6 * (25 + 1), "p_3": 16 * (6 * 25 + 1)}
    for name, inputs, units in ("p_5", row, 120), ("p_6", 120, 84), ("p_7", 84, 10):
        counts[name] = units * inputs + units
    numbers = {"N": 32, "F": 5, "c_1": c_1, "s_2": s_2, "c_3": c_3, "s_4": s_4, "n": row, **counts,
               "P": sum(counts.values()), "K": 26 * 6 * c_1**2, "D": (6 * c_1**2) * (32**2 + 1)}
    return {name: Decimal(number) for name, number in numbers.items()}


def recurrent():
    """One tanh unit over three steps, E = ½(h_3 − 0.8)²; the slopes from products along the way."""
    given = decimals(x_1="0.5", x_2="1.5", x_3="-0.8", U="0.7", W="0.9", b="0.1", h_0="0")
    x_1, x_2, x_3, u, w, b, h_0 = given.values()
    x, h, z = [x_1, x_2, x_3], [h_0], []
    for step in range(3):
        z.append(u * x[step] + w * h[step] + b)
        h.append(tanh(z[step]))
    slope = [1 - value**2 for value in h[1:]]
    error = h[3] - Decimal("0.8")
    by_z = [error * slope[2] * w * slope[1] * w * slope[0], error * slope[2] * w * slope[1],
            error * slope[2]]
    back = {**merged({"z_": by_z, "x_": [u * q for q in by_z]}), "h_0": w * by_z[0],
            "h_1": w * by_z[1], "h_2": w * by_z[2], "h_3": error, "b": sum(by_z),
            "U": sum(q * value for q, value in zip(by_z, x)),
            "W": sum(q * value for q, value in zip(by_z, h))}
    return {**given, **merged({"z_": z, "h_": h[1:]}), "E": error**2 / 2, "dE_dE": Decimal(1),
            **named("dE_d", back)}


LESSONS = {"slides-example": slides_example, "relu-step": relu_step, "shared-biases": shared_biases,
           "general-rule": general_rule, "matrix-form": matrix_form, "activations": activations,
           "softmax": softmax_of_three, "losses": losses, "initial-values": initial_values,
           "linear-collapse": linear_collapse, "dead-relu": dead_relu,
           "vanishing-gradients": vanishing_gradients, "learning-rate": learning_rate,
           "perceptron": perceptron, "xor": xor, "bp-algorithm": bp_algorithm,
           "overfitting": overfitting, "universal-approximation": universal_approximation,
           "convolution": convolution, "lenet": lenet, "recurrent": recurrent}

# The significant figures that a lesson keeps, where they are not 4.
KEPT = {"relu-step": 6, "lenet": 7}


def to_text(values):
    context = Context(prec=20)
    return "".join(f"{name} {context.plus(value).normalize()}\n" for name, value in values.items())


def read_figures(lesson):
    lines = (FIGURES / f"{lesson}.txt").read_text().splitlines()
    return {name: Decimal(text) for name, text in map(str.split, lines)}


if __name__ == "__main__":
    for lesson, work_out in LESSONS.items():
        (FIGURES / f"{lesson}.txt").write_text(to_text(work_out()))
