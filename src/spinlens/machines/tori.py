"""A machine of shared weights is a Hamiltonian on any torus: its filters moved to another one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import AnyArray, Array
from spinlens.border import checked
from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.units.translations import Translations, tying

_ROUNDING = 1e-9  # relative, within which two centres are equal


@checked
def on_torus(machine: RBM, shape: Sequence[int]) -> RBM:
    """The machine with the same filters on another torus, to ask what it knows of lattices that it has not seen.

    Filters w_a(r) are as wide as the torus on which they were learned; on a wider one they are zero beyond, and on a
    narrower one they are summed over its images. Where a filter stands on its torus is a matter of numbering its
    units, and training leaves it anywhere: each is cut open opposite its centre, where Σ_r w_a(r)² |r − s|² is least,
    and not through its middle. A displacement of half an even side from there belongs to both sides of the filter by
    halves. Biases are kept.

    Parameters
    ----------
    machine : RBM
        A machine of shared weights: `RBM.for_lattice`, or one with `torus`.
    shape : sequence of int
        Sides of the new torus, as many as the old one has; the machine's `stride` divides every one.

    Returns
    -------
    RBM
        With F N′/b² hidden units for F filters, N′ sites and a stride b in two dimensions. Its Gibbs chains need an
        equilibrium of their own: see `gibbs_tau`, and `tempered_sample` where they do not move. Whether it still is
        its lattice there is what `beyond_training_size` asks.

    Raises
    ------
    InputError
        Weights that are not shared, another number of sides, or a stride that does not divide them.

    Notes
    -----
    Memory O(F N′²): 34 MB in float32 for one filter of 54 × 54 sites.

    Examples
    --------
    The exact machine of bonds along both axes is the lattice on any torus.

    >>> from spinlens import IsingModel, NearestNeighbour, exact
    >>> w = np.arccosh(np.exp(2 / 2.5)) / 2
    >>> bonds = np.zeros((2, 4, 4))
    >>> bonds[:, 0, 0] = bonds[0, 0, 1] = bonds[1, 1, 0] = w
    >>> machine = shared((4, 4), bonds)
    >>> wider = on_torus(machine, (3, 5))
    >>> known = exact.enumerate(IsingModel((3, 5), NearestNeighbour()), 2.5).log_z
    >>> free = 30 * (np.log(2) + 1 / 2.5)  # e^{K s s′} = e^{−K} Σ_h e^{w h (s + s′)} / 2
    >>> float(round(wider.log_z("exact").value - known - free, 9))
    0.0
    """
    if machine.torus is None:
        raise InputError("the weights are not shared by translations: give a machine of RBM.for_lattice, or with torus")
    sides = tuple(checks.positive_integer("side of the torus", side) for side in shape)
    if len(sides) != len(machine.torus):
        raise InputError(f"the machine is on a torus of {len(machine.torus)} sides, {machine.torus}; got {sides}")
    old = tied(machine)
    assert old is not None
    filters = old.filters(np.asarray(machine.weights_))
    by_filter = machine.hidden_bias_.reshape(old.n_filters, -1)[:, 0]
    block = machine.visible_bias_.reshape(machine.torus)[(slice(machine.stride),) * len(sides)]
    of_sites = np.tile(block, [side // machine.stride for side in sides])
    wide = moved(filters, sides).astype(machine.weights_.dtype)
    return shared(sides, wide, machine.stride, of_sites, by_filter)


def tied(machine: RBM) -> Translations | None:
    """How the units of a machine with shared weights are translations of its filters; None of any other."""
    return tying(machine.torus, machine.weights_.shape[1], machine.stride)


def one_of_each(machine: RBM) -> tuple[RBM, int]:
    """A machine of one unit of each filter, and how many copies each has: the machine itself and 1 without filters.

    Of whatever is a mean over translations of a sum over units, each copy of a filter has an equal part.
    """
    if (torus := tied(machine)) is None:
        return machine, 1
    copies = torus.n_places
    part = RBM.from_weights(machine.weights_[:, ::copies], machine.visible_bias_, machine.hidden_bias_[::copies])
    return part, copies


def shared(
    shape: tuple[int, ...],
    filters: AnyArray,
    stride: int = 1,
    visible_bias: AnyArray | None = None,
    hidden_bias: AnyArray | None = None,
) -> RBM:
    """The machine of filters (n_filters, *shape), with biases of the sites and one of each filter."""
    places = int(np.prod([side // stride for side in shape]))
    torus = tying(shape, len(filters) * places, stride)
    assert torus is not None
    of_units = None if hidden_bias is None else np.repeat(hidden_bias, places)
    of_sites = None if visible_bias is None else visible_bias.ravel()
    machine = RBM.from_weights(torus.spread(np.asarray(filters).reshape(-1)), of_sites, of_units)
    return machine.set_params(torus=shape, stride=stride)


def moved(filters: AnyArray, shape: tuple[int, ...]) -> Array:
    """Filters (n_filters, *old shape) on another torus, displacements from their centres of at most half an old side.

    >>> moved(np.array([[9.0, 1.0, 2.0, 3.0]]), (6,)).tolist()
    [[9.0, 1.0, 1.0, 0.0, 1.0, 3.0]]
    >>> moved(np.array([[3.0, 9.0, 1.0, 2.0]]), (6,)).tolist()
    [[3.0, 9.0, 1.0, 1.0, 0.0, 1.0]]
    >>> moved(moved(np.arange(4.0)[None], (6,)), (4,)).tolist()
    [[0.0, 1.0, 2.0, 3.0]]
    """
    found = np.asarray(filters, dtype=np.float64)
    return np.stack([_moved(filter_, centre, shape) for filter_, centre in zip(found, centres(found), strict=True)])


def centres(filters: AnyArray) -> npt.NDArray[np.intp]:
    """The site s of each filter (n_filters, *shape) about which Σ_r w(r)² |r − s|² is least, (n_filters, d).

    Components run from −L/2 to L/2, the first of equal ones is taken. The distance is that on the torus.

    >>> centres(np.array([[0.1, 0.0, 2.0, 3.0, 2.0], [1.0, 1.0, 0.0, 0.0, 0.0]])).tolist()
    [[-2], [0]]
    """
    weight = np.asarray(filters, dtype=np.float64) ** 2
    found = np.empty((len(weight), weight.ndim - 1), dtype=np.intp)
    for axis in range(weight.ndim - 1):
        line = weight.sum(axis=tuple(other + 1 for other in range(weight.ndim - 1) if other != axis))
        side = line.shape[1]
        far = np.minimum(np.arange(side), side - np.arange(side)) ** 2
        cost = line @ far[(np.arange(side)[:, None] - np.arange(side)) % side]
        equal = cost <= cost.min(axis=1, keepdims=True) * (1 + _ROUNDING)
        place = np.argmax(equal, axis=1)
        found[:, axis] = np.where(2 * place > side, place - side, place)
    return found


def carried(table: AnyArray, shape: tuple[int, ...]) -> Array:
    """Numbers by displacement, such as J(r), on another torus: the displacement 0 stays where it is.

    >>> carried(np.array([0.0, 1.0, 2.0, 1.0]), (6,)).tolist()
    [0.0, 1.0, 1.0, 0.0, 1.0, 1.0]
    """
    return _moved(np.asarray(table, dtype=np.float64), np.zeros(len(shape), dtype=np.intp), shape)


def _moved(found: Array, centre: npt.NDArray[np.intp], shape: tuple[int, ...]) -> Array:
    axes = tuple(range(found.ndim))
    found = np.roll(found, tuple(-centre), axes)
    for axis, side in enumerate(shape):
        found = np.moveaxis(np.tensordot(_places(found.shape[axis], side), found, axes=(1, axis)), 0, axis)
    return np.asarray(np.roll(found, tuple(centre), axes))


def _places(old: int, new: int) -> Array:
    """Which part of each place of a side goes to each place of another, (new, old)."""
    part = np.zeros((new, old))
    for place in range(old):
        ways = {place if 2 * place <= old else place - old, place if 2 * place < old else place - old}
        for way in ways:
            part[way % new, place] += 1 / len(ways)
    return part
