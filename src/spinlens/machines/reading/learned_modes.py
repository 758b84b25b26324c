"""What a machine has learned of each Fourier mode of its lattice: its weights, and its couplings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from spinlens.arrays import Array
from spinlens.border import checked, drawing
from spinlens.machines.reading.effective_couplings import effective_couplings
from spinlens.machines.reading.learned_couplings import alike, by_displacement, lattice_of, standard_error
from spinlens.machines.units.parameters import Layer

if TYPE_CHECKING:
    from matplotlib.axes import Axes


@dataclass(frozen=True, eq=False)
class LearnedModes:
    """Weights and couplings of a translation-invariant lattice by wave vector; means over machines.

    Attributes
    ----------
    wave : ndarray
        (n,) |k| in radians a lattice spacing, ascending from the uniform mode, k = 0.
    components : list of tuple of int
        For each the numbers of waves along the axes, sorted over axes of equal length; L/2 at most.
    weight, weight_error : ndarray
        (n,) Σ_a |Σ_i W_ia e^{−ik·x_i}|² / N: W Wᵀ between waves, how strongly the units see a mode.
    coupling, coupling_error : ndarray
        (n,) J_eff(k) = Σ_r J_eff(r) cos k·r, to compare with J(k) / T. For weak weights it is `weight` less its mean.
    mixing : float
        Share of the squares of W Wᵀ between waves that are different: 0 for shared weights, 1 − 1/N for noise without
        a lattice.
    """

    wave: Array
    components: list[tuple[int, ...]]
    weight: Array
    weight_error: Array
    coupling: Array
    coupling_error: Array
    mixing: float

    def plot(self, ax: Axes | None = None, **options: Any) -> Axes:
        """Draw J_eff(k), and J(k)/T where ``model=`` and ``temperature=`` are given; see `spinlens.plot.modes`."""
        from spinlens.plot.waves import modes

        return drawing(modes)(self, ax, **options)


@checked
def learned_modes(machines: Sequence[Layer], shape: tuple[int, ...]) -> LearnedModes:
    """Which waves a machine has learned: its weights and its couplings by wave vector.

    Training learns the modes of the data one after another, those of large fluctuations first [Bachtis2024]_; what it
    has not reached yet shows as J_eff(k) that is not J(k)/T.

    Parameters
    ----------
    machines : sequence of RBM
        Trained on one lattice, whose sites in C order are the visible units.
    shape : tuple of int
        Sides of the lattice.

    Returns
    -------
    LearnedModes
        Dimensionless; the errors are the spread over machines, nan for one alone.

    Raises
    ------
    InputError
        No machine, or one of another size.

    Notes
    -----
    Cost that of `effective_couplings`.

    References
    ----------
    .. [Bachtis2024] Bachtis, Biroli, Decelle and Seoane, Adv. Neural Inf. Process. Syst. 37 (2024), arXiv:2405.14689.

    Examples
    --------
    The exact machine has those of its lattice, J(k) / T = 2 (cos k_x + cos k_y) / T.

    >>> from spinlens import RBM, IsingModel, NearestNeighbour
    >>> found = learned_modes([RBM.exact(IsingModel((4, 4), NearestNeighbour()), 2.0)], (4, 4))
    >>> found.components[:3], (found.coupling[:3].round(12) + 0).tolist()
    ([(0, 0), (0, 1), (1, 1)], [2.0, 1.0, 0.0])
    """
    sides = lattice_of(machines, shape)
    groups = alike(sides, first=0)
    waves = sorted(groups, key=lambda wave: np.linalg.norm(np.divide(wave, sides)))
    members = [groups[wave] for wave in waves]
    products = [_between_waves(np.asarray(machine.weights_, np.float64), sides) for machine in machines]
    weights = _grouped([np.diagonal(product) for product in products], members)
    tables = [by_displacement(effective_couplings(machine), sides).mean(axis=0) for machine in machines]
    couplings = _grouped([np.fft.fftn(table.reshape(sides)).real.ravel() for table in tables], members)
    mixed = [1 - np.sum(np.diagonal(product) ** 2) / np.sum(product**2) for product in products if product.any()]
    return LearnedModes(
        np.array([2 * np.pi * np.linalg.norm(np.divide(wave, sides)) for wave in waves]),
        waves,
        weights.mean(axis=0),
        standard_error(weights),
        couplings.mean(axis=0),
        standard_error(couplings),
        float(np.mean(mixed)) if mixed else 0.0,
    )


def _between_waves(weights: Array, sides: tuple[int, ...]) -> Array:
    """|⟨k| W Wᵀ |k′⟩|, (N, N)."""
    waves = np.fft.fftn(weights.T.reshape(-1, *sides), axes=range(1, len(sides) + 1), norm="ortho")
    flat = waves.reshape(len(waves), -1)
    return np.asarray(np.abs(flat.T @ flat.conj()))


def _grouped(rows: Sequence[Array], members: Sequence[Sequence[int]]) -> Array:
    """Means over waves that are alike, (machines, n)."""
    return np.array([[row[group].mean() for group in members] for row in rows])
