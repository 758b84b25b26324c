"""Data sets of ±1 states on disk, one bit a unit, read a batch at a time: they may be larger than memory.

The file is a safetensors file with one tensor `states` of bytes, (n_samples, ⌈n_visible / 8⌉), bit 1 for +1.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Flags, Integers, Spins
from spinlens.errors import ArtefactError, InputError
from spinlens.files.atomic import replacing

_HEADER = 512  # bytes kept for the header, which is written last because it holds the number of states
_KIND = "spinlens packed states"


@dataclass(frozen=True, eq=False)
class PackedStates:
    """States (n_samples, n_visible) of ±1 kept as bits; indexing with row numbers gives int8 ±1.

    Examples
    --------
    >>> packed = pack_states([[1, -1, 1], [-1, -1, 1]])
    >>> packed.shape, packed[np.array([1])].tolist()
    ((2, 3), [[-1, -1, 1]])
    """

    bits: Flags
    n_visible: int

    @property
    def shape(self) -> tuple[int, int]:
        """(n_samples, n_visible)."""
        return len(self.bits), self.n_visible

    def __len__(self) -> int:
        return len(self.bits)

    def __getitem__(self, rows: Integers) -> Spins:
        units = np.unpackbits(self.bits[rows], axis=1, count=self.n_visible).view(np.int8)
        units *= 2
        units -= 1
        return units


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
    with replacing(target) as file:
        file.write(b" " * _HEADER)
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
        file.write(_header(n_samples, n_visible))
    return open_packed(target)


def open_packed(path: str | Path) -> PackedStates:
    """Open a file of `write_packed` without reading it: rows come from disk when they are asked for.

    Parameters
    ----------
    path : path
        The file.

    Returns
    -------
    PackedStates
        (n_samples, n_visible), mapped into memory.

    Raises
    ------
    ArtefactError
        A damaged or foreign file: write it again.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_packed(Path(folder) / "states.safetensors", [[[1, -1, 1]]])
    ...     open_packed(Path(folder) / "states.safetensors")[np.array([0])].tolist()
    [[1, -1, 1]]
    """
    source = Path(path)
    try:
        with open(source, "rb") as file:
            head = file.read(_HEADER)
        n_samples, n_visible = _shape(head)
        width = -(-n_visible // 8)
        if source.stat().st_size != _HEADER + n_samples * width:
            raise ValueError(f"{n_samples} states of {n_visible} units do not fill it")
        bits = np.memmap(source, np.uint8, mode="r", offset=_HEADER, shape=(n_samples, width))
    except (OSError, ValueError, LookupError, TypeError, RecursionError, OverflowError) as error:
        raise ArtefactError(f"{source} holds no packed states ({error}): write it again with write_packed") from None
    return PackedStates(bits, n_visible)


def _header(n_samples: int, n_visible: int) -> bytes:
    size = n_samples * -(-n_visible // 8)
    tensor = {"dtype": "U8", "shape": [n_samples, -(-n_visible // 8)], "data_offsets": [0, size]}
    metadata = {"kind": _KIND, "n_visible": str(n_visible)}
    text = json.dumps({"__metadata__": metadata, "states": tensor}).encode()
    return (_HEADER - 8).to_bytes(8, "little") + text.ljust(_HEADER - 8)


def _shape(head: bytes) -> tuple[int, int]:
    if len(head) != _HEADER or int.from_bytes(head[:8], "little") != _HEADER - 8:
        raise ValueError("not a file of packed states")
    document = json.loads(head[8:])
    if document["__metadata__"]["kind"] != _KIND:
        raise ValueError("another kind of file")
    n_samples, n_visible = int(document["states"]["shape"][0]), int(document["__metadata__"]["n_visible"])
    if n_samples < 1 or n_visible < 1:
        raise ValueError("no states")
    return n_samples, n_visible


def checked_states(data: npt.ArrayLike | PackedStates, n_visible: int | None = None, name: str = "X") -> States:
    """Training states as (n_samples, n_visible) int8 of ±1, or packed ones as they are."""
    states = data if isinstance(data, PackedStates) else checks.spins(name, data)
    if len(states.shape) != 2:
        raise InputError(f"{name} must have shape (n_samples, n_visible), got {states.shape}; flatten lattices first")
    if n_visible is not None and states.shape[1] != n_visible:
        raise InputError(
            f"{name} has {states.shape[1]} columns, the machine {n_visible} visible units: they must agree"
        )
    return states


def unpacked_states(data: npt.ArrayLike | PackedStates, n_visible: int | None = None, name: str = "X") -> Spins:
    """As `checked_states`, but packed states come unpacked: for sets that are small enough."""
    states = checked_states(data, n_visible, name)
    return states[np.arange(len(states))] if isinstance(states, PackedStates) else states
