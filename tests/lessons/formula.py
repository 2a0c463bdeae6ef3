"""Formulas as the program spells them, worked out in decimals as people do: rounding on the way.

A formula is turned into a function of two things: the values of the names in it, and what happens
to the result of every operation (a sum of two, a product, a quotient, a power, a value of a
function), which may be rounded.  A minus sign is no operation.
"""

import ast
import functools
import math
import re
from decimal import Decimal

PI = Decimal("3.14159265358979323846264338327950288419716939937510582097")

# A number, or a name; [] is put after a name that would otherwise be read as several letters.
TOKEN = re.compile(r"(?P<number>\d+\.?\d*(?:e[+-]?\d+)?)|(?P<name>[^\W\d]\w*)(?P<call>\s*\()?|\[\]")


# ---- the functions, by their formulas ------------------------------------------------------------
# What happens to the results inside a function comes first: nothing, unless its formula is worked
# out by hand.

def sigmoid(inner, x):
    return 1 / inner(1 + inner((-x).exp()))


def tanh(inner, x):
    up, down = inner(x.exp()), inner((-x).exp())
    return inner(up - down) / inner(up + down)


def relu(_, x):
    return max(x, Decimal(0))


def relu_slope(_, x):
    return Decimal(x > 0)


def leaky_relu(_, x, a=Decimal("0.1")):
    return x if x > 0 else a * x


def leaky_relu_slope(_, x, a=Decimal("0.1")):
    return Decimal(1) if x > 0 else a


def elu(inner, x, alpha=Decimal(1)):
    return x if x > 0 else alpha * inner(inner(x.exp()) - 1)


def elu_slope(inner, x, alpha=Decimal(1)):
    return Decimal(1) if x > 0 else alpha * inner(x.exp())


def softplus(inner, x):
    return inner(1 + inner(x.exp())).ln()


def swish(inner, x, beta=Decimal(1)):
    return x * inner(sigmoid(inner, inner(beta * x)))


def density(_, x):
    """φ of the standard normal distribution; it and Φ are looked up in a table, not worked out."""
    return (-x * x / 2).exp() / (2 * PI).sqrt()


def distribution(_, x):
    return Decimal(math.erfc(-float(x) / math.sqrt(2)) / 2)


def gelu(inner, x):
    return x * inner(distribution(inner, x))


def softmax(inner, k, *x):
    powers = [inner(each.exp()) for each in x]
    return powers[k - 1] / functools.reduce(lambda total, power: inner(total + power), powers)


def max_slope(_, k, *x):
    """Of the largest, the first where there are several."""
    return Decimal(k == 1 + x.index(max(x)))


def xlog(inner, x, y):
    return x * inner(y.ln()) if x else Decimal(0)


FUNCTIONS = {
    "identity": lambda _, x: x, "sigmoid": sigmoid, "tanh": tanh, "relu": relu,
    "relu_slope": relu_slope, "leaky_relu": leaky_relu, "leaky_relu_slope": leaky_relu_slope,
    "elu": elu, "elu_slope": elu_slope, "softplus": softplus, "swish": swish, "gelu": gelu,
    "Phi": distribution, "phi": density, "step": lambda _, x: Decimal(x >= 0),
    "exp": lambda _, x: x.exp(), "log": lambda _, x: x.ln(), "sqrt": lambda _, x: x.sqrt(),
    "abs": lambda _, x: abs(x), "sign": lambda _, x: Decimal((x > 0) - (x < 0)),
    "max": lambda _, *x: max(x), "maxout": lambda _, *x: max(x), "xlog": xlog,
    "softmax": softmax, "max_slope": max_slope,
}
INDEXED = re.compile(r"(softmax|max_slope)_(\d+)")


# ---- formulas ------------------------------------------------------------------------------------

def to_python(text):
    """The same formula in Python's spelling: names get a letter before them, numbers quotes."""
    def spell(match):
        if match["number"]:
            return f'"{match["number"]}"'
        if match["name"]:
            return f"{'f' if match['call'] else 'v'}_{match['name']}{match['call'] or ''}"
        return ""
    return TOKEN.sub(spell, text).replace("^", "**")


def called(name, *arguments):
    return ast.Call(ast.Name(name, ast.Load()), list(arguments), [])


class Worked(ast.NodeTransformer):
    """Puts `outer` around every operation."""

    def visit_BinOp(self, node):
        self.generic_visit(node)
        return called("outer", node)

    def visit_Name(self, node):
        name = ast.Constant(node.id.removeprefix("v_"))
        return ast.Subscript(ast.Name("values", ast.Load()), name, ast.Load())

    def visit_Constant(self, node):
        return called("Decimal", node)

    def visit_Call(self, node):
        """Of cases, which have a value only where they are chosen, no more is worked out."""
        name = node.func.id.removeprefix("f_")
        arguments = [self.visit(argument) for argument in node.args]
        if name == "cases":
            return self.choose(arguments)
        indexed = INDEXED.fullmatch(name)
        if indexed:
            name, arguments = indexed[1], [ast.Constant(int(indexed[2])), *arguments]
        if name not in FUNCTIONS:
            raise ValueError(f"no function is called {name}")
        return called("outer", called(name, ast.Name("inner", ast.Load()), *arguments))

    def choose(self, arguments):
        if len(arguments) == 1:
            return arguments[0]
        test, value, *others = arguments
        if not isinstance(test, ast.Compare):
            test = ast.Compare(test, [ast.Gt()], [ast.Constant(0)])
        return ast.IfExp(test, value, self.choose(others))


@functools.cache
def read(text):
    """A function of the values, what is done to each result, and the same within functions."""
    body = Worked().visit(ast.parse(to_python(text), mode="eval").body)
    names = [ast.arg(name) for name in ("values", "outer", "inner")]
    arguments = ast.arguments([], names, None, [], [], None, [])
    tree = ast.fix_missing_locations(ast.Expression(ast.Lambda(arguments, body)))
    return eval(compile(tree, text, "eval"), {**FUNCTIONS, "Decimal": Decimal})


@functools.cache
def names_in(text):
    return frozenset(match["name"] for match in TOKEN.finditer(text)
                     if match["name"] and not match["call"])


def kept(result):
    return result


class Values(dict):
    """The values of names, each worked out when it is first asked for."""

    def __init__(self, givens, formulas):
        super().__init__(givens)
        self.formulas = formulas

    def __missing__(self, name):
        self[name] = read(self.formulas[name])(self, kept, kept)
        return self[name]
