"""What a block of a small lattice, or one unit made of it, says of the spins around: mutual information, exactly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.special import entr, expit

from spinlens import checks
from spinlens.arrays import Array, Integers
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.exact.enumeration import LARGEST, all_states, batches
from spinlens.lattice.ising import IsingModel

_MOST_STATES_OF_ALL_RULES = 16  # of a block: it then has 2^15 rules, a unit and its opposite being one
_ROUNDING = 1e-12
_ALIKE = 0.05  # probabilities p(V | E) that are this close may be taken for one at first


@dataclass(frozen=True)
class BlockInformation:
    """Mutual information with the environment of a block and of what is kept of it, in nats.

    Parameters
    ----------
    block : float
        I(V; E) of all spins V of the block: no rule keeps more.
    average : float
        I(Σ V; E) of the block's magnetization, with all its values.
    majority : float
        I(h; E) of its sign, a fair coin where it is zero.
    decimation : float
        I(s; E) of the first spin of the block.
    best : float
        The largest I(h; E) that any unit h = ±1 has, drawn or decided from V; nan for blocks of more than four spins,
        which have too many rules.
    best_rule : ndarray
        That unit for each state of the block, (2^n,) of ±1; state k has its i-th spin up where bit i of k is set. Empty
        where `best` is nan. An information is convex in the rule, so that one that draws is never the best alone.
    filters : ndarray
        I(h; E) of each unit that was given, (n_filters,).
    environment : int
        Number of spins of E.

    Examples
    --------
    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> found = block_information(IsingModel((4, 4), NearestNeighbour()), 2.269)
    >>> found.decimation < found.majority < found.best < found.block
    True
    """

    block: float
    average: float
    majority: float
    decimation: float
    best: float
    best_rule: Integers
    filters: Array
    environment: int


@checked
def block_information(
    model: IsingModel,
    temperature: float,
    block: int = 2,
    buffer: int = 0,
    filters: npt.ArrayLike | None = None,
) -> BlockInformation:
    """How much a block tells of its environment, and how much of that blocking rules and learned units keep.

    A coarse-graining in the sense of the renormalization group keeps what long distances can feel: of all units of a
    block the one with the largest mutual information with the spins beyond a buffer [KochJanusz2018]_. Here both are
    sums over all states of a lattice of at most 20 spins. I is in nats, ln 2 at most for a unit of two values.

    Parameters
    ----------
    model : IsingModel
        The lattice, of any coupling and field.
    temperature : float
        T > 0 in units of J/k_B, finite.
    block : int, default 2
        Side b of the block, smaller than all sides of the lattice; it holds b^d spins.
    buffer : int, default 0
        Layers of spins around the block that belong neither to it nor to the environment.
    filters : array_like, optional
        Weights w of units p(h = ±1 | V) ∝ e^{± w·V}, (n_filters, b, …, b), or (b, …, b) for one: filters of a machine
        inside the block. Weights that tend to infinity decide by the sign of w·V.

    Returns
    -------
    BlockInformation
        Numbers without an error.

    Raises
    ------
    InputError
        The model has more than 20 spins, the block is not smaller than it, nothing is left beyond the buffer, or
        filters have another shape; the message says what to give.

    Notes
    -----
    Cost O(2^N N).

    References
    ----------
    .. [KochJanusz2018] M. Koch-Janusz and Z. Ringel, Nature Physics 14, 578 (2018), arXiv:1704.06279.

    Examples
    --------
    Of free spins nothing is learned, of ground states everything:

    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> model = IsingModel((3, 4), NearestNeighbour())
    >>> [round(block_information(model, T).majority, 9) for T in (1e9, 0.05)]
    [0.0, 0.693147181]
    """
    distance = _distances(model.shape, checks.positive_integer("block", block))
    far = np.flatnonzero(distance.ravel() > checks.positive_integer("buffer", buffer, 0))
    near = np.flatnonzero(distance.ravel() == 0)
    if not len(far):
        raise InputError(f"nothing is left beyond a buffer of {buffer} of the lattice {model.shape}; take less")
    units = _filters(filters, (block,) * model.dimension)
    joint = _joint(model, temperature, near, far)
    states = all_states(len(near)).astype(np.float64)
    total = states.sum(axis=1)
    best, rule = _best(joint)
    return BlockInformation(
        block=_information(joint),
        average=_information(np.stack([joint[total == value].sum(axis=0) for value in np.unique(total)])),
        majority=float(_of_units(joint, (1 + np.sign(total)) / 2)[0]),
        decimation=float(_of_units(joint, (1 + states[:, 0]) / 2)[0]),
        best=best,
        best_rule=rule,
        filters=_of_units(joint, expit(2 * states @ units.T).T) if len(units) else np.empty(0),
        environment=len(far),
    )


def _distances(shape: Sequence[int], block: int) -> Array:
    """Steps (along axes or diagonals) of every site from the block at the origin, of the lattice's shape."""
    if block >= min(shape):
        raise InputError(f"a block of side {block} must be smaller than the sides of the lattice, {tuple(shape)}")
    axes = [[max(0, min(x - block + 1, side - x)) for x in range(side)] for side in shape]
    return np.asarray(np.max(np.meshgrid(*axes, indexing="ij"), axis=0))


def _filters(given: npt.ArrayLike | None, shape: tuple[int, ...]) -> Array:
    """Weights as (n_filters, n)."""
    if given is None:
        return np.empty((0, int(np.prod(shape))))
    weights = np.asarray(given, dtype=np.float64)
    if weights.ndim == len(shape):
        weights = weights[None]
    if weights.shape[1:] != shape or not np.isfinite(weights).all():
        raise InputError(f"filters must be finite numbers of the block's shape {shape}, got shape {weights.shape}")
    return weights.reshape(len(weights), -1)


def _joint(model: IsingModel, temperature: float, near: Integers, far: Integers) -> Array:
    """p(V, E), (states of the block, states of the environment)."""
    beta = 1 / checks.within("temperature", temperature, 1e-100, 1e100)
    if (N := model.n_sites) > LARGEST:
        raise InputError(f"mutual information needs at most {LARGEST} spins, the model has {N}; give a smaller lattice")
    codes, energies = [], []
    for states in batches(N, N):
        up = states > 0
        codes.append((_code(up[:, near]) << len(far)) | _code(up[:, far]))
        energies.append(model.energy(states.reshape(-1, *model.shape)))
    log_weights = -beta * np.concatenate(energies)
    weights = np.exp(log_weights - log_weights.max())
    joint = np.bincount(np.concatenate(codes), weights, minlength=1 << (len(near) + len(far)))
    return np.asarray((joint / joint.sum()).reshape(1 << len(near), -1))


def _code(up: npt.NDArray[np.bool_]) -> Integers:
    """Number of each state: bit i is set where spin i is up."""
    return up @ (1 << np.arange(up.shape[1], dtype=np.int64))


def _information(joint: Array) -> float:
    """I of a table of probabilities."""
    apart = entr(joint.sum(axis=0)).sum() + entr(joint.sum(axis=1)).sum()
    return float(max(0.0, apart - entr(joint).sum()))


def _of_units(joint: Array, up: Array) -> Array:
    """I(h; E) of units that are up with probability `up` (…, states of the block)."""
    up = np.atleast_2d(up)
    environment = joint.sum(axis=0)
    with_up = up @ joint  # p(h = 1, E)
    together = entr(with_up).sum(axis=1) + entr(np.maximum(environment - with_up, 0)).sum(axis=1)
    p = with_up.sum(axis=1)
    return np.asarray(np.maximum(0.0, entr(p) + entr(1 - p) + entr(environment).sum() - together))


def _best(joint: Array) -> tuple[float, Integers]:
    """The best of all rules, with the last state of the block up: a unit's opposite is as good.

    All are tried where environments that say nearly the same of the block are one; that takes from no unit more than
    from the whole block, so only rules that are best within this loss are tried again with all environments.
    """
    n = len(joint)
    if n > _MOST_STATES_OF_ALL_RULES:
        return float("nan"), np.empty(0, np.int64)
    coarse = _merged(joint)
    loss = max(0.0, _information(joint) - _information(coarse)) + _ROUNDING
    rules = np.arange(1 << (n - 1), 1 << n)
    values = _of_rules(coarse, rules, n)
    rules = rules[values >= values.max() - loss]
    values = _of_rules(joint, rules, n)
    return float(values.max()), np.asarray(2 * ((rules[values.argmax()] >> np.arange(n)) & 1) - 1)


def _merged(joint: Array) -> Array:
    """p(V, E) with environments of nearly the same p(V | E) as one."""
    posterior = np.round(joint / np.maximum(joint.sum(axis=0), np.finfo(float).tiny) / _ALIKE)
    _, group = np.unique(posterior, axis=1, return_inverse=True)
    group = group.ravel()  # its shape has changed between versions of NumPy
    return np.stack([np.bincount(group, row) for row in joint])


def _of_rules(joint: Array, rules: Integers, n: int) -> Array:
    """I(h; E) of rules as numbers, bit k what is made of state k; some rules at a time."""
    parts = np.array_split(rules, max(1, len(rules) * joint.shape[1] // 2**21))
    bits = (((part[:, None] >> np.arange(n)) & 1).astype(np.float64) for part in parts)
    return np.concatenate([_of_units(joint, up) for up in bits])
