"""Reference values of array programs: PyTorch and JAX, in double precision, agree on them to 1e-10.

    pip install torch jax
    python arrays.py > arrays.tsv

A program is written once, in the functions of a small adapter that exists for each of the two systems. For each there are
its value, its gradient by every input, and the product of its Hessian with a direction. Where the systems disagree by more
than 1e-10 relative to the largest element, nothing is written.
"""

import sys

import jax
import jax.numpy as jnp
import numpy as np
import torch

jax.config.update("jax_enable_x64", True)
torch.set_default_dtype(torch.float64)


class Torch:
    """PyTorch under the names that the programs use."""

    exp, log, tanh, sin, cos, sqrt = torch.exp, torch.log, torch.tanh, torch.sin, torch.cos, torch.sqrt
    sigmoid, relu, abs, expm1, log1p = torch.sigmoid, torch.relu, torch.abs, torch.expm1, torch.log1p
    atan2, hypot, maximum, where, outer, erf = torch.atan2, torch.hypot, torch.maximum, torch.where, torch.outer, torch.erf
    softplus = staticmethod(torch.nn.functional.softplus)

    @staticmethod
    def array(x):
        return torch.tensor(np.asarray(x))

    @staticmethod
    def sum(x, axis=None, keep=False):
        return torch.sum(x) if axis is None else torch.sum(x, dim=axis, keepdim=keep)

    @staticmethod
    def mean(x, axis=None, keep=False):
        return torch.mean(x) if axis is None else torch.mean(x, dim=axis, keepdim=keep)

    @staticmethod
    def var(x, axis, keep=False, ddof=0):
        return torch.var(x, dim=axis, keepdim=keep, correction=ddof)

    @staticmethod
    def max(x, axis):
        return torch.amax(x, dim=axis)

    @staticmethod
    def prod(x, axis):
        return torch.prod(x, dim=axis)

    @staticmethod
    def logsumexp(x, axis):
        return torch.logsumexp(x, dim=axis)

    @staticmethod
    def softmax(x, axis):
        return torch.softmax(x, dim=axis)

    @staticmethod
    def log_softmax(x, axis):
        return torch.log_softmax(x, dim=axis)

    @staticmethod
    def norm(x, axis):
        return torch.linalg.vector_norm(x, dim=axis)

    @staticmethod
    def cumsum(x, axis):
        return torch.cumsum(x, dim=axis)

    @staticmethod
    def concatenate(xs, axis):
        return torch.cat(xs, dim=axis)

    @staticmethod
    def stack(xs, axis):
        return torch.stack(xs, dim=axis)

    @staticmethod
    def take(x, places):
        return x[torch.tensor(places)]

    @staticmethod
    def flip(x):
        return torch.flip(x, (0,))

    @staticmethod
    def permute(x, axes):
        return x.permute(*axes)

    @staticmethod
    def clip(x, low, high):
        return torch.clamp(x, low, high)

    @staticmethod
    def diag(x):
        return torch.diagonal(x)


class Jax:
    """JAX under the same names."""

    exp, log, tanh, sin, cos, sqrt = jnp.exp, jnp.log, jnp.tanh, jnp.sin, jnp.cos, jnp.sqrt
    sigmoid, relu, abs, expm1, log1p = jax.nn.sigmoid, jax.nn.relu, jnp.abs, jnp.expm1, jnp.log1p
    atan2, hypot, maximum, where, outer = jnp.arctan2, jnp.hypot, jnp.maximum, jnp.where, jnp.outer
    softplus = staticmethod(jax.nn.softplus)

    array = staticmethod(jnp.asarray)

    @staticmethod
    def sum(x, axis=None, keep=False):
        return jnp.sum(x, axis=axis, keepdims=keep)

    @staticmethod
    def mean(x, axis=None, keep=False):
        return jnp.mean(x, axis=axis, keepdims=keep)

    @staticmethod
    def var(x, axis, keep=False, ddof=0):
        return jnp.var(x, axis=axis, keepdims=keep, ddof=ddof)

    @staticmethod
    def max(x, axis):
        return jnp.max(x, axis=axis)

    @staticmethod
    def prod(x, axis):
        return jnp.prod(x, axis=axis)

    @staticmethod
    def logsumexp(x, axis):
        return jax.nn.logsumexp(x, axis=axis)

    @staticmethod
    def softmax(x, axis):
        return jax.nn.softmax(x, axis=axis)

    @staticmethod
    def log_softmax(x, axis):
        return jax.nn.log_softmax(x, axis=axis)

    @staticmethod
    def norm(x, axis):
        return jnp.linalg.norm(x, axis=axis)

    @staticmethod
    def cumsum(x, axis):
        return jnp.cumsum(x, axis=axis)

    concatenate = staticmethod(jnp.concatenate)
    stack = staticmethod(jnp.stack)

    @staticmethod
    def take(x, places):
        return x[jnp.asarray(places)]

    @staticmethod
    def flip(x):
        return x[::-1]

    @staticmethod
    def permute(x, axes):
        return jnp.transpose(x, axes)

    @staticmethod
    def clip(x, low, high):
        return jnp.clip(x, low, high)

    @staticmethod
    def diag(x):
        return jnp.diagonal(x)


def data(*shape, start=0.0, scale=1.0, offset=0.0):
    """Numbers without a pattern that any system could take advantage of; the tsv has them."""
    k = np.arange(int(np.prod(shape)), dtype=np.float64)
    return (offset + scale * np.sin(1.7 * k + 0.61 * k * k + start)).reshape(shape)


PROGRAMS = {}


def program(*inputs):
    def keep(f):
        PROGRAMS[f.__name__] = (f, inputs)
        return f

    return keep


@program(data(5, 3), data(3, 4, start=1), data(4, start=2), data(4, 2, start=3), data(5, 2, start=4))
def mlp_loss(p, x, w, b, v, y):
    return p.mean((p.tanh(x @ w + b) @ v - y) ** 2)


@program(data(6, 3), data(3, start=1), data(6, start=2))
def logistic_regression(p, x, w, y):
    z = x @ w
    return p.mean(p.softplus(z) - z * y)


@program(data(4, 3, scale=2))
def cross_entropy(p, z):
    return -p.mean(p.stack([p.log_softmax(z, 1)[i, c] for i, c in enumerate([2, 0, 1, 1])], 0))


@program(data(2, 3, 4), data(2, 3, 4, start=1), data(2, 3, 4, start=2))
def attention(p, q, k, v):
    return p.sum((p.softmax(q @ p.permute(k, (0, 2, 1)) / 2.0, 2) @ v) ** 2)


@program(data(4, 5, scale=2), data(5, start=1), data(5, start=2))
def layer_norm(p, x, gain, bias):
    centred = x - p.mean(x, 1, True)
    return p.sum(p.sin(centred / p.sqrt(p.var(x, 1, True) + 1e-5) * gain + bias))


@program(data(5, 2), data(4, 2, start=1))
def rbf_kernel(p, x, y):
    squares = p.sum((x.reshape(5, 1, 2) - y.reshape(1, 4, 2)) ** 2, 2)
    return p.sum(p.exp(-squares / 1.5))


@program(data(6, 3, scale=2))
def springs(p, x):
    lengths = p.norm(x[1:] - x[:-1], 1)
    return 0.5 * p.sum((lengths - 1.0) ** 2)


@program(data(4, 3, scale=3))
def lennard_jones(p, x):
    pairs = p.take(x, [0, 0, 0, 1, 1, 2]) - p.take(x, [1, 2, 3, 2, 3, 3])
    s = 1.0 / p.sum(pairs**2, 1) ** 3
    return p.sum(4.0 * (s * s - s))


@program(data(7), data(3, start=1), data(3, start=2), data(3, start=3))
def gaussian_mixture(p, x, mean, log_scale, logit):
    z = (x.reshape(7, 1) - mean) / p.exp(log_scale)
    return p.sum(p.logsumexp(p.log_softmax(logit, 0) - 0.5 * z * z - log_scale, 1))


@program(data(3, 4))
def cumsum_loss(p, x):
    return p.sum(p.cumsum(x, 1) ** 2) + p.sum(p.sin(p.cumsum(x, 0)))


@program(data(3, 4, start=0.3))
def norms(p, x):
    return p.sum(p.norm(x, 1)) + p.sum(p.abs(x)) + p.sum(p.max(p.abs(x), 0))


@program(data(9))
def strided_slices(p, x):
    return p.sum(x[1:8:3] ** 3) + p.sum(p.sin(p.flip(x)[:4] * x[5:]))


@program(data(2, 3), data(4, 3, start=1))
def concatenation(p, x, y):
    both = p.concatenate([x, y, x * 2.0], 0)
    return p.sum(p.exp(both[1:] * both[:-1]))


@program(data(3), data(3, start=1))
def stacking(p, x, y):
    return p.sum(p.stack([x, p.sin(y), x * y], 1) @ p.stack([y, x, x], 0))


@program(data(4, 2), data(7, 2, start=1))
def gather_with_repeats(p, x, w):
    return p.sum(p.take(x, [3, 0, 0, 1, 3, 3, 2]) ** 2 * w)


@program(np.array([[2.0, 0.0, -3.0], [0.0, 0.0, 1.5], [1.1, -0.7, 0.4]]))
def product_with_zeros(p, x):
    return p.sum(p.prod(x, 1) * p.array(np.array([1.0, 2.0, 3.0])))


@program(data(4, 5, scale=2), data(4, start=1))
def max_of_rows(p, x, w):
    return p.sum(p.max(x * x, 1) * w) + p.sum(p.max(x, 0) ** 2)


@program(data(6, 3), data(3, start=1), data(6, start=2))
def elastic_net(p, x, w, y):
    return p.mean((x @ w - y) ** 2) + 0.1 * p.sum(p.abs(w)) + 0.05 * p.sum(w * w)


@program(data(6, 3), data(3, start=1), data(6, start=2, offset=1.5))
def poisson_regression(p, x, w, y):
    rate = x @ w
    return p.sum(p.exp(rate) - y * rate)


@program(data(8, scale=2), data(2, start=1))
def student_t(p, x, theta):
    z = (x - theta[0]) * p.exp(-theta[1])
    return p.sum(2.5 * p.log1p(z * z / 4.0)) + 8.0 * theta[1]


@program(data(5), data(7, start=1))
def horner(p, c, x):
    y = c[4]
    for k in (3, 2, 1, 0):
        y = y * x + c[k]
    return p.mean(y * y)


@program(data(9, scale=3))
def huber(p, r):
    return p.sum(p.where(p.abs(r) < 1.0, 0.5 * r * r, p.abs(r) - 0.5))


@program(data(4, 3), data(4, 3, start=1))
def cosine_similarity(p, x, y):
    return p.sum(p.sum(x * y, 1) / (p.norm(x, 1) * p.norm(y, 1)))


@program(data(3), data(3, 4, start=1), data(4, start=2))
def bilinear_form(p, x, a, y):
    return p.sin(x @ a @ y)


@program(data(3, 4), data(4, 3, start=1))
def trace_of_a_product(p, a, b):
    return p.sum(p.diag(a @ b)) ** 2


@program(data(3, 4))
def frobenius_norm(p, a):
    return p.sqrt(p.sum(a * a)) + p.sqrt(p.sum((a.T @ a) ** 2))


@program(data(3), data(4, start=1), data(3, 4, start=2))
def rank_one_model(p, u, v, y):
    return p.sum((p.outer(u, v) - y) ** 2)


@program(data(10))
def moving_average(p, x):
    smooth = (x[:-2] + x[1:-1] + x[2:]) / 3.0
    return p.sum((x[1:-1] - smooth) ** 2) + p.sum(p.exp(smooth))


@program(data(4, 3), data(3, 3, start=1), data(3, start=2))
def softplus_sigmoid_net(p, x, w, v):
    return p.sum(p.sigmoid(p.softplus(x @ w) @ v))


@program(data(5, 2), data(3, 2, start=1), data(3, 3, start=2, scale=0.5), data(3, start=3))
def recurrent_net(p, x, w, u, h):
    loss = 0.0
    for k in range(5):
        h = p.tanh(w @ x[k] + u @ h)
        loss = loss + p.sum(h * h)
    return loss


@program(data(3), data(2, start=1), data(2, start=2), data(8, 5, start=3, scale=0.7), data(8, start=4))
def lstm_cell(p, x, h, c, w, b):
    gates = w @ p.concatenate([x, h], 0) + b
    for _ in range(2):
        i, f, g, o = gates[:2], gates[2:4], gates[4:6], gates[6:]
        c = p.sigmoid(f) * c + p.sigmoid(i) * p.tanh(g)
        h = p.sigmoid(o) * p.tanh(c)
        gates = w @ p.concatenate([x, h], 0) + b
    return p.sum(h * c)


@program(data(5, 6), data(2, 3, start=1))
def convolution(p, x, k):
    y = 0.0
    for i in range(2):
        for j in range(3):
            y = y + x[i : i + 4, j : j + 4] * k[i, j]
    return p.sum(p.relu(y) ** 2)


@program(data(8), data(1, start=1, scale=0.1, offset=0.2))
def heat_equation(p, u, rate):
    for _ in range(6):
        inner = u[1:-1] + rate * (u[2:] - 2.0 * u[1:-1] + u[:-2])
        u = p.concatenate([u[:1], inner, u[-1:]], 0)
    return p.sum(u * u)


@program(data(5, 3), data(3, 2, start=1))
def reconstruction(p, x, w):
    return p.mean((x - (x @ w) @ w.T) ** 2)


@program(data(6, 2, scale=2), data(2, start=1))
def soft_minimum_of_distances(p, x, c):
    return -p.logsumexp(-p.norm(x - c, 1), 0)


@program(data(2, 3, 4), data(4, 3, start=1))
def contraction_of_permuted_axes(p, t, m):
    return p.sum((p.permute(t, (1, 2, 0)).reshape(12, 2).T @ p.permute(m, (1, 0)).reshape(12)) ** 2)


@program(data(4, scale=0.4, offset=1.5), data(3, 1, start=1))
def powers(p, x, y):
    return p.sum(x**y) + p.sum(x**2.5)


@program(data(5, scale=2), data(5, start=1, scale=2))
def angles_and_lengths(p, x, y):
    return p.sum(p.atan2(y, x) * p.hypot(x, y))


@program(data(6, scale=0.8))
def exponentials_near_zero(p, x):
    return p.sum(p.expm1(x) * p.log1p(x * x))


@program(data(5, 3, scale=2))
def standardised_columns(p, x):
    deviation = p.sqrt(p.var(x, 0, True, 1))
    return p.sum(p.tanh((x - p.mean(x, 0, True)) / deviation) * p.array(data(5, 3, start=9)))


@program(data(4, 4), data(4, start=1))
def power_iteration(p, a, x):
    for _ in range(4):
        x = a @ x
        x = x / p.sqrt(p.sum(x * x))
    return x @ (a @ x)


@program(data(7, scale=2))
def clipped(p, x):
    return p.sum(p.clip(x, -1.0, 0.5) ** 3 + p.maximum(x, 0.3 * x) * p.sin(x))


@program(data(3, 3), data(3, start=1))
def newton_schulz(p, a, b):
    a = p.array(np.eye(3)) + 0.2 * a
    y = 0.9 * a.T
    for _ in range(4):
        y = y @ (2.0 * p.array(np.eye(3)) - a @ y)
    return p.sum((y @ b) ** 2)


@program(data(2, 1), data(3, start=1), data(1, start=2))
def broadcasting_everywhere(p, x, y, z):
    return p.sum(p.exp(x * y - z) / (1.0 + (x + y) ** 2))


def by_torch(f, inputs, directions):
    x = [torch.tensor(x, requires_grad=True) for x in inputs]
    y = f(Torch, *x)
    first = torch.autograd.grad(y, x, create_graph=True, allow_unused=True)
    first = [torch.zeros_like(x) if g is None else g for g, x in zip(first, x)]
    along = sum((g * torch.tensor(v)).sum() for g, v in zip(first, directions))
    second = torch.autograd.grad(along, x, allow_unused=True) if along.requires_grad else [None] * len(x)
    second = [torch.zeros_like(x) if h is None else h for h, x in zip(second, x)]
    return [y.detach().numpy()] + [g.detach().numpy() for g in [*first, *second]]


def by_jax(f, inputs, directions):
    x = tuple(jnp.asarray(x) for x in inputs)
    value = lambda *x: f(Jax, *x)
    gradient = jax.grad(value, argnums=tuple(range(len(x))))
    first, second = jax.jvp(gradient, x, tuple(jnp.asarray(v) for v in directions))
    return [np.asarray(value(*x))] + [np.asarray(g) for g in [*first, *second]]


def main():
    written = 0
    for name, (f, inputs) in PROGRAMS.items():
        directions = [data(*x.shape, start=20.0 + k, scale=1.3) for k, x in enumerate(inputs)]
        answers = list(zip(by_torch(f, inputs, directions), by_jax(f, inputs, directions)))
        scale = max(1.0, max(np.abs(a).max() for a, _ in answers))
        apart = max(np.abs(a - b).max() for a, b in answers) / scale
        if not apart <= 1e-10:
            sys.exit(f"{name}: PyTorch and JAX are {apart} apart")
        line = lambda kind, x: print(kind, ",".join(map(str, x.shape)), *map(repr, x.ravel().tolist()), sep="\t")
        print("program", name, sep="\t")
        n = len(inputs)
        for kind, arrays in (
            ("input", inputs),
            ("direction", directions),
            ("value", [answers[0][1]]),
            ("gradient", [b for _, b in answers[1 : 1 + n]]),
            ("product", [b for _, b in answers[1 + n :]]),
        ):
            for x in arrays:
                line(kind, x)
        written += 1
    print(f"{written} programs", file=sys.stderr)


main()
