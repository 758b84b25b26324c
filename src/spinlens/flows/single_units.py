"""What single hidden units look at: receptive fields and ⟨v h⟩ about their own places, how large, how narrow."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from spinlens.arrays import AnyArray, Array, Fields
from spinlens.machines.rbm import RBM
from spinlens.machines.units.translations import Translations


@dataclass(frozen=True, eq=False)
class SingleUnits:
    """Some units of a layer, the largest first, each with its sign that of Σ W_i.

    Attributes
    ----------
    fields, maps : ndarray
        (n_units, *shape) the weights W_i, and ⟨v_i h⟩ − ⟨v_i⟩⟨h⟩ with h = tanh(c + Σ_i v_i W_i), moved so that the
        unit's place, the centroid of W² on the torus, is the site L/2.
    norm : ndarray
        sqrt(Σ W²).
    participation : ndarray
        (Σ W²)² / Σ W⁴, the number of sites that take part, from 1 to N.
    radius : ndarray
        sqrt(Σ W² r² / Σ W²), r from the unit's place on the torus.
    """

    fields: Array
    maps: Array
    norm: Array
    participation: Array
    radius: Array

    def numbers(self) -> list[dict[str, float]]:
        """Norm, participation and radius of every unit as JSON data, to four figures."""
        columns = {"norm": self.norm, "participation": self.participation, "radius": self.radius}
        rows = zip(*(values.tolist() for values in columns.values()), strict=True)
        return [dict(zip(columns, (float(f"{value:.4g}") for value in row), strict=True)) for row in rows]


def single_units(machine: RBM, states: Fields, most: int) -> SingleUnits:
    """At most `most` units of a machine, chosen evenly over the ranks of their norms; of tied weights each filter once.

    >>> rbm = RBM.from_weights(np.eye(16)[:, [5, 2]] * [2.0, -1.0])
    >>> found = single_units(rbm, np.where(np.arange(64).reshape(4, 4, 4) % 3, 1, -1), 8)
    >>> found.fields[0][2, 2].item(), found.norm.tolist(), found.participation.tolist(), found.radius.tolist()
    (2.0, [2.0, 1.0], [1.0, 1.0], [0.0, 0.0])
    """
    shape = tuple(states.shape[1:])
    chosen = _chosen(machine, most)
    weights = np.asarray(machine.weights_[:, chosen], dtype=np.float64)
    flat = states.reshape(len(states), -1).astype(np.float64)
    hidden = np.tanh(flat @ weights + machine.hidden_bias_[chosen])
    covariance = (flat - flat.mean(axis=0)).T @ (hidden - hidden.mean(axis=0)) / (len(flat) - 1)
    sign = np.where(weights.sum(axis=0) < 0, -1.0, 1.0)
    power = weights**2
    centres = _centres(power, shape)
    return SingleUnits(
        _about(weights * sign, centres, shape),
        _about(covariance * sign, centres, shape),
        np.sqrt(power.sum(axis=0)),
        power.sum(axis=0) ** 2 / np.maximum((power**2).sum(axis=0), 1e-300),
        np.sqrt((power * _squared(centres, shape)).sum(axis=0) / np.maximum(power.sum(axis=0), 1e-300)),
    )


def _chosen(machine: RBM, most: int) -> AnyArray:
    """The first unit of every filter of tied weights, every unit otherwise; the largest first, thinned evenly."""
    n_hidden = machine.weights_.shape[1]
    step = Translations(tuple(machine.torus), n_hidden, machine.stride).n_places if machine.torus else 1
    units = np.arange(0, n_hidden, step)
    ranked = units[np.argsort(-np.linalg.norm(machine.weights_[:, units], axis=0), kind="stable")]
    chosen: AnyArray = ranked[np.unique(np.linspace(0, len(ranked) - 1, min(most, len(ranked))).round().astype(int))]
    return chosen


def _angles(shape: tuple[int, ...]) -> Array:
    places = np.stack(np.unravel_index(np.arange(int(np.prod(shape))), shape))
    return np.asarray(2 * np.pi * places / np.array(shape)[:, None])


def _centres(power: Array, shape: tuple[int, ...]) -> Array:
    """(d, n_units) centroids on the torus, in sites."""
    moments = np.exp(1j * _angles(shape)) @ power
    return np.asarray(np.angle(moments) % (2 * np.pi) / (2 * np.pi) * np.array(shape)[:, None])


def _squared(centres: Array, shape: tuple[int, ...]) -> Array:
    """(N, n_units) squared distances from the centroids on the torus."""
    sides = np.array(shape)[:, None, None]
    sites = _angles(shape)[:, :, None] / (2 * np.pi) * sides
    offset = np.abs(sites - centres[:, None, :])
    return np.asarray((np.minimum(offset, sides - offset) ** 2).sum(axis=0))


def _about(columns: Array, centres: Array, shape: tuple[int, ...]) -> Array:
    """(N, n_units) as lattices (n_units, *shape), each moved so that its centroid is the site L/2."""
    moves = [
        tuple(side // 2 - round(place) for side, place in zip(shape, centre, strict=True))
        for centre in centres.T.tolist()
    ]
    tables: list[Any] = [
        np.roll(column.reshape(shape), move, axis=tuple(range(len(shape))))
        for column, move in zip(columns.T, moves, strict=True)
    ]
    return np.array(tables)
