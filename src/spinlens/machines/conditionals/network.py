"""A network of conditional probabilities as arrays: ln p of states, its gradient, and draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple, Self

import numpy as np

from spinlens.arrays import AnyArray, Array, Single, Spins
from spinlens.errors import ArtefactError
from spinlens.machines.conditionals.kernels import pass_along, pass_back

_AT_ONCE = 2**13  # states whose fields are in memory together


class Conditionals(NamedTuple):
    """Parameters in float32: `direct` (N, N) below its diagonal, `bias` (N,), and those of H hidden units."""

    direct: Single
    bias: Single
    inward: Single  # (N, H)
    hidden_bias: Single  # (H,)
    outward: Single  # (N, H)

    @classmethod
    def within(cls, flat: Single, n_visible: int, n_hidden: int) -> Self:
        """Views of one flat array, of the length that `size` says."""
        N, H = n_visible, n_hidden
        shapes = ((N, N), (N,), (N, H), (H,), (N, H))
        ends = np.cumsum([int(np.prod(shape)) for shape in shapes])
        return cls(*(part.reshape(shape) for part, shape in zip(np.split(flat, ends[:-1]), shapes, strict=True)))

    def copy(self) -> Self:
        """In arrays of their own."""
        return type(self)(*(part.copy() for part in self))


def size(n_visible: int, n_hidden: int) -> int:
    """Numbers of all arrays."""
    return n_visible * (n_visible + 1 + 2 * n_hidden) + n_hidden


def assembled(arrays: Mapping[str, AnyArray], n_hidden: int, source: object) -> Conditionals:
    """Arrays of a file, checked: shapes that agree, floats, all finite. Those of no hidden units are missing in it."""
    n_visible = len(arrays["bias"])
    empty = Conditionals.within(np.zeros(size(n_visible, n_hidden), np.float32), n_visible, n_hidden)
    for name, part in empty._asdict().items():
        if not part.size:
            continue
        given = arrays[name]
        if given.shape != part.shape or given.dtype.kind != "f" or not bool(np.all(np.isfinite(given))):
            raise ArtefactError(f"{source}: {name!r} must hold finite numbers of shape {part.shape}")
        part[...] = given
    if np.any(np.triu(empty.direct)):
        raise ArtefactError(f"{source}: 'direct' must be 0 on its diagonal and above: units see those before them only")
    return empty


def log_probability(network: Conditionals, states: AnyArray, symmetric: bool) -> Array:
    """ln p of states (n, N) of ±1, (n,); with `symmetric` p(s) = (q(s) + q(−s)) / 2 of the network's own q."""
    found = [np.zeros(0)]
    for part in _parts(len(states)):
        found.append(_both(network, states[part]) if symmetric else _own(network, states[part]))
    return np.concatenate(found)


def draw(network: Conditionals, n: int, symmetric: bool, generator: np.random.Generator) -> Spins:
    """`n` independent states (n, N)."""
    found = np.empty((n, len(network.bias)), np.int8)
    for part in _parts(n):
        shape = (len(network.bias), len(found[part]))
        spins = np.empty(shape, np.float32)
        pass_along(*network, generator.random(shape, np.float32), spins, np.empty(shape, np.float32))
        turned = generator.choice(np.array([-1, 1], np.int8), size=shape[1]) if symmetric else np.int8(1)
        found[part] = (spins.astype(np.int8) * turned).T
    return found


def gradient(network: Conditionals, states: AnyArray, symmetric: bool, into: Conditionals) -> float:
    """Mean ln p of states (n, N); its gradient is written over `into`."""
    n = len(states)
    rows = np.concatenate([states, -states]) if symmetric else states
    spins = np.ascontiguousarray(rows, np.float32)
    field = _fields(network, spins)
    own = _sums(spins, field)
    mean, share = float(own.mean()), np.ones(n)
    if symmetric:
        mean, share = _average(own.reshape(2, n))
    slope = ((spins - np.tanh(field)) * (share / n).astype(np.float32)[:, None]).astype(np.float32)  # ∂/∂f of ln p
    for part in into:
        part[...] = 0
    into.direct[...] = np.tril(slope.T @ spins, -1)
    into.bias[...] = slope.sum(axis=0)
    hidden = network.hidden_bias + spins @ network.inward
    pass_back(
        network.inward, network.outward, spins, slope, hidden, into.inward, into.hidden_bias, into.outward
    )  # fmt: skip
    return mean


def _average(own: Array) -> tuple[float, Array]:
    """Mean of ln (q(s) + q(−s)) / 2 of ln q (2, n) of both, and their shares in it, (2 n,)."""
    both = np.logaddexp(own[0], own[1])
    return float(both.mean() - np.log(2)), np.exp(own - both).ravel()


def _own(network: Conditionals, states: AnyArray) -> Array:
    spins = np.ascontiguousarray(states, np.float32)
    return _sums(spins, _fields(network, spins))


def _both(network: Conditionals, states: AnyArray) -> Array:
    return np.asarray(np.logaddexp(_own(network, states), _own(network, -states)) - np.log(2))


def _sums(spins: Single, field: Single) -> Array:
    """ln q = −Σ_i ln (1 + e^{−2 s_i f_i}), without overflow; terms in float32, which are fast, their sum in float64."""
    x = -2 * spins * field
    terms = np.maximum(x, 0) + np.log(1 + np.exp(-np.abs(x)))
    return np.asarray(-terms.sum(axis=1, dtype=np.float64))


def _fields(network: Conditionals, spins: Single) -> Single:
    """f (n, N) of given states (n, N)."""
    beside = np.ascontiguousarray(spins.T)
    field = np.empty_like(beside)
    pass_along(*network, np.empty((0, 0), np.float32), beside, field)
    return field.T


def _parts(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _AT_ONCE, n)) for start in range(0, n, _AT_ONCE))
