#!/usr/bin/env python3
"""Taylor coefficients to order 8 of every row of the table along a parabola, for tests/taylor.rs.

Run:    pip install mpmath
        python3 taylor.py              # writes taylor.tsv next to this file

The operands move as x_k(t) = x_k + v_k*t + w_k*t^2 with the V and W below. The coefficients come from values alone, by
mpmath's numerical differentiation of the definitions in generate.py; a line is left out where two precisions do not
agree to 2^-60 (kinks within the step).
"""

import os

import mpmath
from mpmath import mp, mpf

from generate import ROWS

ORDER = 8
V = [1.0, -0.5, 0.75, 0.25, 1.25, -1.0]
W = [0.25, 0.5, -0.375, 0.125, 0.0, 0.5]
CANDIDATES = [0.7, -1.3, 2.3, 1.6, 0.3, -0.4, 12.5]
POINTS = 3
# defined for positive numbers only, by the table's convention
POSITIVE = {"beta", "ln_beta"}


def coefficients(value, x, m, precision):
    with mp.workprec(precision):
        def along(t):
            moved = [mpf(a) + mpf(v) * t + mpf(w) * t * t for a, v, w in zip(x[:m], V, W)]
            return value(*moved, *map(mpf, x[m:]))[0]

        return [+c for c in mp.taylor(along, 0, ORDER)]


def lines():
    for name, (rule, _, n, m, *_) in sorted(ROWS.items()):
        found = 0
        constants = [3.0] * (n - m)
        starts = range(len(CANDIDATES))
        for start in starts:
            x = [CANDIDATES[(start + 2 * k) % len(CANDIDATES)] for k in range(m)] + constants
            if name in POSITIVE and min(x) < 0 or name == "clamp" and x[1] > x[2]:
                continue
            try:
                low, high = (coefficients(rule, x, m, p) for p in (120, 170))
            except (ValueError, ZeroDivisionError, TypeError, mpmath.libmp.NoConvergence):
                continue
            real = all(isinstance(c, mpf) and mp.isfinite(c) for c in low + high)
            if not real or any(abs(a - b) > mpf(2) ** -60 * max(1, abs(b)) for a, b in zip(low, high)):
                continue
            yield "\t".join([name, str(n), str(m), *map(repr, x), *(repr(float(c)) for c in high)])
            found += 1
            if found == POINTS:
                break


def main():
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "taylor.tsv")
    with open(path, "w") as file:
        file.write("# row, arguments, active ones, the arguments, coefficients 0 to 8; written by taylor.py\n")
        for line in lines():
            file.write(line + "\n")


if __name__ == "__main__":
    main()
