"""Block spins: the renormalization group as a map of lattice states."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Literal

import numpy as np
import numpy.typing as npt
from scipy.special import expit

from spinlens import checks, seeding
from spinlens.arrays import Fields
from spinlens.border import checked
from spinlens.errors import InputError, SpinsError
from spinlens.files.held import Held
from spinlens.lattice.trajectory import Trajectory
from spinlens.renormalization.kernels import block_sums

BlockRule = Literal["majority", "average", "decimation", "kadanoff"]
RULES: tuple[BlockRule, ...] = ("majority", "average", "decimation", "kadanoff")


@checked
def block_spins(
    states: Held,
    scale: int = 2,
    rule: BlockRule = "majority",
    p: float | None = None,
    generator: np.random.Generator | None = None,
    *,
    shape: Sequence[int] | None = None,
) -> Fields:
    """One renormalization step: every block of scale^d spins becomes one spin of a coarser lattice.

    "majority": the sign of Σ s over the block, a fair coin where the sum is zero. "average": the mean of the block,
    which leaves ±1 (the field of the block, without rescaling). "decimation": the first site of the block.
    "kadanoff": s' drawn with probability ∝ exp(p s' Σ s), which tends to majority for p → ∞ [KadanoffHoughton1975]_.
    Blocks are Kadanoff's [Kadanoff1966]_. Cost O(N). Decimation of a nearest-neighbour chain by 2 is
    exact: K' = ½ ln cosh 2K.

    Parameters
    ----------
    states : array_like, Dataset or path
        (n_samples, L_1, …, L_d) spins ±1; real fields are legal for "average" and "decimation".
    scale : int, default 2
        Block side b ≥ 2; it must divide every L.
    rule : {"majority", "average", "decimation", "kadanoff"}
        See above.
    p : float, optional
        Strength of the Kadanoff rule, p ≥ 0; only for that rule.
    generator : numpy.random.Generator, optional
        Source of the coins; needed where a rule is random ("kadanoff", and "majority" of an even block).
    shape : sequence of int, optional
        Sides of one lattice, for arrays of which they cannot be told: states (n_samples, N), (chains, draws, L, L), a
        single lattice.

    Returns
    -------
    ndarray
        (n_samples, L_1/b, …, L_d/b): int8 ±1, or float64 for "average" and for real fields.

    Raises
    ------
    InputError
        `scale` does not divide the lattice, or a random rule came without a generator.
    SpinsError
        Entries other than ±1 (for the rules that need them); an array such as (8, 8), one lattice or eight rings: say
        which by `shape`.

    References
    ----------
    .. [Kadanoff1966] Kadanoff, Physics Physique Fizika 2, 263 (1966).
    .. [KadanoffHoughton1975] Kadanoff & Houghton, Phys. Rev. B 11, 377 (1975).

    Examples
    --------
    >>> spins = np.array([[[1, 1, -1, -1], [1, -1, -1, -1]]], dtype=np.int8)
    >>> block_spins(spins, rule="average").tolist()
    [[[0.5, -1.0]]]
    >>> block_spins(spins, generator=np.random.default_rng(0)).tolist()
    [[[1, -1]]]
    """
    if generator is not None:
        checks.generator("generator", generator)
    return _blocked(checks.lattices("states", states, shape), scale, rule, p, generator)


def _blocked(field: Fields, scale: int, rule: str, p: float | None, generator: np.random.Generator | None) -> Fields:
    """As `block_spins`, of fields (n_samples, L_1, …)."""
    scale = checks.positive_integer("scale", scale, minimum=2)
    checks.choice("rule", rule, RULES)
    _check_strength(rule, p)
    if rule in ("majority", "kadanoff") and field.dtype != np.int8:
        raise SpinsError("states must hold only +1 and -1")
    _check_sides(field, scale)
    inner = field.ndim - 1
    if rule == "decimation":
        return np.ascontiguousarray(field[(slice(None), *(slice(None, None, scale),) * inner)])
    if field.dtype != np.int8:
        return np.asarray(_blocks(field, scale).mean(axis=tuple(range(2, 2 * inner + 1, 2))))
    sums = _sums(field, scale)
    size = scale**inner
    if rule == "average":
        return np.asarray(sums / size)
    return _draw(_probability_up(np.arange(-size, size + 1), p)[sums + size], generator, rule)


@checked
def block_spin_flow(
    states: Held,
    steps: int,
    scale: int = 2,
    rule: BlockRule = "majority",
    p: float | None = None,
    seed: int = 0,
    *,
    shape: Sequence[int] | None = None,
) -> Trajectory:
    """The renormalization flow: `steps` block-spin steps in a row, L → L/b → L/b² → ….

    Parameters
    ----------
    states : array_like, Dataset or path
        (n_samples, L_1, …, L_d) spins ±1; scale^steps must divide every L.
    steps : int
        Number of steps ≥ 1.
    scale : int, default 2
        As in `block_spins`.
    rule : {"majority", "average", "decimation", "kadanoff"}
        As in `block_spins`.
    p : float, optional
        As in `block_spins`.
    seed : int, default 0
        Seeds the coins of the random rules, a stream for each step: the first samples have the same blocks however many
        samples follow.
    shape : sequence of int, optional
        As in `block_spins`.

    Returns
    -------
    Trajectory
        With records 0 (the states given), 1, …, steps.

    Examples
    --------
    >>> block_spin_flow(np.ones((2, 16, 16), dtype=np.int8), steps=2).shapes
    ((16, 16), (8, 8), (4, 4))
    """
    steps, seed = checks.positive_integer("steps", steps), checks.seed(seed)
    records = [checks.lattices("states", states, shape)]
    for step in range(steps):
        coins = seeding.generator(seed, "block-spin", rule, step)
        records.append(_blocked(records[-1], scale, rule, p, coins))
    return Trajectory(rule, tuple(range(steps + 1)), tuple(records))


def _check_strength(rule: str, p: float | None) -> None:
    if (p is not None) != (rule == "kadanoff"):
        raise InputError(f"p is the strength of the Kadanoff rule and of no other: got p={p!r} with rule={rule!r}")
    if p is not None:
        checks.within("p", p, 0.0, math.inf)


def _check_sides(field: Fields, scale: int) -> None:
    if not 2 <= field.ndim <= 4:
        raise InputError(f"states must have axes (n_samples, L_1, …) of one to three sides, got shape {field.shape}")
    if any(side % scale for side in field.shape[1:]):
        raise InputError(f"scale {scale} must divide every side of the lattice, got sides {field.shape[1:]}")


def _blocks(field: Fields, scale: int) -> Fields:
    """(n, L_1, …) as (n, L_1/b, b, L_2/b, b, …), a view."""
    split = [length for side in field.shape[1:] for length in (side // scale, scale)]
    return field.reshape(field.shape[0], *split)


def _sums(states: npt.NDArray[np.int8], scale: int) -> npt.NDArray[np.int32]:
    """Σ s of every block, (n, L_1/b, …)."""
    shape = states.shape[1:]
    missing = (1,) * (3 - len(shape))
    sides = np.array((*missing, *(scale,) * len(shape)))
    coarse = tuple(side // scale for side in shape)
    out = np.empty((len(states), *missing, *coarse), dtype=np.int32)
    block_sums(states.reshape(len(states), *missing, *shape), sides, out)
    return out.reshape(len(states), *coarse)


def _probability_up(sums: npt.NDArray[np.int64], p: float | None) -> npt.NDArray[np.float64]:
    """Probability of s' = +1; the majority rule is the limit p → ∞ of exp(p s' Σ s) / 2 cosh(p Σ s)."""
    if p is None or math.isinf(p):
        return np.heaviside(sums, 0.5)
    return np.asarray(expit(2.0 * p * sums))


def _draw(
    probability: npt.NDArray[np.float64], generator: np.random.Generator | None, rule: str
) -> npt.NDArray[np.int8]:
    if generator is None:
        if np.any((probability > 0) & (probability < 1)):
            raise InputError(f"the {rule} rule throws coins here: pass generator=numpy.random.default_rng(seed)")
        return np.where(probability == 1, np.int8(1), np.int8(-1))
    return np.where(generator.random(probability.shape) < probability, np.int8(1), np.int8(-1))
