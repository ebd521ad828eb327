#!/usr/bin/env python3
"""Reference values for the test functions of tests/drivers/functions.rs: value,
gradient and Hessian, differentiated symbolically and evaluated to 40 digits.

Run:    pip install sympy
        python3 functions.py           # writes functions.tsv next to this file

One function per line, fields separated by tabs: name, n, the n arguments, the
value, the gradient, the Hessian row by row.
The formulas are those of More, Garbow & Hillstrom, Testing Unconstrained
Optimization Software (ACM TOMS 7, 1981), by their numbers there, and of the
sources named below; written down here independently of the Rust ones.
"""

import pathlib

from sympy import E, Rational as R, atan2, cos, diff, exp, pi, prod, sin, sqrt, symbols

T = lambda text: R(text)


def ssq(rs):
    return sum(r**2 for r in rs)


def bard(x):
    y = "0.14 0.18 0.22 0.25 0.29 0.32 0.35 0.39 0.37 0.58 0.73 0.96 1.34 2.10 4.39".split()
    return ssq(T(y[u - 1]) - (x[0] + u / ((16 - u) * x[1] + min(u, 16 - u) * x[2])) for u in range(1, 16))


def gaussian(x):
    y = "0.0009 0.0044 0.0175 0.0540 0.1295 0.2420 0.3521 0.3989".split()
    y = y + y[-2::-1]
    return ssq(x[0] * exp(-x[1] * (R(8 - i, 2) - x[2]) ** 2 / 2) - T(y[i - 1]) for i in range(1, 16))


def kowalik(x):
    y = "0.1957 0.1947 0.1735 0.1600 0.0844 0.0627 0.0456 0.0342 0.0323 0.0235 0.0246".split()
    u = "4 2 1 0.5 0.25 0.1670 0.1250 0.1 0.0833 0.0714 0.0625".split()
    return ssq(
        T(a) - x[0] * (T(b) ** 2 + T(b) * x[1]) / (T(b) ** 2 + T(b) * x[2] + x[3]) for a, b in zip(y, u)
    )


def watson(x):
    rs = []
    for i in range(1, 30):
        t = R(i, 29)
        rs.append(sum(k * x[k] * t ** (k - 1) for k in range(1, 6)) - sum(x[k] * t**k for k in range(6)) ** 2 - 1)
    return ssq(rs + [x[0], x[1] - x[0] ** 2 - 1])


def tridiagonal(x):
    n = len(x)
    at = lambda k: x[k] if 0 <= k < n else 0
    return ssq((3 - 2 * x[k]) * x[k] - at(k - 1) - 2 * at(k + 1) + 1 for k in range(n))


def trigonometric(x):
    n = len(x)
    c = sum(cos(a) for a in x)
    return ssq(n - c + (i + 1) * (1 - cos(x[i])) - sin(x[i]) for i in range(n))


def biggs(x):
    rs = []
    for i in range(1, 14):
        t = R(i, 10)
        y = exp(-t) - 5 * exp(-10 * t) + 3 * exp(-4 * t)
        rs.append(x[2] * exp(-t * x[0]) - x[3] * exp(-t * x[1]) + x[5] * exp(-t * x[4]) - y)
    return ssq(rs)


def box3(x):
    ts = [R(i, 10) for i in range(1, 11)]
    return ssq(exp(-t * x[0]) - exp(-t * x[1]) - x[2] * (exp(-t) - exp(-10 * t)) for t in ts)


FUNCTIONS = [
    ("Rosenbrock", "-1.25 1", lambda x: ssq([10 * (x[1] - x[0] ** 2), 1 - x[0]])),
    (
        "FreudensteinRoth",
        "0.5 -2",
        lambda x: ssq([-13 + x[0] + ((5 - x[1]) * x[1] - 2) * x[1], -29 + x[0] + ((x[1] + 1) * x[1] - 14) * x[1]]),
    ),
    ("PowellBadlyScaled", "0.0 1", lambda x: ssq([10000 * x[0] * x[1] - 1, exp(-x[0]) + exp(-x[1]) - T("1.0001")])),
    ("BrownBadlyScaled", "1 1", lambda x: ssq([x[0] - 10**6, x[1] - T("0.000002"), x[0] * x[1] - 2])),
    ("Beale", "1 1", lambda x: ssq(T(y) - x[0] * (1 - x[1] ** i) for i, y in enumerate(["1.5", "2.25", "2.625"], 1))),
    ("JennrichSampson", "0.3125 0.40625", lambda x: ssq(2 + 2 * i - exp(i * x[0]) - exp(i * x[1]) for i in range(1, 11))),
    (
        "HelicalValley",
        "-1 0.5 0.25",
        lambda x: ssq(
            [10 * (x[2] - 10 * atan2(x[1], x[0]) / (2 * pi)), 10 * (sqrt(x[0] ** 2 + x[1] ** 2) - 1), x[2]]
        ),
    ),
    ("Bard", "1 1 1", bard),
    ("Gaussian", "0.375 1 0.125", gaussian),
    ("Box3", "0 10 20", box3),
    (
        "PowellSingular",
        "3 -1 0.5 1",
        lambda x: ssq(
            [x[0] + 10 * x[1], sqrt(5) * (x[2] - x[3]), (x[1] - 2 * x[2]) ** 2, sqrt(10) * (x[0] - x[3]) ** 2]
        ),
    ),
    (
        "Wood",
        "-3 -1 -3 -1",
        lambda x: ssq(
            [
                10 * (x[1] - x[0] ** 2),
                1 - x[0],
                sqrt(90) * (x[3] - x[2] ** 2),
                1 - x[2],
                sqrt(10) * (x[1] + x[3] - 2),
                (x[1] - x[3]) / sqrt(10),
            ]
        ),
    ),
    ("KowalikOsborne", "0.25 0.390625 0.4140625 0.390625", kowalik),
    (
        "BrownDennis",
        "25 5 -5 -1",
        lambda x: sum(
            ((x[0] + R(i, 5) * x[1] - exp(R(i, 5))) ** 2 + (x[2] + x[3] * sin(R(i, 5)) - cos(R(i, 5))) ** 2) ** 2
            for i in range(1, 21)
        ),
    ),
    ("BiggsExp6", "1 2 1 1 1.5 1", biggs),
    ("Watson", "0.125 -0.25 0.375 0.5 -0.125 0.25", watson),
    ("PenaltyOne", "1 2 3 4", lambda x: R(1, 10**5) * ssq(a - 1 for a in x) + (ssq(x) - R(1, 4)) ** 2),
    (
        "VariablyDimensioned",
        "0.75 0.5 0.25 0",
        lambda x: ssq(a - 1 for a in x)
        + sum((k + 1) * (a - 1) for k, a in enumerate(x)) ** 2
        + sum((k + 1) * (a - 1) for k, a in enumerate(x)) ** 4,
    ),
    ("Trigonometric", "0.25 0.125 0.5 -0.25 0.1875", trigonometric),
    ("BroydenTridiagonal", "-1 -1 -1 -1 -1 -1", tridiagonal),
    ("Himmelblau", "1 2", lambda x: (x[0] ** 2 + x[1] - 11) ** 2 + (x[0] + x[1] ** 2 - 7) ** 2),
    (
        "Ackley",
        "0.75 -1.25 2.125",
        lambda x: -20 * exp(-R(1, 5) * sqrt(ssq(x) / len(x))) - exp(sum(cos(2 * pi * a) for a in x) / len(x)) + 20 + E,
    ),
    (
        "Griewank",
        "1.75 -2.25 3.125",
        lambda x: ssq(x) / 4000 - prod(cos(a / sqrt(k)) for k, a in enumerate(x, 1)) + 1,
    ),
    ("Rastrigin", "1.125 2.25", lambda x: sum(a**2 - 10 * cos(2 * pi * a) + 10 for a in x)),
]


def main():
    lines = []
    for name, point, f in FUNCTIONS:
        point = [T(text) for text in point.split()]
        x = symbols(f"x0:{len(point)}", real=True)
        y = f(list(x))
        at = dict(zip(x, point))
        number = lambda e: repr(float(e.subs(at).evalf(40)))
        gradient = [diff(y, a) for a in x]
        fields = [name, str(len(x))] + [repr(float(a)) for a in point]
        fields += [number(y)] + [number(g) for g in gradient]
        fields += [number(diff(g, a)) for g in gradient for a in x]
        lines.append("\t".join(fields))
        print(name)
    pathlib.Path(__file__).with_name("functions.tsv").write_text("\n".join(lines) + "\n")


main()
