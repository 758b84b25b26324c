"""Patterns of machines, stacks and block spins side by side: one row of numbers and one set of maps each."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from spinlens.arrays import Fields
from spinlens.errors import InputError
from spinlens.flows.pattern_match import block_patterns, match_temperature
from spinlens.flows.patterns import layer_pattern
from spinlens.flows.placement import coarse_shape, place_units
from spinlens.flows.stacked_flow import Stack, place_stack, stacked_flow, visible_centres
from spinlens.renormalization.block_spin import block_spins
from spinlens.statistics.estimate import Estimate, as_entry


@dataclasses.dataclass(frozen=True, eq=False)
class Units:
    """Hidden units that descend from visible states, as a lattice: states (n, *hidden_shape), positions, placement."""

    hidden: Fields
    centres: npt.ArrayLike | None = None
    quality: float | None = None


def machine_units(machine: Any, states: Fields, generator: np.random.Generator) -> Units | None:
    """The placed units of a machine, h ~ p(h|v) of `states`; None where they fill no lattice over one block side."""
    shape = tuple(states.shape[1:])
    try:
        coarse_shape(shape, machine.weights_.shape[1])
    except InputError:
        return None
    placed = place_units(machine.weights_, shape)
    drawn = machine.sample_hidden(states.reshape(len(states), -1), generator)
    return Units(placed.arrange(drawn), placed.centres, placed.quality)


def fills_lattices(stack: Stack, shape: tuple[int, ...]) -> bool:
    """Whether every layer of a stack is a lattice over one block side of the one below."""
    try:
        for layer in stack.layers_:
            shape = coarse_shape(shape, layer.weights_.shape[1])
    except InputError:
        return False
    return True


def stack_units(stack: Stack, states: Fields, seed: int) -> list[Units]:
    """The placed units of every layer of a stack, positions in sites of its bottom lattice; empty where none fit."""
    shape = tuple(states.shape[1:])
    if not fills_lattices(stack, shape):
        return []
    placements = place_stack(stack, shape)
    path = stacked_flow(stack, states, seed, placements=placements)
    return [
        Units(path.states[k], visible_centres(placements, shape, k), placements[k - 1].quality)
        for k in range(1, len(path))
    ]


def pattern_table(
    visible: Fields,
    units: Mapping[str, Units],
    ensembles: Mapping[float, Fields],
    generator: np.random.Generator,
) -> tuple[list[dict[str, Any]], dict[str, dict[str, Any]]]:
    """Localization, covariance and best RG temperature of each set of units, and their maps of ⟨vh⟩.

    Parameters
    ----------
    visible : ndarray
        (n_samples, *shape) states that all units descend from.
    units : dict of str to Units
        By name.
    ensembles : dict of float to ndarray
        Temperature → (n, *shape) equilibrium states, whose majority blocks (of 2, repeated where the units' block side
        is a power of 2) are the patterns to match.
    generator : numpy.random.Generator
        Of the coins of the majority rule.

    Returns
    -------
    rows : list of dict
        JSON-able: name → {"value", "error"} or None.
    maps : dict of str to dict
        Name → raw, connected and connected_error maps.
    """
    offered: dict[int, Any] = {}
    rows, maps = [], {}
    for name, entry in units.items():
        pattern = layer_pattern(visible, entry.hidden, entry.centres)
        side = pattern.connected.block
        if side not in offered:
            offered[side] = block_patterns(ensembles, partial(majority, side=side, generator=generator))
        match = match_temperature(pattern.connected, offered[side])
        numbers = {
            **pattern.numbers(),
            "match_temperature": match.temperature,
            "match_residual": match.residual,
            **({} if entry.quality is None else {"quality": Estimate(round(entry.quality, 3), 0.0)}),
        }
        row: dict[str, Any] = {"source": name, "block": side, "match_in_range": match.in_range}
        rows.append(row | {key: as_entry(value) for key, value in numbers.items()})
        maps[name] = {kind: table.tolist() for kind, table in pattern.maps().items()}
    return rows, maps


def majority(states: Fields, side: int, generator: np.random.Generator) -> Fields:
    """Majority blocks of `side`: repeated blocks of 2 where it is a power of 2, else one step."""
    if side & (side - 1):
        return block_spins(states, side, "majority", generator=generator, shape=states.shape[1:])
    while side > 1:
        states, side = block_spins(states, 2, "majority", generator=generator, shape=states.shape[1:]), side // 2
    return states
