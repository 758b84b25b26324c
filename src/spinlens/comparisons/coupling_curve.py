"""How far a machine sees: its effective pair couplings against distance, beside those of the lattice."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import drawing
from spinlens.lattice.ising import IsingModel
from spinlens.machines.rbm import RBM
from spinlens.machines.reading.learned_couplings import learned_couplings
from spinlens.machines.tori import one_of_each
from spinlens.statistics.estimate import Estimate

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_ROUNDING = 1e-12


@dataclass(frozen=True)
class CouplingCurve:
    """J_eff(r) of one machine and J(r) / T, along axes and diagonals up to r = L / 4.

    `error` is what unequal pairs of one machine say of their mean, and what the states it learned from can tell at
    best. `slope` is that of ln J_eff against ln r from r = 2 on, None where some J_eff is not above 0 or fewer than
    three distances are left; `lattice_slope` is the same of the lattice.
    """

    r: tuple[float, ...]
    learned: tuple[float, ...]
    error: tuple[float, ...]
    lattice: tuple[float, ...]
    slope: Estimate | None
    lattice_slope: float | None

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw J_eff(r) beside J(r)/T; see `spinlens.plot.couplings`."""
        from spinlens.plot.pair_couplings import couplings

        return drawing(couplings)({"machine": self}, ax, **options)


def coupling_curve(machine: RBM, model: IsingModel, temperature: float, n_states: float = math.inf) -> CouplingCurve:
    """The effective couplings of a machine on the square lattice of `model`; it learned from `n_states` states at T."""
    (T,) = checks.temperatures(temperature)
    places = _straight(model.shape)
    part, copies = one_of_each(machine)
    found = learned_couplings([part], model.shape)
    rows = [found.components.index(place) for place in places]
    r, learned = np.array([math.hypot(*place) for place in places]), found.coupling[rows] * copies
    pairs = 2.0 * model.n_sites  # of each distance, in two directions
    rough = found.roughness[rows] if copies == 1 else np.zeros(len(rows))
    error = np.sqrt(rough**2 / pairs + 1 / (n_states * pairs) + _ROUNDING**2)
    lattice = np.array([model.coupling_table[place] for place in places]) / T
    return CouplingCurve(
        tuple(r.tolist()), tuple(learned.tolist()), tuple(error.tolist()), tuple(lattice.tolist()),
        _slope(r, learned, error), _value(_slope(r, lattice, np.zeros(len(r)))),
    )  # fmt: skip


def _straight(shape: tuple[int, ...]) -> list[tuple[int, int]]:
    """Displacements (0, a) and (a, a) with |r| ≤ L / 4, but the nearest neighbours always, by distance."""
    most = max(1.0, min(shape) / 4)
    sides = range(1, int(most) + 1)
    found = [(0, a) for a in sides] + [(a, a) for a in sides if math.hypot(a, a) <= most]
    return sorted(found, key=lambda place: math.hypot(*place))


def _slope(r: Array, coupling: Array, error: Array) -> Estimate | None:
    far = r >= 2
    if far.sum() < 3 or not np.all(coupling[far] > 0):
        return None
    x = np.log(r[far]) - np.log(r[far]).mean()
    share = x / (x @ x)
    return Estimate(float(share @ np.log(coupling[far])), float(np.linalg.norm(share * error[far] / coupling[far])))


def _value(found: Estimate | None) -> float | None:
    return None if found is None else found.value
