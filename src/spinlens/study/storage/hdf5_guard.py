"""HDF5 files from strangers: what would read other files or take more memory than their size allows is refused.

A file may point to other files (external links, external and virtual storage), and a few bytes of it may stand for many
in memory: chunks that are larger when unpacked, and text that many elements share.
"""

from __future__ import annotations

import math
from typing import Any

from spinlens.errors import ArtefactError

_RATIO = 64  # bytes in memory for a byte on disk: compressed spins reach 20
_FREE = 2**20
_MOST_WORDS = 64  # elements of an attribute of text


def allowance(size: int) -> int:
    """Bytes that the contents of a file of `size` bytes may take in memory."""
    return _RATIO * size + _FREE


def inspect(file: Any, size: int) -> None:
    """Raise `ArtefactError` for an open ``h5py.File`` of `size` bytes that must not be read."""
    import h5py

    waiting, seen, left = [file], set[int](), allowance(size)
    while waiting:
        item = waiting.pop()
        address = int(h5py.h5o.get_info(item.id).addr)
        if address in seen:
            continue
        seen.add(address)
        _inspect_attributes(item)
        if isinstance(item, h5py.Dataset):
            left -= _size(item, size)
            if left < 0:
                raise ArtefactError(
                    f"a file of {size} bytes claims to hold arrays of more than {allowance(size)} bytes"
                )
        elif isinstance(item, h5py.Group):
            for name in item:
                if not isinstance(item.get(name, getlink=True), h5py.HardLink):
                    raise ArtefactError(f"{name[:80]!r} is a link out of its place")
                waiting.append(item[name])


def _inspect_attributes(item: Any) -> None:
    import h5py

    for number in range(h5py.h5a.get_num_attrs(item.id)):
        attribute = h5py.h5a.open(item.id, index=number)
        if _of_any_length(attribute.dtype) and math.prod(attribute.shape) > _MOST_WORDS:
            raise ArtefactError(f"an attribute of {math.prod(attribute.shape)} texts")


def _of_any_length(dtype: Any) -> bool:
    """Whether elements are texts or lists whose length only the element tells."""
    import h5py

    text = h5py.check_string_dtype(dtype)
    return h5py.check_vlen_dtype(dtype) is not None or (text is not None and text.length is None)


def _size(data: Any, size: int) -> int:
    """Bytes that a dataset takes while it is read; nothing of its content is looked at but text of unknown length."""
    if data.is_virtual or data.external:
        raise ArtefactError(f"{data.name[:80]!r} lies in another file")
    if data.chunks is not None and math.prod(data.chunks) * data.dtype.itemsize > allowance(size):
        raise ArtefactError(f"{data.name[:80]!r} claims to hold chunks of {math.prod(data.chunks)} numbers")
    if not _of_any_length(data.dtype):
        return int(data.size) * int(data.dtype.itemsize)
    total, limit = 0, allowance(size)
    if data.size * 8 > limit:
        return limit + 1
    for index in range(data.size):
        element = data[()] if data.shape == () else data[tuple(int(i) for i in _unravel(index, data.shape))]
        total += 8 + (len(element) if hasattr(element, "__len__") else 8)
        if total > limit:
            break
    return total


def _unravel(index: int, shape: tuple[int, ...]) -> list[int]:
    places = []
    for side in reversed(shape):
        index, place = divmod(index, side)
        places.append(place)
    return places[::-1]
