#!/usr/bin/env python3
"""Reference values for the derivative rules: values, first and second
derivatives of every row below, each as an unevaluated sum of two doubles,
together with conditioning scales.

Run:    pip install mpmath
        python3 generate.py            # writes rules.tsv next to this file
        python3 generate.py --check    # ... and verifies it (takes minutes)
        python3 generate.py --dense N FILE [ROW...]
                                       # N random samples of every row and type into
                                       # FILE, for the page docs/accuracy.md

The output is deterministic: each row and type has its own fixed seed (only the
last bit of an argument may depend on the C library that Python uses).  The
derivatives up to order three are closed forms, evaluated in mpmath at two
rising precisions (at least 400 and 1500 bits) until every printed quantity
agrees to better than 2^-140.  `--check` compares all of them, for every sample
written, with central differences of an independently written plain formula in
12000-bit arithmetic, and re-reads the file.

The columns of rules.tsv are described in HEADER, which is also the comment at
the top of that file.
"""

import math
import os
import random
import struct
import sys
from decimal import Decimal, Context, ROUND_CEILING
from fractions import Fraction
from itertools import combinations_with_replacement as multisets

import mpmath
from mpmath import mp, mpf

HEADER = """\
Reference values for the derivative rules; written by generate.py.
One sample per line, fields separated by one tab:
  row    name of the function (for atan2 the first argument is the ordinate; for
         log the second is the base; rem truncates; round rounds half away from 0)
  type   f32 or f64
  n      number of arguments
  m      number of active arguments: the first m are differentiated
  x_k    the n arguments, each exactly representable in the type
  value  hi, lo, c
  d_i    hi, lo, s_i       for i = 0..m-1
  d_ij   hi, lo, s_ij      for i <= j in the order (0,0), (0,1), ...
hi is the exact result rounded to double, lo the remainder rounded to double.
Sums over k below run over the active arguments:
  c      max(1, sum |x_k d_k / value|), or 1 if the value is 0
  s_i    max(1, sum |x_k d_ik / d_i|), or 1 if d_i is 0
  s_ij   max(|d_ij|, sum |x_k d_ijk|, |d_i / x_j|, |d_j / x_i|), leaving out
         divisions by 0: an absolute scale, which may be 0 if d_ij is 0
c, s_i and s_ij are rounded up to 5 significant digits.  A nonzero result that
overflows the type, or lies below 2^10 times its smallest normal number, is left
out: the sample if it is the value or a d_i, else (d_ij or s_ij) only that pair,
which then reads nan nan nan."""

SEED = "derivative-rules-1"
PRECISIONS = (400, 1500, 5000, 12000)  # bits
AGREE = 140  # bits
FLOATS = {
    # name: (largest finite, 2^10 * smallest normal, range of magnitudes, bits)
    "f64": (Fraction(2) ** 1024, Fraction(1, 2 ** (1022 - 10)), 300, 53),
    "f32": (Fraction(2) ** 128, Fraction(1, 2 ** (126 - 10)), 37, 24),
}
ROOM = 1 - Fraction(1, 1024)  # keep this far below the overflow threshold

# ---------------------------------------------------------------- closed forms
# Every rule maps its arguments (mpf) to (value, {index tuple: derivative}), the
# index tuples sorted and of length 1 to 3; missing ones are exactly zero.


def sgn(x):
    return mpf(1 if x > 0 else -1 if x < 0 else 0)


def one(f):
    """A unary rule from a function returning (f, f', f'', f''')."""

    def rule(x):
        v, a, b, c = f(x)
        return v, {(0,): mpf(a), (0, 0): mpf(b), (0, 0, 0): mpf(c)}

    return rule


def linear(f):
    """A (piecewise) linear rule from a function returning value, gradient."""

    def rule(*x):
        v, g = f(*x)
        return v, {(i,): mpf(d) for i, d in enumerate(g)}

    return rule


def to_int(x):
    """Truncation of an mpf towards zero, exactly."""
    s, man, exp, _ = x._mpf_
    n = man << exp if exp >= 0 else man >> -exp
    return -n if s else n


def floor(x):
    t = to_int(x)
    return mpf(t - 1 if x < t else t)


def round_half_away(x):
    return sgn(x) * floor(abs(x) + mpf(0.5))


def u_cbrt(x):
    c = sgn(x) * mp.cbrt(abs(x))
    return c, c / (3 * x), -2 * c / (9 * x**2), 10 * c / (27 * x**3)


def u_exp2(x):
    l = mp.ln2
    e = mp.exp(x * l)
    return e, l * e, l**2 * e, l**3 * e


def u_exp_m1(x):
    e = mp.exp(x)
    return mp.expm1(x), e, e, e


def u_log(scale):
    def f(x):
        l = scale()
        return mp.log(x) / l, 1 / (x * l), -1 / (x**2 * l), 2 / (x**3 * l)

    return f


def u_ln_1p(x):
    y = 1 + x
    return mp.log1p(x), 1 / y, -1 / y**2, 2 / y**3


def u_sqrt(x):
    s = mp.sqrt(x)
    return s, 1 / (2 * s), -1 / (4 * x * s), 3 / (8 * x**2 * s)


def u_sin(x):
    s, c = mp.sin(x), mp.cos(x)
    return s, c, -s, -c


def u_cos(x):
    s, c = mp.sin(x), mp.cos(x)
    return c, -s, -c, s


def u_tan(x):
    t = mp.tan(x)
    u = 1 + t**2
    return t, u, 2 * t * u, 2 * u * (1 + 3 * t**2)


def u_asin(x):
    w = (1 - x) * (1 + x)
    r = mp.sqrt(w)
    return mp.asin(x), 1 / r, x / (w * r), (1 + 2 * x**2) / (w**2 * r)


def u_acos(x):
    _, a, b, c = u_asin(x)
    return mp.acos(x), -a, -b, -c


def u_atan(x):
    w = 1 + x**2
    return mp.atan(x), 1 / w, -2 * x / w**2, (6 * x**2 - 2) / w**3


def u_sinh(x):
    s, c = mp.sinh(x), mp.cosh(x)
    return s, c, s, c


def u_cosh(x):
    s, c = mp.sinh(x), mp.cosh(x)
    return c, s, c, s


def u_tanh(x):
    t = mp.tanh(x)
    u = 1 / mp.cosh(x) ** 2
    return t, u, -2 * t * u, u * (4 * t**2 - 2 * u)


def u_asinh(x):
    w = 1 + x**2
    r = mp.sqrt(w)
    return mp.asinh(x), 1 / r, -x / (w * r), (2 * x**2 - 1) / (w**2 * r)


def u_acosh(x):
    w = (x - 1) * (x + 1)
    r = mp.sqrt(w)
    return mp.acosh(x), 1 / r, -x / (w * r), (2 * x**2 + 1) / (w**2 * r)


def u_atanh(x):
    w = (1 - x) * (1 + x)
    return mp.atanh(x), 1 / w, 2 * x / w**2, (2 + 6 * x**2) / w**3


def u_sigmoid(x):
    e = mp.exp(-abs(x))
    p = e / (1 + e) ** 2
    s = (1 if x >= 0 else e) / (1 + e)
    return s, p, -p * mp.tanh(x / 2), p * (1 - 6 * p)


def u_softplus(x):
    s, p, q, _ = u_sigmoid(x)
    return max(x, mpf(0)) + mp.log1p(mp.exp(-abs(x))), s, p, q


def r_mul(x, y):
    return x * y, {(0,): y, (1,): x, (0, 1): mpf(1)}


def r_div(x, y):
    return x / y, {
        (0,): 1 / y,
        (1,): -x / y**2,
        (0, 1): -1 / y**2,
        (1, 1): 2 * x / y**3,
        (0, 1, 1): 2 / y**3,
        (1, 1, 1): -6 * x / y**4,
    }


def exact(x):
    """The mpf as a Fraction."""
    s, man, exp, _ = x._mpf_
    f = Fraction(int(man) << exp) if exp >= 0 else Fraction(int(man), 1 << -exp)
    return -f if s else f


def r_rem(x, y):
    q = exact(x) / exact(y)
    q = mpf(math.trunc(q))
    return x - q * y, {(0,): mpf(1), (1,): -q}


def r_powf(x, y):
    l = mp.log(x)
    v = mp.exp(y * l)
    return v, {
        (0,): y * v / x,
        (1,): l * v,
        (0, 0): y * (y - 1) * v / x**2,
        (0, 1): v * (1 + y * l) / x,
        (1, 1): l**2 * v,
        (0, 0, 0): y * (y - 1) * (y - 2) * v / x**3,
        (0, 0, 1): v * (2 * y - 1 + y * (y - 1) * l) / x**2,
        (0, 1, 1): v * l * (2 + y * l) / x,
        (1, 1, 1): l**3 * v,
    }


def r_powi(x, y):
    n = to_int(y)
    v = x**n
    return v, {
        (0,): n * v / x,
        (0, 0): n * (n - 1) * v / x**2,
        (0, 0, 0): n * (n - 1) * (n - 2) * v / x**3,
    }


def r_atan2(a, b):
    r = a**2 + b**2
    re = 2 * b * (b**2 - 3 * a**2) / r**3
    im = 2 * a * (a**2 - 3 * b**2) / r**3
    return mp.atan2(a, b), {
        (0,): b / r,
        (1,): -a / r,
        (0, 0): -2 * a * b / r**2,
        (0, 1): (a - b) * (a + b) / r**2,
        (1, 1): 2 * a * b / r**2,
        (0, 0, 0): -re,
        (0, 0, 1): -im,
        (0, 1, 1): re,
        (1, 1, 1): im,
    }


def r_norm(*x):
    n = range(len(x))
    r = mp.sqrt(sum(t**2 for t in x))
    u = [t / r for t in x]
    w = [sum(u[k] ** 2 for k in n if k != i) for i in n]  # 1 - u_i^2
    d = {(i,): u[i] for i in n}
    for i, j in multisets(n, 2):
        d[i, j] = w[i] / r if i == j else -u[i] * u[j] / r
    for i, j, k in multisets(n, 3):
        if i == j == k:
            d[i, j, k] = -3 * u[i] * w[i] / r**2
        elif i == j or j == k:  # j is the repeated one
            o = k if i == j else i
            d[i, j, k] = u[o] * (3 * u[j] ** 2 - 1) / r**2
        else:
            d[i, j, k] = 3 * u[i] * u[j] * u[k] / r**2
    return r, d


def r_log(x, b):
    lx, l = mp.log(x), mp.log(b)
    g = (1 / l**2 + 2 / l**3) / b**2
    return lx / l, {
        (0,): 1 / (x * l),
        (1,): -lx / (b * l**2),
        (0, 0): -1 / (x**2 * l),
        (0, 1): -1 / (x * b * l**2),
        (1, 1): lx * g,
        (0, 0, 0): 2 / (x**3 * l),
        (0, 0, 1): 1 / (x**2 * b * l**2),
        (0, 1, 1): g / x,
        (1, 1, 1): -lx * (2 / l**2 + 6 / l**3 + 6 / l**4) / b**3,
    }


def r_xlogy(x, y):
    l = mp.log(y)
    return x * l, {
        (0,): l,
        (1,): x / y,
        (0, 1): 1 / y,
        (1, 1): -x / y**2,
        (0, 1, 1): -1 / y**2,
        (1, 1, 1): 2 * x / y**3,
    }


def r_logsumexp(*x):
    n = range(len(x))
    top = max(n, key=lambda i: x[i])
    rest = sum(mp.exp(x[i] - x[top]) for i in n if i != top)
    p = [mp.exp(t - x[top]) / (1 + rest) for t in x]
    q = [sum(p[k] for k in n if k != i) for i in n]  # 1 - p_i
    d = {(i,): p[i] for i in n}
    for i, j in multisets(n, 2):
        d[i, j] = p[i] * q[i] if i == j else -p[i] * p[j]
    for i, j, k in multisets(n, 3):
        if i == j == k:
            d[i, j, k] = p[i] * q[i] * (q[i] - p[i])
        elif i == j or j == k:
            o = k if i == j else i
            d[i, j, k] = -p[j] * p[o] * (q[j] - p[j])
        else:
            d[i, j, k] = 2 * p[i] * p[j] * p[k]
    return x[top] + mp.log1p(rest), d


def r_dot(*x):
    h = len(x) // 2
    d = {(i,): x[(i + h) % (2 * h)] for i in range(2 * h)}
    d.update({(i, i + h): mpf(1) for i in range(h)})
    return sum(x[i] * x[i + h] for i in range(h)), d


def r_mul_add(a, b, c):
    return a * b + c, {(0,): b, (1,): a, (2,): mpf(1), (0, 1): mpf(1)}


def p_clamp(x, lo, hi):
    if x < lo:
        return lo, (0, 1, 0)
    return (hi, (0, 0, 1)) if x > hi else (x, (1, 0, 0))


# ------------------------------------------------------- special functions


def u_erf(x):
    g = 2 / mp.sqrt(mp.pi) * mp.exp(-(x**2))
    return mp.erf(x), g, -2 * x * g, (4 * x**2 - 2) * g


def u_erfc(x):
    _, a, b, c = u_erf(x)
    return mp.erfc(x), -a, -b, -c


def inverse_erfc(q):
    """The y with erfc(y) = q, for 0 < q <= 1, by Newton on the logarithm."""
    with mp.workprec(53):
        l = -mp.log(q)
        y = mp.sqrt(max(l - mp.log(mp.pi * l) / 2, l / 2)) if l > 2 else (1 - q) * mp.sqrt(mp.pi) / 2
    y, l = mpf(y), mp.log(q)
    for _ in range(60):
        c = mp.erfc(y)
        d = (mp.log(c) - l) * c * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
        y += d
        if abs(d) <= mp.ldexp(abs(y), -mp.prec // 2 - 10):
            return y
    raise ArithmeticError(f"erfc(y) = {q}")


def inverse_erf(x):
    if abs(x) > mpf(0.25):
        return sgn(x) * inverse_erfc(1 - abs(x))
    y = x * mp.sqrt(mp.pi) / 2
    for _ in range(60):
        d = (mp.erf(y) - x) * mp.sqrt(mp.pi) / 2 * mp.exp(y * y)
        y -= d
        if abs(d) <= mp.ldexp(abs(y), -mp.prec // 2 - 10):
            return y
    raise ArithmeticError(f"erf(y) = {x}")


def u_erf_inv(x):
    y = inverse_erf(x)
    g = mp.sqrt(mp.pi) / 2 * mp.exp(y**2)
    return y, g, 2 * y * g**2, 2 * g**3 * (1 + 4 * y**2)


def normal(x):
    """The distribution function of the normal law, its density and the slopes of that."""
    g = mp.exp(-(x**2) / 2) / mp.sqrt(2 * mp.pi)
    return mp.erfc(-x / mp.sqrt(2)) / 2, g, -x * g, (x**2 - 1) * g


def quantile(p):
    if abs(p - mpf(0.5)) <= mpf(0.125):
        return mp.sqrt(2) * inverse_erf(2 * p - 1)
    y = mp.sqrt(2) * inverse_erfc(2 * min(p, 1 - p))
    return -y if p < mpf(0.5) else y


def u_quantile(p):
    y = quantile(p)
    g = 1 / normal(y)[1]
    return y, g, y * g**2, g**3 * (1 + 2 * y**2)


def u_gamma(x):
    v = mp.gamma(x)
    a, b, c = (mp.psi(k, x) for k in range(3))
    return v, v * a, v * (a**2 + b), v * (a**3 + 3 * a * b + c)


def ln_gamma(x):
    """ln |Gamma(x)|; mpmath's loggamma is complex for negative x."""
    return mp.loggamma(x) if x > 0 else mp.log(abs(mp.gamma(x)))


def u_ln_gamma(x):
    return ln_gamma(x), *(mp.psi(k, x) for k in range(3))


def u_digamma(x):
    return tuple(mp.psi(k, x) for k in range(4))


def r_polygamma(x, y):
    n = to_int(y)
    v, *d = (mp.psi(n + k, x) for k in range(4))
    return v, {(0,) * (k + 1): d[k] for k in range(3)}


def r_ln_beta(x, y):
    s = [mp.psi(k, x + y) for k in range(3)]
    d = {}
    for k in range(3):
        for i in multisets(range(2), k + 1):
            own = mp.psi(k, (x, y)[i[0]]) if len(set(i)) == 1 else 0
            d[i] = own - s[k]
    return ln_gamma(x) + ln_gamma(y) - ln_gamma(x + y), d


def r_beta(x, y):
    l, d = r_ln_beta(x, y)
    b = mp.exp(l)
    at = lambda *i: d[tuple(sorted(i))]
    out = {}
    for i in d:
        if len(i) == 1:
            out[i] = b * d[i]
        elif len(i) == 2:
            out[i] = b * (d[i] + at(i[0]) * at(i[1]))
        else:
            j, k, m = i
            out[i] = b * (d[i] + at(j, k) * at(m) + at(j, m) * at(k) + at(k, m) * at(j) + at(j) * at(k) * at(m))
    return b, out


def bessel_y(n, x):
    """Order 0 or 1 by its series, which is faster than mpmath's limit; that is fast far out."""
    if x > 200:
        return mp.bessely(n, x)
    bits = mp.prec
    with mp.workprec(bits + 20 + int(3 * x)):
        q = -(x**2) / 4
        term, total, k, h = (x / 2) ** n, mpf(0), 0, mpf(0)  # h is the harmonic number of k
        while abs(term) * (1 + h) > mp.ldexp(abs(total), -mp.prec) or k < x:
            total += term * (2 * (h - mp.euler) + mpf(n) / (k + 1))
            k += 1
            term *= q / (k * (k + n))
            h += mpf(1) / k
        pole = -2 / (mp.pi * x) if n else 0
        y = 2 / mp.pi * mp.log(x / 2) * mp.besselj(n, x) - total / mp.pi + pole
    return +y


SMALL = mpf(2) ** -10  # below this, what cancels is summed as a series


def power_series(coefficients, x):
    """The sum of c x^k and three derivatives of it."""
    return tuple(
        sum(c * mp.ff(k, order) * x ** (k - order) for k, c in coefficients.items() if k >= order) for order in range(4)
    )


def bessel(zero, one, sign, regular=True):
    """Functions of order 0 and 1 of one kind, with three derivatives of each, by
    Bessel's equation; sign is that of the square of the argument in it."""

    def order_one(x):
        f = one(x)
        if regular and abs(x) < SMALL:
            term = lambda k: (-sign) ** k / (mpf(2) ** (2 * k + 1) * mp.factorial(k) * mp.factorial(k + 1))
            return power_series({2 * k + 1: term(k) for k in range(mp.prec // 18 + 4)}, x)
        w = sign - 1 / x**2
        a = zero(x) - f / x
        b = -a / x - w * f
        return f, a, b, -b / x + a / x**2 - w * a - 2 * f / x**3

    def order_zero(x):
        f, a, b, _ = order_one(x)
        return zero(x), -sign * f, -sign * a, -sign * b

    return order_zero, order_one


u_j0, u_j1 = bessel(lambda x: mp.besselj(0, x), lambda x: mp.besselj(1, x), 1)
u_y0, u_y1 = bessel(lambda x: bessel_y(0, x), lambda x: bessel_y(1, x), 1, regular=False)
u_i0, u_i1 = bessel(lambda x: mp.besseli(0, x), lambda x: mp.besseli(1, x), -1)


def u_sinc(x):
    if abs(x) < SMALL:
        return power_series({2 * k: (-1) ** k / mp.factorial(2 * k + 1) for k in range(mp.prec // 18 + 4)}, x)
    s, c = mp.sin(x), mp.cos(x)
    f = s / x
    a = (c - f) / x
    b = (-s - 2 * a) / x
    return f, a, b, (-c - 3 * b) / x


def times_x(x, g):
    """x g(x) from g and its derivatives."""
    v, a, b, c = g
    return x * v, v + x * a, 2 * a + x * b, 3 * b + x * c


def chain(f, u):
    """f(u(x)) from the derivatives of f at u and those of u."""
    (v, a, b, c), (_, p, q, r) = f, u
    return v, a * p, b * p**2 + a * q, c * p**3 + 3 * b * p * q + a * r


def u_gelu_tanh(x):
    k = 2 * mp.sqrt(2 / mp.pi)
    e = mpf(44715) / 1000000
    w = (k * (x + e * x**3), k * (1 + 3 * e * x**2), 6 * k * e * x, 6 * k * e)
    return times_x(x, chain(u_sigmoid(w[0]), w))


def u_mish(x):
    u = u_softplus(x)
    return times_x(x, chain(u_tanh(u[0]), u))


SELU = ("1.0507009873554804934193349852946", "1.6732632423543772848170429916717")


def selu_constants():
    return mpf(SELU[0]), mpf(SELU[1])


def u_elu(x):
    e = mp.exp(x)
    return (x, 1, 0, 0) if x > 0 else (mp.expm1(x), e, e, e)


def u_selu(x):
    l, a = selu_constants()
    return tuple((l if x > 0 else l * a) * d for d in u_elu(x))


def u_hard_swish(x):
    return (mpf(0), 0, 0, 0) if x < -3 else (x, 1, 0, 0) if x > 3 else (x * (x + 3) / 6, (2 * x + 3) / 6, mpf(1) / 3, 0)


def u_softsign(x):
    r = 1 / (1 + abs(x))
    return x * r, r**2, -2 * sgn(x) * r**3, 6 * r**4


def u_log_sigmoid(x):
    v, a, b, c = u_softplus(-x)
    return -v, a, -b, c


def u_logit(p):
    q = 1 - p
    return mp.log(p / q), 1 / (p * q), 1 / q**2 - 1 / p**2, 2 / p**3 + 2 / q**3


def u_log1mexp(x):
    e = 1 / mp.expm1(-x)
    return mp.log(-mp.expm1(x)), -e, -e * (1 + e), -e * (1 + e) * (1 + 2 * e)


def u_entropy(x):
    l = mp.log(x)
    return -x * l, -l - 1, -1 / x, 1 / x**2


# --------------------------------------------------------------------- samples


class Sampler:
    """Random arguments of one type; every number it returns is in that type."""

    def __init__(self, row, ty):
        self.ty = ty
        self.f64 = ty == "f64"
        self.rng = random.Random(f"{SEED}/{row}/{ty}")
        self.top = FLOATS[ty][2]
        self.eps = 2.0 ** (1 - FLOATS[ty][3])

    def fit(self, x):
        """x rounded to the type."""
        return float(x) if self.f64 else struct.unpack("<f", struct.pack("<f", x))[0]

    def mag(self, lo, hi):
        """Log-uniform between two positive numbers."""
        a, b = math.log10(lo), math.log10(hi)
        return self.fit(10.0 ** self.rng.uniform(a, b))

    def sign(self):
        return self.rng.choice((-1.0, 1.0))

    def spread(self, lo=None, hi=None):
        """A positive number, ordinary or from the whole range [lo, hi]."""
        lo = lo or 10.0**-self.top
        hi = hi or 10.0**self.top
        a, b = max(lo, 0.01), min(hi, 30.0)
        if a < b and self.rng.random() < 0.4:
            return self.mag(a, b)
        return self.mag(lo, hi)

    def real(self, lo=None, hi=None):
        return self.sign() * self.spread(lo, hi)

    def wide(self):
        """A positive number from a range that is itself of random width."""
        w = self.rng.choice((0.01, 0.05, 0.3, 1.0)) * self.top
        return self.mag(10.0**-w, 10.0**w)

    def ends(self, both=True):
        """Numbers spread to the ends of the range, and ordinary ones."""
        t = self.top
        e = [t / 10, t / 3, t / 2, 290 if self.f64 else 34.4, t]
        e = [-a for a in reversed(e)] + e
        xs = [self.fit(10.0**a) for a in e] + [0.5, self.fit(1.7), 3.0, self.fit(25.3)]
        return [(s * x) for x in xs for s in ((1, -1) if both else (1,))]

    def near(self, at, steps):
        """Representable numbers close to `at`, by the relative steps given."""
        return [self.fit(at * (1.0 + s)) for s in steps]


def tiny_steps(s, signs=(1, -1)):
    steps = [s.eps, 4 * s.eps, 1e-5, 1e-3] + ([1e-11, 1e-8] if s.f64 else [])
    return [g * a for g in signs for a in steps]


def unary(special, draw):
    """Samples of a unary row: the special ones, then random ones."""
    return lambda s: ([(s.fit(x),) for x in special(s)], lambda: (s.fit(draw(s)),))


def everywhere(s):
    return s.ends()


def positive(s):
    return s.ends(both=False)


def zero_and(*f):
    return lambda s: [0.0] + [x for g in f for x in g(s)]


def small(s):
    """Both signs, near zero."""
    e = (-290, -100, -20, -9, -4) if s.f64 else (-34, -20, -9, -4)
    return [g * 10.0**a for a in e for g in (1, -1)]


def scaled(f64, f32):
    return lambda s: f64 if s.f64 else f32


def quarter_turns(s):
    xs = [k * math.pi / 2 for k in (1, 2, 3, 4, 5, -6, 11, 22, 710, 1000, -999)]
    # the doubles (floats) nearest to a multiple of pi/2 relative to their size
    xs += [6381956970095103.0 * 2.0**797] if s.f64 else [16367173.0 * 2.0**72]
    return [0.0, math.pi / 4, -1.0] + xs + [10.0**s.top, -(10.0 ** (s.top / 3)), 1e5, 1e8]


def inside_one(s):
    xs = [1 - s.eps / 2, 1 - s.eps, 1 - 1e-5, 0.99, 0.9] + ([1 - 1e-11, 1 - 1e-8] if s.f64 else [])
    return [g * x for x in xs for g in (1, -1)] + [0.0]


def around_one(s):
    return s.near(1.0, tiny_steps(s)) + [1.0]


def above_one(s):
    return s.near(1.0, tiny_steps(s, (1,))) + [1.01, 1.1]


def above_minus_one(s):
    return s.near(-1.0, [-a for a in tiny_steps(s, (1,))]) + [-0.9, -0.5]


def powers(s):
    return [1.0, 2.0, 1024.0, 0.125, 10.0, 1000.0]


def limit(f64, f32):
    """Random numbers of both signs up to a bound."""
    return lambda s: s.real(hi=f64 if s.f64 else f32)


def steps(ok, tiny):
    """Samples of a row with jumps: ok(fraction of |x|) says where is far away."""

    def draw(s):
        while True:
            x = s.real(None if tiny else 0.01, 1e6 if s.f64 else 1e4)
            if (tiny and abs(x) < 0.01) or ok(abs(x) % 1.0):
                return x

    base = [0.5, 1.5, 2.25, -0.25, -7.75, 100.4, -3.3] + [12345.6, -999.9]
    if tiny:
        base += [0.0]
    return unary(lambda s: [x for x in base if ok(abs(x) % 1.0) or x == 0], draw)


def between(x):
    return 0.05 <= x <= 0.95


def not_half(x):
    return x <= 0.45 or x >= 0.55


def apart(x, y):
    return abs(x - y) >= 0.01 * max(abs(x), abs(y))


def pairs(special, draw):
    def make(s):
        return [tuple(map(s.fit, p)) for p in special(s)], lambda: tuple(map(s.fit, draw(s)))

    return make


def any_pair(s):
    return s.sign() * s.wide(), s.sign() * s.wide()


def unequal(s):
    while True:
        p = any_pair(s)
        if s.rng.random() < 0.5:
            p = (p[0], s.fit(p[0] * s.rng.uniform(-3, 3)))
        if apart(*p):
            return p


def comparable(s):
    """Two numbers of any size, within a moderate ratio of each other."""
    x = s.sign() * s.spread()
    return x, x * s.rng.choice((s.rng.uniform(-3, 3), s.sign() * s.mag(1e-8, 1e8)))


def far(s):
    return [(1e20, 3e-9), (-2e-12, 1e15), (1e-10, -1e10)] if not s.f64 else [
        (1e150, 3e-100), (-2e-120, 1e150), (1e-10, -1e10), (1e200, 1e180)]


def sp_sum(s):
    return far(s) + [(1.0, 1.0), (1.0, -1.0), (1.1, -1.1 * (1 + 4 * s.eps)), (0.0, 2.5), (3.7, 3.7 * (1 - 2 * s.eps))]


def dr_rem(s):
    while True:
        y = s.real()
        q = s.rng.choice((s.rng.uniform(0, 5), s.mag(1e-6, 1e5 if s.f64 else 1e3)))
        x = y * q * s.sign()
        if abs(x) > 10.0**s.top or not abs(x) > 10.0**-s.top:
            continue
        x, y = s.fit(x), s.fit(y)
        f = Fraction(abs(x)) / Fraction(abs(y))
        if f < 0.9 or between(float(f % 1)):
            return x, y


def sp_powf(s):
    e = s.eps
    out = [(1 + e, 0.3 / e), (1 - e, 2 / e), (1 + 3 * e, -5 / e), (1.001, -4000.0), (0.999, 5000.0)]
    out += [(1.0, 2.5), (1.0, -1e5), (2.0, 0.5), (4.0, 1.5), (3.0, 2.0), (2.0, -1.0), (7.5, 1.0), (2.5, 0.0), (0.3, 1e-8)]
    out += [(1e200, -1.2), (1e-200, 0.7), (1e-300, 1.001), (1 + 1e-10, 1e12), (10.0, 299.5)] if s.f64 else [
        (1e20, -1.2), (1e-25, 0.7), (1e-33, 1.001), (1 + 1e-5, 1e6), (10.0, 35.5)]
    return out


def dr_powf(s):
    # choose the logarithm of the result, then the exponent
    x = s.spread()
    l = math.log(x)
    if s.rng.random() < 0.5 or abs(l) < 1e-3:
        return x, s.real(0.01, 30)
    return x, s.rng.uniform(-0.9, 0.9) * s.top * math.log(10) / l


INTEGERS = list(range(-5, 10)) + [50, -30, 13, -12, 100]


def sp_powi(negative_only):
    def make(s):
        out = []
        for n in INTEGERS:
            r = 0.9 * s.top / max(abs(n), 1) / (3 if abs(n) < 10 else 1)
            for k in range(1 if abs(n) > 9 else 2):
                x = s.spread(0.1, 8.0) if k == 0 and abs(n) < 10 else s.mag(10.0**-r, 10.0**r)
                sign = -1 if negative_only or (n + k) % 2 else 1
                out.append((sign * x, float(n)))
        out += [(-2.0, 3.0), (-1.0, 7.0), (-1 - 3 * s.eps, 1001.0), (-0.5, -4.0)]
        return out

    return make


def dr_powi(negative_only):
    def draw(s):
        x = s.spread(1e-3, 1e3)
        return (-x if negative_only else x * s.sign()), float(s.rng.choice(INTEGERS))

    return draw


def sp_atan2(s):
    return far(s) + [(0.0, 2.0), (1.0, 1.0), (1.0, -1.0), (-3.0, -4.0), (2.0, 0.0), (-1e-6, -3.0), (1e-6, -3.0),
                     (5.0, 1e-7), (-5.0, -1e-7), (1.5, 1.5 * (1 + s.eps)), (1e-9, 1e9), (-2.2, 1e-20)]


def sp_hypot(s):
    return far(s) + [(3.0, 4.0), (3.0, 0.0), (-5.0, 12.0), (1.0, 1e-8), (1e-16, 1.0), (-1.5, 1.5), (1e-9, -1e9)]


def sp_log(s):
    e = s.eps
    return [(8.0, 2.0), (1.0, 3.0), (1 + e, 10.0), (1 - e / 2, 2.0), (5.0, 1 + 16 * e), (5.0, 1 - 16 * e), (3.0, 3.0),
            (0.2, 0.5), (100.0, 0.1), (1.0001, 1.0002), (0.999, 1.01), (1e30, 10.0), (1e-30, 2.0), (2.0, 1e30),
            (7.0, 1e-30), (math.e, math.e)]


def dr_log(s):
    while True:
        b = s.rng.choice((s.wide(), s.mag(0.1, 10)))
        if abs(b - 1) > 1e-4:
            return s.spread(), b


def sp_abs_sub(s):
    return [p for p in far(s)] + [(2.0, 1.0), (1.0, 2.0), (-1.0, -3.0), (0.0, 2.5), (1.02, 1.0)]


def sp_logaddexp(s):
    l2 = -math.log(2.0)
    out = [(0.0, 0.0), (l2, l2), (l2 + 1e-6, l2 - 1e-6), (1e-5, -1e-5), (-1e-3, 1e-3), (0.1, -0.1), (1e-12, -1e-12),
           (-1.0, math.log(-math.expm1(-1.0))), (-0.01, math.log(-math.expm1(-0.01))), (-5.0, -5.0), (3.0, 3.0),
           (-1e-6, math.log(1e-6)), (1e10, 1e10), (-1e6, -1e6 + 3), (1e-20, 4.0), (-9.0, 1e-30), (-70.0, 3.0),
           (20.0, -50.0)]
    if s.f64:
        out += [(1e300, 1e300), (1e-300, 4.0), (600.0, -90.0), (-1e-280, -680.0), (-1e14, -1e14 + 20), (740.0, 745.0)]
    else:
        out += [(1e36, 1e36), (1e-33, 4.0), (90.0, 95.0), (-1e5, -1e5 + 20)]
    return out


def dr_logaddexp(s):
    x = s.real(hi=1e12 if s.f64 else 1e6)
    return x, s.fit(x + s.real(1e-3, 600.0 if s.f64 else 70.0)) if s.rng.random() < 0.6 else s.real(1e-4, 300 if s.f64 else 60)


def sp_xlogy(s):
    return [(0.0, 2.0), (2.0, 1.0), (3.0, 1 + s.eps), (-3.0, 1 - s.eps / 2), (1e-20, 1e-20), (1e20, 1e10), (-2.0, 1e-30), (1.5, 1.001)]


def nary(n, special, draw):
    return pairs(special, lambda s: draw(s, n))


def same_size(s, n):
    """Numbers of one random size, times factors up to 1000."""
    a = s.mag(10.0 ** (-s.top / 2.5), 10.0 ** (s.top / 2.5)) if s.rng.random() < 0.5 else 1.0
    return tuple(a * s.real(1e-2, 30.0) for _ in range(n))


def sp_clamp(s):
    out = [(0.5, 0.0, 1.0), (-2.0, -1.0, 1.0), (9.0, 2.0, 3.0), (-1e-9, -1.0, 1e20)]
    for k in range(8):
        x, y, z = sorted(s.fit(s.sign() * s.wide()) for _ in range(3))
        if apart(x, y) and apart(y, z):
            out.append(((y, x, z), (x, y, z), (z, x, y))[k % 3])
    return out


def dr_clamp(s, n):
    while True:
        x, y, z = sorted(s.real() for _ in range(3))
        if apart(x, y) and apart(y, z):
            return s.rng.choice(((y, x, z), (x, y, z), (z, x, y)))


def sp_mul_add(s):
    return [(2.0, 3.0, 4.0), (1.1, 1.1, -1.21), (1 + s.eps, 1 - s.eps / 2, -1.0), (-3.0, 7.5, 1e-12), (1e-8, 1e-8, 1.0),
            (1e12, -1e8, 3.0), (0.3, -0.7, 0.2101), (0.0, 2.0, 1.5)]


def sp_sum4(s):
    return [(1.0, 2.0, 3.0, 4.0), (1e10, 1.5, -1e10, 0.25), (0.1, 0.2, -0.3, 1e-9), (1e-10, 1.0, 1e10, 1e20)]


def sp_dot(s):
    return [(1.0, 2.0, 3.0, 4.0, 5.0, 6.0), (1.1, 2.2, 3.3, 3.0, -1.5, 1e-6), (1e8, 1.0, -1e8, 1e8, 3.0, 1e8),
            (1e-9, 1.0, 1e9, 1e9, 1.0, 1e-9)]


def sp_norm(s):
    big = [(1e200, 3e199, -2e200, 1e198), (1e-200, 2e-200, 3e-201, -1e-199), (1e120, 1.0, 1e100, 1e110)] if s.f64 else [
        (1e30, 3e29, -2e30, 1e28), (1e-30, 2e-30, 3e-31, -1e-29), (1e12, 1.0, 1e10, 1e11)]
    return big + [(1.0, 2.0, 2.0, 4.0), (1e-6, 1.0, 1e-3, -1e-9), (0.5, -0.5, 0.5, -0.5)]


def sp_lse(s):
    l4 = -math.log(4.0)
    return [(l4, l4, l4, l4), (0.0, 1.0, 2.0, 3.0), (1e5, 1e5 + 1, 1e5 - 2, 1e5), (-70.0, 1.0, 2.0, -3.0), (5.0, 5.0, 5.0, 5.0),
            (0.1, -1e-6, 1e-9, -30.0), (-1e6, -1e6 + 2, -1e6 + 1, -1e6 - 4)]


def dr_lse(s, n):
    a = s.real(1e-2, 1e6 if s.f64 else 1e3)
    return tuple(a + s.real(1e-2, 30.0) for _ in range(n))


# ------------------------------------------------------------------- the rows
# name: (rule, plain formula for --check, n, m, samples, wanted number)

ROWS = {}


def add_row(name, rule, plain, n, m, samples):
    ROWS[name] = (rule, plain, n, m, samples, 36 if n == 1 else 30 if n == 2 else 12)


def add_unary(name, f, plain, special, draw):
    add_row(name, one(f), plain, 1, 1, unary(special, draw))


def add_steps(name, f, slope, ok, tiny):
    add_row(name, linear(lambda x: (f(x), (slope,))), f, 1, 1, steps(ok, tiny))


def nz(s):
    return s.real()


def pos(s):
    return s.spread()


add_unary("neg", lambda x: (-x, -1, 0, 0), lambda x: -x, zero_and(everywhere), nz)
add_unary("recip", lambda x: (1 / x, -1 / x**2, 2 / x**3, -6 / x**4), lambda x: 1 / x, everywhere,
          lambda s: s.sign() * s.wide())
add_unary("abs", lambda x: (abs(x), sgn(x), 0, 0), abs, everywhere, nz)
add_unary("signum", lambda x: (sgn(x), 0, 0, 0), sgn, everywhere, nz)
add_unary("sqrt", u_sqrt, mp.sqrt, positive, pos)
add_unary("cbrt", u_cbrt, lambda x: sgn(x) * mp.exp(mp.log(abs(x)) / 3), everywhere, nz)
add_unary("exp", lambda x: (mp.exp(x),) * 4, mp.exp,
          zero_and(small, scaled([1.0, -1.0, 700.0, 709.5, -700.0, 300.5, -300.5], [1.0, -1.0, 80.0, 88.5, -79.0, 30.5])),
          limit(709.0, 88.0))
add_unary("exp2", u_exp2, lambda x: mpf(2) ** x,
          zero_and(small, scaled([1.0, -1.0, 1000.0, 1023.5, -1010.0, 10.5], [1.0, -1.0, 127.5, -115.0, 30.5, 10.5])),
          limit(1023.0, 127.0))
add_unary("exp_m1", u_exp_m1, lambda x: mp.exp(x) - 1,
          zero_and(small, scaled([1.0, -1.0, 700.0, -30.0, -36.0, -40.0, -200.0, -690.0], [1.0, -1.0, 80.0, -16.0, -18.0, -40.0, -79.0])),
          limit(709.0, 88.0))
add_unary("ln", u_log(lambda: mpf(1)), mp.log, lambda s: around_one(s) + positive(s), pos)
add_unary("log2", u_log(lambda: mp.log(2)), lambda x: mp.log(x, 2), lambda s: around_one(s) + powers(s) + positive(s), pos)
add_unary("log10", u_log(lambda: mp.log(10)), lambda x: mp.log(x, 10), lambda s: around_one(s) + powers(s) + positive(s), pos)
add_unary("ln_1p", u_ln_1p, lambda x: mp.log(1 + x), lambda s: [0.0] + small(s) + above_minus_one(s) + [x for x in positive(s) if x > 0.1],
          lambda s: s.spread() if s.rng.random() < 0.6 else -s.mag(10.0**-s.top, 0.99))
add_unary("sin", u_sin, mp.sin, lambda s: quarter_turns(s) + small(s), nz)
add_unary("cos", u_cos, mp.cos, lambda s: quarter_turns(s) + small(s), nz)
add_unary("tan", u_tan, lambda x: mp.sin(x) / mp.cos(x), lambda s: quarter_turns(s) + small(s), nz)
for _n, _f, _g in (("asin", u_asin, lambda x: mp.atan(x / mp.sqrt(1 - x**2))),
                   ("acos", u_acos, lambda x: mp.pi / 2 - mp.atan(x / mp.sqrt(1 - x**2))),
                   ("atanh", u_atanh, lambda x: mp.log((1 + x) / (1 - x)) / 2)):
    add_unary(_n, _f, _g, lambda s: inside_one(s) + small(s),
              lambda s: s.sign() * (s.mag(10.0**-s.top, 0.99) if s.rng.random() < 0.4 else s.rng.uniform(0.01, 0.999)))
add_unary("atan", u_atan, lambda x: mp.asin(x / mp.sqrt(1 + x**2)), zero_and(small, lambda s: [1.0, -1.0, 1e8, -1e15]),
          lambda s: s.real(hi=10.0 ** (s.top / 2)))
add_unary("sinh", u_sinh, lambda x: (mp.exp(x) - mp.exp(-x)) / 2,
          zero_and(small, scaled([1.0, -1.0, 700.0, -709.0, 20.0], [1.0, -1.0, 80.0, -88.0, 20.0])), limit(709.0, 88.0))
add_unary("cosh", u_cosh, lambda x: (mp.exp(x) + mp.exp(-x)) / 2,
          zero_and(small, scaled([1.0, -1.0, 700.0, -709.0, 20.0], [1.0, -1.0, 80.0, -88.0, 20.0])), limit(709.0, 88.0))
add_unary("tanh", u_tanh, lambda x: 1 - 2 / (mp.exp(2 * x) + 1),
          zero_and(small, scaled([1.0, -1.0, 19.5, -22.0, 345.0, -100.0], [1.0, -1.0, 9.5, -11.0, 39.0])), limit(350.0, 40.0))
add_unary("asinh", u_asinh, lambda x: sgn(x) * mp.log(abs(x) + mp.sqrt(1 + x**2)), zero_and(small, everywhere), nz)
add_unary("acosh", u_acosh, lambda x: mp.log(x + mp.sqrt(x**2 - 1)), lambda s: above_one(s) + [x for x in positive(s) if x > 1],
          lambda s: s.spread(1.001))
add_steps("floor", floor, 0, between, False)
add_steps("ceil", lambda x: -floor(-x), 0, between, False)
add_steps("round", round_half_away, 0, not_half, True)
add_steps("trunc", lambda x: mpf(to_int(x)), 0, between, True)
add_steps("fract", lambda x: x - to_int(x), 1, between, True)
add_unary("to_degrees", lambda x: (x * 180 / mp.pi, 180 / mp.pi, 0, 0), lambda x: 180 * x / mp.acos(-1), zero_and(everywhere), nz)
add_unary("to_radians", lambda x: (x * mp.pi / 180, mp.pi / 180, 0, 0), lambda x: mp.acos(-1) * x / 180, zero_and(everywhere), nz)
add_unary("square", lambda x: (x * x, 2 * x, 2, 0), lambda x: x * x, zero_and(everywhere), lambda s: s.sign() * s.wide())
add_unary("sigmoid", u_sigmoid, lambda x: 1 / (1 + mp.exp(-x)),
          zero_and(small, scaled([1.0, -1.0, 36.0, -36.0, 40.0, 690.0, -690.0, -300.0, -745.0], [1.0, -1.0, 16.0, -17.0, 70.0, -70.0])),
          limit(700.0, 80.0))
add_unary("softplus", u_softplus, lambda x: mp.log(1 + mp.exp(x)),
          zero_and(small, scaled([1.0, -1.0, 36.0, -36.0, 40.0, 690.0, -690.0, 1e5, 1e300], [1.0, -1.0, 16.0, -17.0, 70.0, -70.0, 1e36])),
          limit(700.0, 80.0))
add_unary("relu", lambda x: (max(x, mpf(0)), int(x > 0), 0, 0), lambda x: (x + abs(x)) / 2, everywhere, nz)

add_row("add", linear(lambda x, y: (x + y, (1, 1))), lambda x, y: x + y, 2, 2, pairs(sp_sum, any_pair))
add_row("sub", linear(lambda x, y: (x - y, (1, -1))), lambda x, y: x - y, 2, 2, pairs(sp_sum, any_pair))
add_row("mul", r_mul, lambda x, y: x * y, 2, 2, pairs(lambda s: far(s) + [(0.0, 2.5), (3.0, -7.0)], any_pair))
add_row("div", r_div, lambda x, y: x / y, 2, 2, pairs(lambda s: far(s) + [(0.0, 2.5), (3.0, -7.0)], any_pair))
add_row("rem", r_rem, lambda x, y: x - y * sgn(x) * sgn(y) * mp.floor(abs(x / y)), 2, 2,
        pairs(lambda s: [(7.0, 2.0), (-7.0, 2.0), (7.0, -2.0), (-7.0, -2.0), (5.3, 0.25), (1e-20, 3.0)], dr_rem))
add_row("powf", r_powf, lambda x, y: mp.power(x, y), 2, 2, pairs(sp_powf, dr_powf))
add_row("powf_int", r_powi, lambda x, y: (-1) ** (int(y) % 2) * mp.exp(y * mp.log(-x)), 2, 1, pairs(sp_powi(True), dr_powi(True)))
add_row("powi", r_powi, lambda x, y: sgn(x) ** (int(y) % 2) * mp.exp(y * mp.log(abs(x))), 2, 1, pairs(sp_powi(False), dr_powi(False)))
add_row("atan2", r_atan2, lambda y, x: mp.arg(mp.mpc(x, y)), 2, 2, pairs(sp_atan2, comparable))
add_row("hypot", r_norm, lambda x, y: abs(mp.mpc(x, y)), 2, 2, pairs(sp_hypot, comparable))
add_row("max", linear(lambda x, y: (max(x, y), (int(x > y), int(y > x)))), lambda x, y: (x + y + abs(x - y)) / 2, 2, 2,
        pairs(lambda s: sp_abs_sub(s), unequal))
add_row("min", linear(lambda x, y: (min(x, y), (int(x < y), int(y < x)))), lambda x, y: (x + y - abs(x - y)) / 2, 2, 2,
        pairs(lambda s: sp_abs_sub(s), unequal))
add_row("copysign", linear(lambda x, y: (abs(x) * sgn(y), (sgn(x) * sgn(y), 0))), lambda x, y: abs(x) * y / abs(y), 2, 2,
        pairs(far, any_pair))
add_row("log", r_log, lambda x, b: mp.log(x, b), 2, 2, pairs(sp_log, dr_log))
add_row("abs_sub", linear(lambda x, y: (max(x - y, mpf(0)), (int(x > y), -int(x > y)))), lambda x, y: (x - y + abs(x - y)) / 2, 2, 2,
        pairs(sp_abs_sub, unequal))
add_row("logaddexp", r_logsumexp, lambda x, y: mp.log(mp.exp(x) + mp.exp(y)), 2, 2, pairs(sp_logaddexp, dr_logaddexp))
add_row("xlogy", r_xlogy, lambda x, y: x * mp.log(y), 2, 2, pairs(sp_xlogy, lambda s: (s.sign() * s.wide(), s.wide())))
add_row("through", r_mul, lambda x, y: x * y, 2, 2, pairs(far, any_pair))

add_row("mul_add", r_mul_add, lambda a, b, c: a * b + c, 3, 3, nary(3, sp_mul_add, same_size))
add_row("clamp", linear(p_clamp), lambda x, lo, hi: lo if x < lo else hi if x > hi else x, 3, 3, nary(3, sp_clamp, dr_clamp))
add_row("sum", linear(lambda *x: (sum(x), (1,) * len(x))), lambda *x: sum(x), 4, 4, nary(4, sp_sum4, same_size))
add_row("dot", r_dot, lambda *x: x[0] * x[3] + x[1] * x[4] + x[2] * x[5], 6, 6, nary(6, sp_dot, same_size))
add_row("norm", r_norm, lambda *x: mp.sqrt(sum(t * t for t in x)), 4, 4, nary(4, sp_norm, same_size))
add_row("logsumexp", r_logsumexp, lambda *x: mp.log(sum(mp.exp(t) for t in x)), 4, 4, nary(4, sp_lse, dr_lse))

# ---------------------------------------------------------- special functions


def up_to(f64, f32, *more):
    """Both signs of some arguments of ordinary size, and small ones."""
    return lambda s: zero_and(small)(s) + [g * x for x in (f64 if s.f64 else f32) + more for g in (1, -1)]


def near_poles(s):
    """Negative arguments beside the integers and between them."""
    steps = [0.5, 0.25, 0.1, 1e-3, 1e-6] + ([1e-10, 1e-13] if s.f64 else [])
    return [-k + g * d for k in (1, 2, 3, 7, 20) for d in steps for g in (1, -1) if d < 0.5 or g > 0]


def unit_interval(s):
    e = (-290, -100, -30, -10, -4, -2) if s.f64 else (-34, -20, -8, -4, -2)
    return [10.0**a for a in e] + [0.1, 0.25, 0.3, 0.5, 0.7, 0.75, 0.9, 0.99, 0.5 + s.eps, 0.5 - s.eps] + [
        1 - x for x in tiny_steps(s, (1,))]


def dr_unit(s):
    return s.mag(10.0**-s.top, 0.5) if s.rng.random() < 0.3 else s.rng.uniform(0.001, 0.999)


def dr_gamma(hi64, hi32, low):
    """Positive numbers, and negative ones with few of them close to a pole."""

    def draw(s):
        r = s.rng.random()
        if r < 0.4:
            return s.mag(0.01, hi64 if s.f64 else hi32)
        if r < 0.6:
            return s.sign() * s.mag(10.0 ** -(s.top / 3.5), 1.0)
        return s.rng.uniform(low, 0.0)

    return draw


GAMMA_ROOT = 1.4616321449683623


add_unary("erf", u_erf, mp.erf, up_to((0.5, 1.0, 3.0, 5.5, 10.0, 25.0), (0.5, 1.0, 3.0, 4.0, 8.0)), limit(26.0, 9.0))
add_unary("erfc", u_erfc, mp.erfc, up_to((0.5, 1.0, 3.0, 5.5, 10.0, 25.0, 26.2), (0.5, 1.0, 3.0, 4.0, 8.0, 9.0)), limit(26.0, 9.0))
add_unary("erf_inv", u_erf_inv, inverse_erf, lambda s: inside_one(s) + small(s) + [0.5, -0.25, 0.75],
          lambda s: s.sign() * (s.mag(10.0**-s.top, 0.99) if s.rng.random() < 0.4 else s.rng.uniform(0.01, 0.999)))
add_unary("normal_cdf", lambda x: normal(x), lambda x: mp.ncdf(x),
          up_to((0.5, 1.0, 3.0, 5.5, 10.0, 25.0, 37.0), (0.5, 1.0, 3.0, 4.0, 8.0, 12.5)), limit(37.0, 12.8))
add_unary("normal_quantile", u_quantile, quantile, unit_interval, dr_unit)
add_unary("gamma", u_gamma, mp.gamma,
          lambda s: near_poles(s) + [1.0, 2.0, 3.0, 0.5, GAMMA_ROOT, 10.5, 30.2] + ([100.3, 170.5, -100.3, -150.7] if s.f64 else [34.5, -30.2]) +
          [g * x for x in ((1e-100, 1e-20, 1e-8) if s.f64 else (1e-11, 1e-5)) for g in (1, -1)], dr_gamma(169.0, 33.0, -30.0))
add_unary("ln_gamma", u_ln_gamma, ln_gamma,
          lambda s: near_poles(s) + [1 + s.eps, 2 - 2 * s.eps, 1.001, 1.999, 0.5, GAMMA_ROOT, 10.5, 30.2, 1e5, -100.3, -2.457024738220801, -2.747682646727413]
          + ([1e-100, -1e-100, 1e100, 1e290] if s.f64 else [1e-11, -1e-11, 1e20]), dr_gamma(1e9, 1e9, -60.0))
add_unary("digamma", u_digamma, lambda x: mp.psi(0, x),
          lambda s: near_poles(s) + [1.0, 2.0, 0.5, GAMMA_ROOT, -0.504083008264455, 10.5, 1e5, -100.3]
          + ([1e-100, -1e-100, 1e100, 1e290] if s.f64 else [1e-11, -1e-11, 1e20]), dr_gamma(1e9, 1e9, -60.0))
add_row("polygamma", r_polygamma, lambda x, n: mp.psi(int(n), x), 2, 1, pairs(
    lambda s: [(x, n) for n in (0.0, 1.0, 2.0, 3.0, 4.0, 7.0) for x in (0.3, 1.0, 2.5, 25.0, 1e4, -0.5, -0.3, -1.7, -2.001, -7.25)]
    + [(1.5, 12.0), (-1.4, 9.0), (-6.3, 8.0), (10.0, 20.0), (-0.9, 20.0)]
    + ([(2.0, 100.0), (-1.3, 50.0), (-2.45, 45.0), (-0.8, 41.0), (50.0, 160.0), (900.0, 200.0), (80.0, 150.0), (1e-30, 5.0)] if s.f64 else [(1e-5, 3.0)]),
    lambda s: (s.mag(0.01, 1e4) if s.rng.random() < 0.6 else s.rng.uniform(-20, 0), float(s.rng.choice((1, 1, 2, 3, 4, 5, 6))))))


def sp_beta(s):
    return [(1.0, 1.0), (0.5, 0.5), (2.0, 3.0), (1e-3, 2.5), (1e-6, 1e-6), (1e-5, 300.0), (9.5, 10.5), (12.0, 15.0), (25.0, 0.7),
            (3.0, 1e4), (0.01, 1e8), (1.0, 1e-8), (1e-12, 9.9), (9.0, 1e-3), (1.0 + s.eps, 1.0)] + (
        [(200.0, 300.0), (1e-150, 4.0), (1e-90, 2e-90), (500.0, 400.0), (1e-20, 1e20)] if s.f64 else [(30.0, 40.0), (1e-11, 4.0)])


def dr_beta(s):
    return s.mag(1e-6, 1e2), s.mag(1e-6, 1e2)


add_row("beta", r_beta, mp.beta, 2, 2, pairs(sp_beta, dr_beta))
add_row("ln_beta", r_ln_beta, lambda x, y: mp.log(mp.beta(x, y)), 2, 2, pairs(
    lambda s: sp_beta(s)[1:] + [(1e5, 2e6), (1e9, 0.5), (1e9, 1e-9)] + ([(1e100, 1e50), (1e-90, 1e90)] if s.f64 else []),
    lambda s: (s.mag(1e-6, 1e6), s.mag(1e-6, 1e6))))
for _n, _f, _g in (("j0", u_j0, lambda x: mp.besselj(0, x)), ("j1", u_j1, lambda x: mp.besselj(1, x))):
    add_unary(_n, _f, _g, up_to((0.5, 0.99, 1.01, 2.404825557695773, 3.8317059702075125, 1.8411837813406593, 30.5, 1e3, 1e6),
                                (0.5, 0.99, 1.01, 2.4048256, 3.8317060, 1.8411838, 30.5, 1e3)), limit(100.0, 100.0))
for _n, _f, _g in (("y0", u_y0, lambda x: mp.bessely(0, x)), ("y1", u_y1, lambda x: mp.bessely(1, x))):
    add_unary(_n, _f, _g, lambda s: [abs(x) for x in small(s) if abs(x) > (1e-140 if s.f64 else 1e-17)]
              + [0.5, 0.99, 1.01, 0.8935769662791675, 2.197141326031017, 3.6830228565851775, 30.5, 1e3, 1e6],
              lambda s: s.mag(0.01, 100.0))
for _n, _f, _g in (("i0", u_i0, lambda x: mp.besseli(0, x)), ("i1", u_i1, lambda x: mp.besseli(1, x))):
    add_unary(_n, _f, _g, up_to((0.5, 0.99, 1.01, 7.5, 30.5, 300.0, 705.0), (0.5, 0.99, 1.01, 7.5, 30.5, 85.0)), limit(700.0, 85.0))
add_unary("sinc", u_sinc, lambda x: mp.sin(x) / x if x else mpf(1),
          lambda s: up_to((0.5, 0.99, 1.01, 3.141592653589793, 4.493409457909064, 2.0815759778181187), (0.5, 0.99, 1.01, 3.1415927, 4.4934095))(s)
          + [1e3, 1e6, -1e8], limit(1e3, 1e3))
add_unary("silu", lambda x: times_x(x, u_sigmoid(x)), lambda x: x / (1 + mp.exp(-x)),
          up_to((1.0, 36.0, 200.0, 690.0), (1.0, 16.0, 70.0), 1.2784645), limit(690.0, 75.0))
add_unary("gelu", lambda x: times_x(x, normal(x)), lambda x: x * mp.ncdf(x),
          up_to((1.0, 3.0, 8.0, 20.0, 36.0), (1.0, 3.0, 8.0, 12.0), 0.7517916), limit(37.0, 12.0))
add_unary("gelu_tanh", u_gelu_tanh, lambda x: x * (1 + mp.tanh(mp.sqrt(2 / mp.pi) * (x + mpf(44715) * x**3 / 1000000))) / 2,
          up_to((1.0, 3.0, 8.0, 15.0, 20.0), (1.0, 3.0, 8.0), 0.7524614), limit(20.0, 9.0))
add_unary("mish", u_mish, lambda x: x * mp.tanh(mp.log(1 + mp.exp(x))),
          up_to((1.0, 36.0, 200.0, 690.0), (1.0, 16.0, 70.0), 1.1924312), limit(690.0, 75.0))
add_unary("elu", u_elu, lambda x: x if x > 0 else mp.exp(x) - 1,
          lambda s: small(s) + [1.0, -1.0, -20.0, -70.0, 1e8], limit(690.0, 75.0))
add_unary("selu", u_selu, lambda x: selu_constants()[0] * (x if x > 0 else selu_constants()[1] * (mp.exp(x) - 1)),
          lambda s: small(s) + [1.0, -1.0, -20.0, -70.0, 1e8], limit(690.0, 75.0))
add_unary("hard_tanh", lambda x: (max(min(x, mpf(1)), mpf(-1)), int(abs(x) < 1), 0, 0), lambda x: (abs(x + 1) - abs(x - 1)) / 2,
          up_to((0.5, 0.99, 1.01, 1e9), (0.5, 0.99, 1.01, 1e9)), limit(3.0, 3.0))
add_unary("hard_sigmoid", lambda x: (max(min((x + 3) / 6, mpf(1)), mpf(0)), (mpf(1) if abs(x) < 3 else mpf(0)) / 6, 0, 0),
          lambda x: (abs(x + 3) - abs(x - 3) + 6) / 12, up_to((0.5, 2.99, 3.01, 1e9), (0.5, 2.99, 3.01, 1e9)), limit(5.0, 5.0))
add_unary("hard_swish", u_hard_swish, lambda x: x * (abs(x + 3) - abs(x - 3) + 6) / 12,
          up_to((0.5, 2.99, 3.01, 1e9), (0.5, 2.99, 3.01, 1e9), 1.5), limit(5.0, 5.0))
add_unary("softsign", u_softsign, lambda x: x / (1 + abs(x)), lambda s: small(s) + [1.0, -1.0, 1e3, -1e8],
          lambda s: s.real(hi=10.0 ** (s.top / 3)))
add_unary("log_sigmoid", u_log_sigmoid, lambda x: -mp.log(1 + mp.exp(-x)),
          zero_and(small, scaled([1.0, -1.0, 36.0, -36.0, 40.0, 690.0, -690.0, -1e5, -1e300], [1.0, -1.0, 16.0, -17.0, 70.0, -70.0, -1e36])),
          limit(700.0, 80.0))
add_unary("logit", u_logit, lambda p: mp.log(p) - mp.log(1 - p), unit_interval, dr_unit)
add_unary("log1mexp", u_log1mexp, lambda x: mp.log(1 - mp.exp(x)),
          lambda s: [-abs(x) for x in small(s)] + [-0.5, -0.69, -0.7, -1.0, -3.0, -30.0] + ([-400.0, -690.0] if s.f64 else [-70.0]),
          lambda s: -s.spread(hi=690.0 if s.f64 else 75.0))
add_unary("entropy", u_entropy, lambda x: -x * mp.log(x), lambda s: around_one(s) + [1 / math.e, 0.5, 3.0] + positive(s), pos)


# ------------------------------------------------------------------ evaluation


def quantities(rule, args, m):
    """Everything printed, as a dict: 'v', 'c', and per index tuple (d, s)."""
    x = [mpf(a) for a in args]
    v, d = rule(*x)
    v = mpf(v)

    def at(*i):
        return d.get(tuple(sorted(i)), mpf(0))

    act = range(m)
    out = {"v": (v, max(mpf(1), sum(abs(x[k] * at(k) / v) for k in act)) if v else mpf(1))}
    for i in act:
        g = at(i)
        out[i,] = (g, max(mpf(1), sum(abs(x[k] * at(i, k) / g) for k in act)) if g else mpf(1))
    for i, j in multisets(act, 2):
        h = at(i, j)
        s = [abs(h), sum(abs(x[k] * at(i, j, k)) for k in act)]
        s += [abs(at(i) / x[j])] if x[j] else []
        s += [abs(at(j) / x[i])] if x[i] else []
        out[i, j] = (h, max(s))
    return out


def agree(a, b):
    return all(
        abs(p - q) <= mp.ldexp(abs(q), -AGREE) for k in a for p, q in zip(a[k], b[k])
    )


def evaluate(rule, args, m):
    last = None
    for bits in PRECISIONS:
        with mp.workprec(bits):
            now = quantities(rule, args, m)
            if last is not None and agree(last, now):
                return now
        last = now
    raise ArithmeticError(f"no agreement at {args}")


def in_range(x, ty):
    """Zero, or safely inside the normal range of the type."""
    if not x:
        return True
    # compare exponents first: the exact fraction of an extreme number is huge
    e = x._mpf_[2] + x._mpf_[3]
    if not -1100 < e < 1100:
        return False
    top, low = FLOATS[ty][:2]
    return low <= abs(exact(x)) < top * ROOM


def two_doubles(x):
    f = exact(x)
    hi = f.numerator / f.denominator  # correctly rounded
    r = f - Fraction(hi)
    return hi + 0.0, r.numerator / r.denominator + 0.0


UP = Context(prec=5, rounding=ROUND_CEILING)


def scale(x):
    hi, lo = two_doubles(x)
    d = Decimal(hi) if lo <= 0 else Decimal(math.nextafter(hi, math.inf))
    return repr(float(UP.plus(d)))


def sample_fields(rule, args, m, ty):
    """The fields after the arguments, or None if the sample is left out."""
    q = evaluate(rule, args, m)
    out = []
    for key, (x, s) in q.items():
        ok = in_range(x, ty) and in_range(s, ty)
        if not ok and len(key) < 2:
            return None
        out += [*map(repr, two_doubles(x)), scale(s)] if ok else ["nan"] * 3
    return out


def generate(names=None, dense=0):
    """All lines, as lists of fields; if dense, so many random samples instead."""
    lines = []
    for name, (rule, _, n, m, samples, wanted) in ROWS.items():
        if names and name not in names:
            continue
        for ty in FLOATS:
            s = Sampler(f"{name}/dense" if dense else name, ty)
            special, draw = samples(s)
            seen, rows, tries = set(), [], 0

            def take(args):
                args = tuple(a + 0.0 for a in args)
                assert len(args) == n
                if args in seen or not all(abs(a) < 2.0**1000 for a in args):
                    return
                if any(a and Fraction(abs(a)) < Fraction(1, 2 ** (1022 if s.f64 else 126)) for a in args):
                    return
                seen.add(args)
                f = sample_fields(rule, args, m, ty)
                if f is not None:
                    rows.append([name, ty, str(n), str(m), *map(repr, args), *f])

            for args in special:
                take(args)
            # always some random ones, however many special ones there are
            goal = len(rows) + dense if dense else max(wanted, len(rows) + wanted // 5)
            while len(rows) < goal and tries < 4000 + 2 * dense:
                tries += 1
                try:
                    take(draw())
                except OverflowError:  # does not fit the type
                    pass
            lines += rows
    return lines


# ---------------------------------------------------------------- verification


def stencil(order, h):
    """Central difference of the given order: pairs (offset, weight)."""
    return [((order - 2 * k) * h, (-1) ** k * math.comb(order, k)) for k in range(order + 1)]


def difference(f, x, index):
    """A partial derivative by central differences, step relative to x."""
    pts = [((), mpf(1))]
    for k in range(len(x)):
        order = index.count(k)
        h = (x[k] or mpf(1)) * mpf(2) ** -1400
        pts = [(p + (x[k] + o,), w * c / (2 * h) ** order) for p, w in pts for o, c in stencil(order, h)]
    return sum(w * f(*p) for p, w in pts)


def check(lines):
    counts = {}
    for fields in lines:
        name, ty, n, m = fields[0], fields[1], int(fields[2]), int(fields[3])
        rule, plain = ROWS[name][:2]
        nums = [float(t) for t in fields[4:]]
        args, rest = nums[:n], nums[n:]
        keys = ["v"] + [(i,) for i in range(m)] + list(multisets(range(m), 2))
        assert len(rest) == 3 * len(keys), fields
        assert all(a == Sampler(name, ty).fit(a) for a in args), fields
        with mp.workprec(12000):
            x = [mpf(a) for a in args]
            v, d = rule(*x)
            # closed forms against differences of the plain formula, third order too
            exact_v = plain(*x)
            assert abs(v - exact_v) <= abs(exact_v) * mpf(2) ** -300, fields
            seen = {}
            todo = [i for o in (1, 2, 3) for i in multisets(range(m), o)]
            if m == 6:
                todo = [i for i in todo if len(i) < 3]
            for i in todo:
                fd = difference(plain, x, i)
                want = d.get(i, mpf(0))
                seen[i] = fd
                # an exact zero leaves the truncation error, about 2^-2800, and roundoff
                noise = mpf(2) ** (-4300 if want else -2600)
                for k in i:
                    noise /= abs(x[k]) or 1
                tol = abs(want) * mpf(2) ** -130 + (1 + abs(v) + max(map(abs, x))) * noise
                assert abs(fd - want) <= tol, (fields[:4], args, i, want, fd)
            # the file: hi, lo
            for k, key in enumerate(keys):
                hi, lo, s = rest[3 * k : 3 * k + 3]
                if math.isnan(hi) or math.isnan(lo) or math.isnan(s):
                    assert key != "v" and len(key) == 2 and all(map(math.isnan, (hi, lo, s))), fields
                    counts["nan pairs"] = counts.get("nan pairs", 0) + 1
                    continue
                assert all(map(math.isfinite, (hi, lo, s))) and s >= 0, fields
                want = exact_v if key == "v" else d.get(key, mpf(0))
                err = abs(mpf(hi) + mpf(lo) - want)
                assert hi + lo == hi and err <= abs(want) * mpf(2) ** -105 + mpf(2) ** -1074, fields
                # ... and the scales, recomputed from the differences
                act = range(m)
                if key == "v":
                    t = sum(abs(x[a] * seen[a,] / want) for a in act) if want else 0
                    t = max(1, t)
                elif len(key) == 1:
                    t = sum(abs(x[a] * seen[tuple(sorted(key + (a,)))] / want) for a in act) if want else 0
                    t = max(1, t)
                elif m < 6:
                    t = max([abs(want), sum(abs(x[a] * seen[tuple(sorted(key + (a,)))]) for a in act)]
                            + [abs(seen[a,] / x[b]) for a, b in (key, key[::-1]) if x[b]])
                else:
                    t = max([abs(want)] + [abs(seen[a,] / x[b]) for a, b in (key, key[::-1]) if x[b]])
                assert abs(s - t) <= mpf(2e-4) * abs(t) + mpf(2) ** -1074, (fields, key, t)
                if key != "v" and len(key) == 2:
                    assert s * 1.0000001 >= abs(hi), fields
        counts["samples"] = counts.get("samples", 0) + 1
    print("check passed:", counts)


def dense(count, path, names):
    global PRECISIONS
    PRECISIONS = (200, 600) + PRECISIONS[1:]  # random arguments need less than special ones
    with open(path, "w", newline="\n") as f:
        for name in names or ROWS:
            f.writelines("\t".join(t) + "\n" for t in generate([name], count))
            f.flush()


def main():
    if sys.argv[1:2] == ["--dense"]:
        return dense(int(sys.argv[2]), sys.argv[3], sys.argv[4:])
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "rules.tsv")
    lines = generate()
    with open(path, "w", newline="\n") as f:
        f.writelines(f"# {t}\n" for t in HEADER.split("\n"))
        f.writelines("\t".join(t) + "\n" for t in lines)
    for name in ROWS:
        by = [sum(t[0] == name and t[1] == ty for t in lines) for ty in FLOATS]
        print(name, *by, "nan pairs:", sum(t.count("nan") // 3 for t in lines if t[0] == name))
    print(len(lines), "samples,", os.path.getsize(path), "bytes")
    if "--check" in sys.argv[1:]:
        with open(path) as f:
            check([t.rstrip("\n").split("\t") for t in f if not t.startswith("#")])


if __name__ == "__main__":
    main()
