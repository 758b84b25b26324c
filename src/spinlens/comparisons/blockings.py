"""Coarse-grainings side by side: block rules and learned maps, with the same operators on the same states."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import get_args

import numpy.typing as npt

from spinlens import checks, seeding
from spinlens.arrays import Spins
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.files.held import Held
from spinlens.flows.stacked_flow import Stack, stacked_flow
from spinlens.lattice.states_of import states_of
from spinlens.lattice.trajectory import Trajectory
from spinlens.progress import Progress, counted, telling
from spinlens.renormalization.block_spin import BlockRule, block_spin_flow
from spinlens.renormalization.default_operators import default_operators
from spinlens.renormalization.mcrg import MCRG, mcrg

Blocking = BlockRule | Stack
_SPIN_RULES = ("majority", "decimation")


@checked
def compare_blockings(
    states: Held,
    maps: Mapping[str, Blocking],
    steps: int = 1,
    scale: int = 2,
    chains: int = 1,
    bins: int = 64,
    seed: int = 0,
    progress: Progress = None,
) -> dict[str, tuple[MCRG, ...]]:
    """Exponents of several coarse-grainings by `mcrg`, step by step, with one set of operators for all of them.

    A learned map passes h ~ p(h | v) upward and reads the units as the spins of a coarser lattice (`stacked_flow`).
    Exponents of one step depend on the operators and on the lattice, so only maps treated alike can be compared: each
    step has the default operators that fit on its coarser lattice. Cost O(states · N) a map and step.

    Parameters
    ----------
    states : array_like, DataArray or Dataset
        (n_samples, *shape) spins ±1 at the critical point, as for `mcrg`.
    maps : dict
        Name → "majority", "decimation", or a machine or stack whose layers are lattices over one block side. The
        average is no such map: it leaves ±1, and its exponents would be those of the scale that is given to the field.
    steps : int, default 1
        Steps in a row; no more than every stack has layers.
    scale : int, default 2
        Side of the blocks of the rules; machines bring their own.
    chains, bins : int
        As in `mcrg`.
    seed : int, default 0
        Seeds the coins of rules and the hidden states of machines, by the names of the maps.
    progress : bool or callable, optional
        True shows how far it is, False does not; by default a bar in notebooks and at the prompt, see
        `spinlens.progress`.

    Returns
    -------
    dict of str to tuple of MCRG
        For each map its steps, each an `MCRG` of one step with y_t, y_h and their errors.

    Raises
    ------
    InputError
        Another rule, too few layers, or layers that are no lattices.

    Examples
    --------
    Units that see their own block strongly are a majority rule:

    >>> import numpy as np
    >>> from spinlens import IsingModel, NearestNeighbour, kadanoff_machine, sample
    >>> model = IsingModel((8, 8), NearestNeighbour())
    >>> states = sample(model, 2.269, 4000, keep_spins=True, thin=4).spins.values.reshape(-1, 8, 8)
    >>> found = compare_blockings(states, {"rule": "majority", "machine": kadanoff_machine((8, 8), 20.0)})
    >>> one, other = (found[name][0].exponent("odd") for name in ("rule", "machine"))
    >>> abs(one.value - other.value) < 4 * (one.error + other.error)
    True
    """
    spins = checks.spins("states", states_of(states))
    steps, seed = checks.positive_integer("steps", steps), checks.seed(seed)

    def levels(name: str) -> Trajectory:
        return _blocked(spins, maps[name], steps, scale, seeding.purpose_seed(seed, name))

    with telling(progress) as tell:
        return {
            name: tuple(_one_step(pair, chains, bins) for pair in itertools.pairwise(levels(name).states))
            for name in counted(maps, len(maps), tell, "maps")
        }


def _blocked(states: Spins, blocking: Blocking, steps: int, scale: int, seed: int) -> Trajectory:
    """Lattice states (n_samples, *shape) and what `steps` steps of one map make of them."""
    if isinstance(blocking, str):
        if blocking not in _SPIN_RULES:
            rules = " or ".join(_SPIN_RULES)
            raise InputError(f"a map is {rules}, or a machine, got {blocking!r} (of {get_args(BlockRule)})")
        return block_spin_flow(states, steps, scale, blocking, seed=seed, shape=states.shape[1:])
    if steps > len(blocking.layers_):
        raise InputError(f"{steps} steps were asked for, the stack has {len(blocking.layers_)} layers")
    found = stacked_flow(blocking, states, seed=seed)
    return Trajectory(found.name, found.steps[: steps + 1], found.states[: steps + 1])


def _one_step(levels: Sequence[npt.ArrayLike], chains: int, bins: int) -> MCRG:
    fine, coarse = (checks.spins("states", level) for level in levels)
    sides = coarse.shape[1:]
    even, odd = (default_operators(len(sides), parity, min(sides)) for parity in ("even", "odd"))
    return mcrg((fine, coarse), even, odd, chains, bins)
