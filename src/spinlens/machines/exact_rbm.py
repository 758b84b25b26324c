"""The exact machine of a ferromagnet: one hidden unit a bond."""

from __future__ import annotations

import numpy as np

from spinlens import checks
from spinlens.arrays import Array
from spinlens.errors import CouplingError, InputError
from spinlens.lattice.ising import IsingModel
from spinlens.machines.units.bonds import Bonds

_LARGEST = 2**28  # entries of W, 2 GB in float64


def exact_weights(model: IsingModel, temperature: float) -> Array:
    """Weights W (N, bonds), without biases, of the RBM whose p(v) is the Boltzmann distribution, see `RBM.exact`.

    One hidden unit a bond, coupled to both of its spins by w = ½ arcosh e^{2K}, K = J_ij / T > 0:
    Σ_h e^{w h (s + s')} = 2 e^K e^{K s s'}. The two displacements r and −r of one pair are one bond.

    >>> from spinlens.lattice.couplings import NearestNeighbour
    >>> W = exact_weights(IsingModel((3, 3), NearestNeighbour()), 2.0)
    >>> W.shape, float(np.log(np.cosh(2 * W.max())).round(12))
    ((9, 18), 1.0)
    """
    hidden = model.n_sites * np.count_nonzero(model.coupling_table) // 2
    if hidden * model.n_sites > _LARGEST:
        raise InputError(f"the exact machine would need {hidden} hidden units for {model.n_sites} sites: too many")
    bonds = exact_bonds(model, temperature)
    weights = np.zeros((model.n_sites, len(bonds.weights)))  # (N, bonds)
    units = np.arange(len(bonds.weights))
    weights[bonds.first, units] = bonds.weights
    weights[bonds.second, units] = bonds.weights
    return weights


def exact_bonds(model: IsingModel, temperature: float) -> Bonds:
    """The exact machine without the zeros of its weights, for lattices of any size that pairs of sites fit in memory.

    >>> from spinlens.lattice.couplings import PowerLaw
    >>> exact_bonds(IsingModel((4, 4), PowerLaw(1.2)), 6.8).weights.shape
    (120,)
    """
    (value,) = checks.temperatures(temperature)
    if value == 0:
        raise InputError("the exact machine needs T > 0: at T = 0 its weights are infinite")
    if model.field != 0:
        raise CouplingError(f"the exact machine has no biases and needs field 0, the model has {model.field:g}")
    if np.any(model.coupling_table < 0):
        raise CouplingError("the exact machine needs J ≥ 0 for every pair: this coupling has negative ones")
    J = pair_couplings(model)
    first, second = (sites.astype(np.int32) for sites in np.nonzero(np.triu(J, 1)))
    K = J[first, second] / value
    if K.max() > 300:
        raise InputError(f"temperature {value:g} is so low that e^(2J/T) overflows: use T above {J.max() / 300:.3g}")
    w = np.arcsinh(np.sqrt(np.expm1(2 * K) / 2))  # cosh 2w − 1 = 2 sinh² w, without cancellation at small K
    return Bonds(model.n_sites, first, second, w)


def pair_couplings(model: IsingModel) -> Array:
    """J_ij of every pair of sites in C order, (N, N), symmetric with a zero diagonal; H = −Σ_{i<j} J_ij s_i s_j."""
    sites = np.stack(np.unravel_index(np.arange(model.n_sites), model.shape))
    sides = np.array(model.shape)[:, None, None]
    displacement = (sites[:, None, :] - sites[:, :, None]) % sides
    return np.asarray(model.coupling_table[tuple(displacement)])
