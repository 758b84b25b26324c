"""Files of ±1 states, one bit a unit, opened without being read: they may be larger than memory.

The file is a safetensors file with one tensor `states` of bytes, (n_samples, ⌈n_visible / 8⌉), bit 1 for +1.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from spinlens.arrays import AnyArray, Flags, Integers, Spins
from spinlens.errors import ArtefactError
from spinlens.files.formats import PACKED
from spinlens.files.regular import open_regular

HEADER = 512  # bytes kept for the header, which is written last because it holds the number of states


@dataclass(frozen=True, eq=False)
class PackedStates:
    """States (n_samples, n_visible) of ±1 kept as bits; indexing with row numbers gives int8 ±1.

    Examples
    --------
    >>> packed = PackedStates(np.array([[0b10100000], [0b00100000]], dtype=np.uint8), 3)
    >>> packed.shape, packed[np.array([1])].tolist()
    ((2, 3), [[-1, -1, 1]])
    >>> np.asarray(packed).tolist()
    [[1, -1, 1], [-1, -1, 1]]
    """

    bits: Flags
    n_visible: int

    @property
    def shape(self) -> tuple[int, int]:
        """(n_samples, n_visible)."""
        return len(self.bits), self.n_visible

    def __len__(self) -> int:
        return len(self.bits)

    def __array__(self, dtype: npt.DTypeLike | None = None, copy: bool | None = None) -> AnyArray:
        return self[np.arange(len(self))].astype(dtype or np.int8, copy=False)

    def __getitem__(self, rows: Integers | slice | int) -> Spins:
        """States of rows, (n, n_visible); of one row (n_visible,)."""
        if isinstance(rows, int | np.integer):
            one: Spins = self[np.array([range(len(self))[rows]])][0]  # IndexError beyond the last, where iteration ends
            return one
        units = np.unpackbits(self.bits[rows], axis=1, count=self.n_visible).view(np.int8)
        units *= 2
        units -= 1
        return units


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
    >>> from spinlens.machines.files.packed import write_packed
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     _ = write_packed(Path(folder) / "states.safetensors", [[[1, -1, 1]]])
    ...     open_packed(Path(folder) / "states.safetensors")[np.array([0])].tolist()
    [[1, -1, 1]]
    """
    source = Path(path)
    try:
        with open_regular(source) as file:
            head = file.read(HEADER)
        n_samples, n_visible = _shape(head)
        width = -(-n_visible // 8)
        if source.stat().st_size != HEADER + n_samples * width:
            raise ValueError(f"{n_samples} states of {n_visible} units do not fill it")
        bits = np.memmap(source, np.uint8, mode="r", offset=HEADER, shape=(n_samples, width))
    except (OSError, ValueError, LookupError, TypeError, RecursionError, OverflowError) as error:
        raise ArtefactError(f"{source} holds no packed states ({error}): write it again with write_packed") from None
    return PackedStates(bits, n_visible)


def header(n_samples: int, n_visible: int) -> bytes:
    size = n_samples * -(-n_visible // 8)
    tensor = {"dtype": "U8", "shape": [n_samples, -(-n_visible // 8)], "data_offsets": [0, size]}
    metadata = {"kind": PACKED, "n_visible": str(n_visible)}
    text = json.dumps({"__metadata__": metadata, "states": tensor}).encode()
    return (HEADER - 8).to_bytes(8, "little") + text.ljust(HEADER - 8)


def _shape(head: bytes) -> tuple[int, int]:
    if len(head) != HEADER or int.from_bytes(head[:8], "little") != HEADER - 8:
        raise ValueError("not a file of packed states")
    document = json.loads(head[8:])
    if document["__metadata__"]["kind"] != PACKED:
        raise ValueError("another kind of file")
    n_samples, n_visible = int(document["states"]["shape"][0]), int(document["__metadata__"]["n_visible"])
    if n_samples < 1 or n_visible < 1:
        raise ValueError("no states")
    return n_samples, n_visible
