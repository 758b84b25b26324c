"""What the weights look like: their spectrum against noise, and the receptive fields of single units."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked, drawing
from spinlens.errors import InputError
from spinlens.machines.units.parameters import Layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class Spectrum:
    """Singular values of W and what they mean.

    Attributes
    ----------
    values : ndarray
        (min side,) singular values, descending.
    modes : ndarray
        (min side, n_visible) the visible pattern of each, of unit length, its largest entry positive.
    noise_edge : float
        Largest singular value of a matrix of independent entries with the same r.m.s. [MarchenkoPastur1967]_:
        w_rms (√n_visible + √n_hidden). Values beyond it are structure.
    participation : float
        (Σ σ²)² / Σ σ⁴, the number of modes that share the weight.

    References
    ----------
    .. [MarchenkoPastur1967] Marčenko and Pastur, Math. USSR Sb. 1, 457 (1967).
    """

    values: Array
    modes: Array
    noise_edge: float
    participation: float

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw the singular values by rank above the edge of noise; see `spinlens.plot.spectrum`."""
        from spinlens.plot.machines import spectrum

        return drawing(spectrum)(self, ax, **options)


@checked
def spectrum(machine: Layer) -> Spectrum:
    """Singular values of the weights of a machine, W = Σ_k σ_k u_k x_kᵀ.

    Parameters
    ----------
    machine : RBM
        The machine.

    Returns
    -------
    Spectrum
        `values` σ, `modes` u, `noise_edge` and `participation`.

    Examples
    --------
    >>> from spinlens import RBM
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


@checked
def receptive_fields(machine: Layer, shape: tuple[int, ...], count: int | None = None) -> Array:
    """Weights of single hidden units as lattices, strongest first.

    The sign of a unit is a gauge: each field is shown with a positive sum of cubes, so that its peak is positive.

    Parameters
    ----------
    machine : RBM
        The machine.
    shape : tuple of int
        The lattice of visible units, in C order.
    count : int, optional
        Units shown, those of largest Σ_i W_ia²; all by default.

    Returns
    -------
    ndarray of float64
        (count, *shape).

    Raises
    ------
    InputError
        A lattice of another number of sites.

    Examples
    --------
    >>> from spinlens import RBM
    >>> receptive_fields(RBM.from_weights([[0.1, 0.0], [0.0, -2.0]]), (2,)).tolist()
    [[-0.0, 2.0], [0.1, 0.0]]
    """
    weights = np.asarray(machine.weights_, dtype=np.float64)
    sides = tuple(checks.positive_integer("side of the lattice", side) for side in shape)
    if int(np.prod(sides)) != len(weights):
        raise InputError(f"the machine has {len(weights)} visible units, the lattice {sides} {int(np.prod(sides))}")
    if count is not None:
        checks.positive_integer("count", count)
    order = np.argsort(-np.sum(weights**2, axis=0), kind="stable")[:count]
    fields = weights[:, order] * np.where(np.sum(weights[:, order] ** 3, axis=0) < 0, -1, 1)
    return np.asarray(fields.T.reshape(-1, *sides))
