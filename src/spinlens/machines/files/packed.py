"""What machines learn from: states of ±1 as arrays or packed, one bit a unit, checked and written to files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import AnyArray, Spins
from spinlens.errors import InputError
from spinlens.files.atomic import destination, refusals, replacing
from spinlens.files.held import Held, array_of, is_labelled, opened
from spinlens.files.packed_states import HEADER, PackedStates, header, open_packed

States = Spins | PackedStates
"""What machines learn from, (n_samples, n_visible): both are indexed with row numbers."""


def pack_states(states: npt.ArrayLike) -> PackedStates:
    """States of ±1 as bits in memory, an eighth of their int8 size.

    Parameters
    ----------
    states : array_like
        (n_samples, n_visible) of ±1.

    Returns
    -------
    PackedStates
        Indexing with row numbers gives int8 ±1; `RBM.fit` takes it as it is.

    Raises
    ------
    InputError
        States that are not ±1 or not flat.

    Examples
    --------
    >>> pack_states(np.ones((1000, 64))).bits.nbytes
    8000
    """
    array = unpacked_states(states, name="states")
    return PackedStates(np.packbits(array > 0, axis=1), array.shape[1])


def write_packed(path: str | Path, blocks: Iterable[npt.ArrayLike]) -> PackedStates:
    """Write blocks of states one after the other to a file, which appears complete or not at all.

    Parameters
    ----------
    path : path
        A safetensors file with one tensor `states` of bytes (n_samples, ⌈n_visible / 8⌉), bit 1 for +1.
    blocks : iterable of array_like
        Each (any number, n_visible) of ±1; only one of them is in memory at a time.

    Returns
    -------
    PackedStates
        The file, opened as by `open_packed`.

    Raises
    ------
    InputError
        Blocks of different widths, or none.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     write_packed(Path(folder) / "states.safetensors", [np.ones((10, 5)), -np.ones((3, 5))]).shape
    (13, 5)
    """
    target = Path(path)
    n_samples, n_visible = 0, 0
    with refusals(target), replacing(destination(target)) as file:
        file.write(b" " * HEADER)
        for block in blocks:
            packed = pack_states(block)
            if n_samples and packed.n_visible != n_visible:
                raise InputError(f"blocks of states must have one width, got {n_visible} and {packed.n_visible}")
            n_visible = packed.n_visible
            n_samples += len(packed)
            file.write(packed.bits.tobytes())
        if not n_samples:
            raise InputError("there are no blocks of states to write: give at least one")
        file.seek(0)
        file.write(header(n_samples, n_visible))
    return open_packed(target)


def checked_states(data: Held, n_visible: int | None = None, name: str = "X") -> States:
    """Training states as (n_samples, n_visible) int8 of ±1, or packed ones as they are; those of Datasets and files.

    States of square lattices, (n_samples, L, L), are flattened; other shapes could be chains of flat states.
    """
    held = opened(data)
    states = held if isinstance(held, PackedStates) else checks.spins(name, _flat(held, n_visible))
    if len(states.shape) != 2:
        raise InputError(
            f"{name} must have shape (n_samples, n_visible) or (n_samples, L, L), got {states.shape}: flatten other "
            "lattices with reshape(n_samples, -1)"
        )
    if n_visible is not None and states.shape[1] != n_visible:
        raise InputError(
            f"{name} has {states.shape[1]} columns, the machine {n_visible} visible units: they must agree"
        )
    return states


def _flat(held: Held, n_visible: int | None) -> AnyArray:
    """States of a Dataset, of square lattices and of as many sites as there are units as (n_samples, n_visible)."""
    states = array_of(held)
    square = states.ndim > 2 and (len(set(states.shape[1:])) == 1 or states[0].size == n_visible)
    return states.reshape(len(states), -1) if square or is_labelled(held) else states


def unpacked_states(data: Held, n_visible: int | None = None, name: str = "X") -> Spins:
    """As `checked_states`, but packed states come unpacked: for sets that are small enough."""
    states = checked_states(data, n_visible, name)
    return states[np.arange(len(states))] if isinstance(states, PackedStates) else states
