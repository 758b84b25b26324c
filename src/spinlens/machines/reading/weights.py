"""What the weights look like: their spectrum against noise, and the receptive fields of single units."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import InputError
from spinlens.machines.parameters import Layer


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Singular values of W and what they mean.

    Attributes
    ----------
    values : (min side,) singular values, descending.
    modes : (min side, n_visible) the visible pattern of each, of unit length, its largest entry positive.
    noise_edge : largest singular value of a matrix of independent entries with the same r.m.s. (Marchenko & Pastur):
        w_rms (√n_visible + √n_hidden). Values beyond it are structure.
    participation : (Σ σ²)² / Σ σ⁴, the number of modes that share the weight.
    """

    values: Array
    modes: Array
    noise_edge: float
    participation: float


def spectrum(machine: Layer) -> Spectrum:
    """Singular values of the weights of a machine.

    Examples
    --------
    >>> from spinlens.machines.rbm import RBM
    >>> spectrum(RBM.from_weights([[3.0, 0], [0, 4.0]])).values.tolist()
    [4.0, 3.0]
    """
    weights = np.asarray(machine.weights_, dtype=np.float64)
    left, values, _ = np.linalg.svd(weights, full_matrices=False)
    modes = left.T * np.where(np.take_along_axis(left.T, np.abs(left.T).argmax(axis=1)[:, None], axis=1) < 0, -1, 1)
    rms = float(np.sqrt(np.mean(weights**2)))
    power = values**2
    participation = float(power.sum() ** 2 / (power**2).sum()) if power.any() else 0.0
    return Spectrum(values, modes, rms * float(np.sqrt(weights.shape).sum()), participation)


def receptive_fields(machine: Layer, shape: tuple[int, ...], count: int | None = None) -> Array:
    """Weights of single hidden units as lattices, strongest first, (count, *shape).

    The sign of a unit is a gauge: each field is shown with a positive sum of cubes, so that its peak is positive.

    Parameters
    ----------
    shape : the lattice of visible units, in C order.
    count : units shown, those of largest Σ W²; all when None.
    """
    weights = np.asarray(machine.weights_, dtype=np.float64)
    sides = tuple(checks.positive_integer("side of the lattice", side) for side in shape)
    if int(np.prod(sides)) != len(weights):
        raise InputError(f"the machine has {len(weights)} visible units, the lattice {sides} {int(np.prod(sides))}")
    order = np.argsort(-np.sum(weights**2, axis=0), kind="stable")[:count]
    fields = weights[:, order] * np.where(np.sum(weights[:, order] ** 3, axis=0) < 0, -1, 1)
    return np.asarray(fields.T.reshape(-1, *sides))
