"""Derivatives of orders 1 to 3 over the whole range: writes orders.tsv, from the closed forms of generate.py.

    python3 tests/reference/orders.py            all rows into orders.tsv
    python3 tests/reference/orders.py ROW ...    these alone, to standard output

Arguments stand on a grid from subnormal numbers to the largest, for every row that bends. A line has, separated by tabs,

    row, type, number of arguments n, of active ones m (the first), the n arguments,
    and for each derivative, those of order 1 first, then 2, then 3, the indices of each in lexicographic order (0 0, 0 1, 1 1):
    the derivative to 17 digits (`inf` beyond the range of f64), and its condition to 2 digits: by which factor a relative
    error of the arguments is magnified.

What takes mpmath too long is left out.
"""

import math
import signal
import sys
from itertools import combinations_with_replacement
from multiprocessing import Pool
from pathlib import Path

import generate
from generate import ROWS, Sampler
from mpmath import mp, mpf

BITS = (300, 1400, 3600, 9000)
STEP = 60  # the condition is a quotient of differences, over this many bits

SMALL = {
    "f64": (1e-310, 3e-308, 1.7e-300, 1e-200, 1e-155, 1e-103, 1e-30, 1e-17, 1e-8, 1e-5),
    "f32": (1e-40, 2e-38, 1.7e-36, 1e-25, 1e-19, 1e-13, 1e-7, 1e-4),
}
LARGE = {
    "f64": (1e4, 1e8, 1e17, 1e53, 1e90, 1e103, 1e155, 1e200, 1.7e300, 1.5e308),
    "f32": (1e4, 1e8, 1e13, 1e19, 1e25, 1.7e36, 3e38),
}
MIDDLE = (1e-3, 0.1, 0.3, 0.49, 0.7, 0.97, 1.0, 1.3, 1.9, 2.9, 5.2, 10.5, 17.2, 33.3, 75.0, 130.0, 300.0, 700.0)
NEAR_ONE = {"f64": (1e-8, 1e-13), "f32": (1e-4, 1e-6)}
PAIRS = {
    "f64": (1e-310, 1e-300, 1e-200, 1e-155, 1e-103, 1e-8, 0.3, 1.7, 1e8, 1e103, 1e155, 1e200, 1e300),
    "f32": (1e-40, 1e-36, 1e-25, 1e-19, 1e-5, 0.3, 1.7, 1e5, 1e19, 1e25, 1e36),
}

UNARY = """recip square sqrt cbrt exp exp2 exp_m1 ln log2 log10 ln_1p sin cos tan asin acos atan sinh cosh tanh asinh acosh
atanh sigmoid softplus silu gelu gelu_tanh mish elu selu hard_swish softsign log_sigmoid logit log1mexp entropy erf erfc erf_inv
normal_cdf normal_quantile gamma ln_gamma digamma j0 j1 y0 y1 i0 i1 sinc""".split()
POWERS = {"powi": (-7, -3, -2, -1, 1, 2, 3, 4, 5, 12, 301), "polygamma": (1, 2, 3, 8, 17)}
BINARY = "mul div powf log logaddexp xlogy atan2 hypot beta ln_beta".split()
POSITIVE = {"powf": (1,), "log": (1, 1), "xlogy": (0, 1), "beta": (1, 1), "ln_beta": (1, 1)}
# so far the closed forms are evaluated in a reasonable time
REACH = {n: 1e4 for n in ("j0", "j1", "y0", "y1", "i0", "i1")}


def grid(name, ty):
    near = [1 - d for d in NEAR_ONE[ty]] + [1 + d for d in NEAR_ONE[ty]]
    x = [*SMALL[ty], *MIDDLE, *near, *LARGE[ty]]
    return [g * v for v in x if v <= REACH.get(name, math.inf) for g in (1, -1)]


def points(name, ty):
    """Arguments, and how many of them are active."""
    if name in UNARY:
        return 1, [(0.0,)] + [(x,) for x in grid(name, ty)]
    if name in POWERS:
        return 1, [(x, float(n)) for n in POWERS[name] for x in grid(name, ty)]
    if name == "powf":
        # a constant exponent is a sample of its own: the other active too, but moderate
        powers = (0.5, 1.5, 2.0, 2.5, -0.5, -1.5, 1 / 3, 3.0, 1.0, -2.0, 7.25, 1e-8, 1e-300 if ty == "f64" else 1e-30)
        one = [(abs(x), Sampler(name, ty).fit(y)) for x in grid(name, ty)[::2] for y in powers]
        return 2, one + [(2.0, 1023.0), (2.0, -1000.5), (1.0001, 1e6)]
    signs = POSITIVE.get(name, (0, 0))
    values = PAIRS[ty]
    out = [(x, y) for x in values for y in values]
    out += [(-x, y) for x, y in out if not signs[0]][::3] + [(x, -y) for x, y in out if not signs[1]][1::3]
    if name == "logaddexp":
        out += [(x, x + d) for x in (-50.0, 0.3, 1e5) for d in (-30.0, -1.0, 0.0, 1e-3, 2.0, 40.0)]
    return 2, out


def derivatives(rule, x, m):
    _, d = rule(*x)
    return {i: mpf(d.get(i, 0)) for o in (1, 2, 3) for i in combinations_with_replacement(range(m), o)}


def exactly(rule, args, m):
    """The derivatives, and the condition of each."""
    last = None
    for bits in BITS:
        with mp.workprec(bits):
            x = [mpf(a) for a in args]
            now = derivatives(rule, x, m)
            if last is not None and all(abs(now[i] - last[i]) <= mp.ldexp(abs(now[i]), -100) for i in now):
                condition = {i: mpf(0) for i in now}
                for k in range(m):
                    moved = derivatives(rule, [a * (1 + mpf(2) ** -STEP) if j == k else a for j, a in enumerate(x)], m)
                    for i, d in now.items():
                        if d:
                            condition[i] += abs((moved[i] - d) / d) * mpf(2) ** STEP
                return now, condition
            last = now
    raise ArithmeticError


class Late(Exception):
    pass


def late(*_):
    raise Late


def number(x):
    """To the nearest f64."""
    if abs(x) >= mpf(2) ** 1024:
        return "inf" if x > 0 else "-inf"
    if abs(x) < mpf(2) ** -1080:
        return "0.0"
    return repr(generate.two_doubles(x)[0])


def lines(task):
    name, ty = task
    signal.signal(signal.SIGALRM, late)
    rule, out = ROWS[name][0], []
    m, samples = points(name, ty)
    fit, seen = Sampler(name, ty).fit, set()
    for args in samples:
        args = tuple(fit(a) for a in args)
        if args in seen:
            continue
        seen.add(args)
        signal.setitimer(signal.ITIMER_REAL, 2)
        try:
            now, condition = exactly(rule, args, m)
            fields = [f for i, d in now.items() for f in (number(d), f"{float(min(condition[i], mpf(10) ** 99)):.1e}")]
        except (Late, ArithmeticError, ValueError, TypeError, AssertionError, OverflowError, AttributeError, MemoryError, mp.NoConvergence):
            continue
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if "nan" not in fields:
            out.append("\t".join([name, ty, str(len(args)), str(m), *map(repr, args), *fields]))
    return out


def main():
    names = sys.argv[1:]
    tasks = [(name, ty) for name in names or [*UNARY, *POWERS, *BINARY] for ty in ("f64", "f32")]
    with Pool(2) as pool:
        text = (line + "\n" for block in pool.imap(lines, tasks, chunksize=1) for line in block)
        if names:
            sys.stdout.writelines(text)
            return
        with open(Path(__file__).parent / "orders.tsv", "w", newline="\n") as file:
            file.write("# row, type, arguments, active ones, the arguments, then derivative and condition; written by orders.py\n")
            file.writelines(text)


if __name__ == "__main__":
    main()
