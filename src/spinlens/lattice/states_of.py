"""The one gate from whatever holds states of a lattice to an array (n_samples, *shape)."""

from __future__ import annotations

from spinlens import checks
from spinlens.arrays import Spins
from spinlens.errors import SpinsError
from spinlens.files.held import Held, array_of


def states_of(states: Held, shape: tuple[int, ...] | None = None, temperature: float | None = None) -> Spins:
    """Spins (n_samples, *shape), int8 ±1, of whatever holds them.

    Parameters
    ----------
    states : Dataset, DataArray, array_like or path
        A Dataset of `sample(..., keep_spins=True)` or its ``spins``, all chains and draws taken together; or an array
        (n_samples, *shape) of ±1, which may also be flat, (n_samples, N), where `shape` is given; or a file of either.
    shape : tuple of int, optional
        Sides that the lattice must have.
    temperature : float, optional
        Which temperature of a Dataset; needed where it has several.

    Returns
    -------
    ndarray of int8
        (n_samples, *shape).

    Raises
    ------
    InputError
        No states in the Dataset, several temperatures and none chosen, or none as chosen.
    SpinsError
        Entries other than ±1, or another lattice.

    Examples
    --------
    >>> states_of([[1, -1, 1, 1], [1, 1, 1, 1]], shape=(2, 2)).shape
    (2, 2, 2)
    """
    spins = checks.spins("states", array_of(states, temperature), shape)
    if spins.ndim < 2 or (shape is not None and spins.ndim != len(shape) + 1):
        raise SpinsError(f"states must have shape (n_samples, L_1, …), got {spins.shape}")
    return spins
