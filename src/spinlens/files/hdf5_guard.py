"""HDF5 files from strangers: what HDF5 cannot be trusted to read, and what would take too much memory, is refused.

A file may point to other files (external links, external and virtual storage), and a few bytes of it may stand for many
in memory: chunks that are larger when unpacked, and text that many elements share. Data of free length lie in heaps
within the file, through which HDF5 walks by the sizes written there without a look at where they lead: a damaged size
makes it walk for ever, or out of the file. So heaps are walked here first.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from mmap import mmap
from typing import Any

from spinlens.errors import ArtefactError

Content = bytes | mmap

_RATIO = 64  # bytes in memory for a byte on disk: compressed spins reach 20
_FREE = 2**20
_MOST_WORDS = 64  # elements of an attribute of free length: dimension lists have one an axis
_KINDS = "biufcS"  # of numbers and text of fixed length

_HEAP = b"GCOL\x01"
_HEAP_LEAST = 4096  # bytes; HDF5 refuses smaller heaps, and those that are longer than the file
_HEAP_HEAD = 16
_OBJECT = struct.Struct("<H6xQ")  # number and length; 0 is the number of the free space


def allowance(size: int) -> int:
    """Bytes that the contents of a file of `size` bytes may take in memory."""
    return _RATIO * size + _FREE


def inspect(file: Any, content: Content, apart: Sequence[tuple[int, int]] = ()) -> None:
    """Raise `ArtefactError` for an open ``h5py.File`` with this content that must not be read.

    Stretches `apart` of the file (first byte, byte after the last; rising), such as those of long arrays, are not
    searched for heaps.
    """
    import h5py

    if file.id.get_create_plist().get_sizes() != (8, 8):
        raise ArtefactError("addresses or lengths in it do not have 8 bytes")
    longest = longest_object(content, apart)
    waiting, seen, left = [file], set[int](), allowance(len(content))
    while waiting:
        item = waiting.pop()
        address = int(h5py.h5o.get_info(item.id).addr)
        if address in seen:
            continue
        seen.add(address)
        _inspect_attributes(item)
        if isinstance(item, h5py.Dataset):
            left -= _size(item, len(content), longest)
            if left < 0:
                raise ArtefactError(
                    f"a file of {len(content)} bytes claims to hold arrays of more than {allowance(len(content))} bytes"
                )
        elif isinstance(item, h5py.Group):
            for name in item:
                if not isinstance(item.get(name, getlink=True), h5py.HardLink):
                    raise ArtefactError(f"{name[:80]!r} is a link out of its place")
                waiting.append(item[name])


def longest_object(content: Content, apart: Sequence[tuple[int, int]] = ()) -> int:
    """Bytes of the longest object in the heaps of a file; `ArtefactError` where a walk through one goes astray."""
    longest, begin = 0, 0
    for end, after in (*apart, (len(content), len(content))):
        place = content.find(_HEAP, begin, end)
        while place >= 0:
            size = int.from_bytes(content[place + 8 : place + _HEAP_HEAD], "little")
            if _HEAP_LEAST <= size <= len(content) - place:
                longest = max(longest, _walk(content, place + _HEAP_HEAD, place + size))
            place = content.find(_HEAP, place + 1, end)
        begin = max(begin, after)
    return longest


def _walk(content: Content, place: int, end: int) -> int:
    """The longest object from `place` to `end`, which object after object must reach without a step back or beyond."""
    longest, seen = 0, set[int]()
    while end - place >= _OBJECT.size:
        number, length = _OBJECT.unpack_from(content, place)
        step = _OBJECT.size + 8 * -(-length // 8) if number else length  # the length of free space counts its head
        if not _OBJECT.size <= step <= end - place or number in seen:
            raise ArtefactError("a heap of text or lists in it is damaged")
        seen.add(number)
        longest = max(longest, length if number else 0)
        place += step
    return longest


def _inspect_attributes(item: Any) -> None:
    import h5py

    for number in range(h5py.h5a.get_num_attrs(item.id)):
        attribute = h5py.h5a.open(item.id, index=number)
        if _of_any_length(attribute.dtype) and math.prod(attribute.shape) > _MOST_WORDS:
            raise ArtefactError(f"an attribute of {math.prod(attribute.shape)} texts or lists")


def _of_any_length(dtype: Any) -> bool:
    """Whether elements are, or hold, texts or lists whose length only the element tells."""
    import h5py

    if dtype.names is not None:
        return any(_of_any_length(dtype[name]) for name in dtype.names)
    if dtype.subdtype is not None:
        return _of_any_length(dtype.base)
    text = h5py.check_string_dtype(dtype)
    return h5py.check_vlen_dtype(dtype) is not None or (text is not None and text.length is None)


def _size(data: Any, size: int, longest: int) -> int:
    """Bytes that a dataset takes while it is read, at most; nothing of its content is looked at."""
    import h5py

    if data.is_virtual or data.external:
        raise ArtefactError(f"{data.name[:80]!r} lies in another file")
    if data.chunks is not None and math.prod(data.chunks) * data.dtype.itemsize > allowance(size):
        raise ArtefactError(f"{data.name[:80]!r} claims to hold chunks of {math.prod(data.chunks)} numbers")
    if data.dtype.kind not in _KINDS and h5py.check_string_dtype(data.dtype) is None:
        raise ArtefactError(f"{data.name[:80]!r} holds neither numbers nor text")
    most = longest if _of_any_length(data.dtype) else 0  # text, as in files of the first versions
    return int(data.size) * (int(data.dtype.itemsize) + most)
