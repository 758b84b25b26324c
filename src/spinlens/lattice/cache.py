"""Arrays that took noticeable time, kept on disk by what determines them.

A file is one ``.npy`` array followed by a checksum over its key and content. Whatever is wrong with it (missing,
cut short, altered, of another version, in a folder that cannot be read or written) the array is computed again and
nobody is told: the cache is only ever a saving of time.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import math
import os
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import scipy

from spinlens.arrays import Array
from spinlens.files.atomic import replace_file
from spinlens.files.regular import read_regular

_DIGEST = 32
_LARGEST = 1 << 28  # bytes of one file


def cached(compute: Callable[[], Array], key: tuple[object, ...], noticeable: bool) -> Array:
    """`compute()`, or the same array from disk; `key` names everything that it depends on.

    Where `noticeable` is false the disk is not touched. The versions of NumPy and SciPy belong to the key, because
    the last bit of a table may change with them.
    """
    if not noticeable:
        return compute()
    name = repr((*key, np.__version__, scipy.__version__))
    path = folder() / f"{hashlib.blake2b(name.encode(), digest_size=16).hexdigest()}.table"
    if not path.is_absolute():  # a user without a home
        return compute()
    stored = _read(path, name)
    if stored is not None:
        return stored
    array = compute()
    if array.nbytes <= _LARGEST:
        with contextlib.suppress(OSError):
            _write(path, name, array)
    return array


def folder() -> Path:
    """Where the tables lie: ``spinlens`` in the user's cache folder, which is $XDG_CACHE_HOME where that is set,
    else ``~/.cache``, ``~/Library/Caches`` on macOS and ``%LOCALAPPDATA%`` on Windows."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    if os.path.isabs(base):  # the standard asks to ignore relative paths
        return Path(base) / "spinlens"
    home = Path(os.path.expanduser("~"))
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "spinlens"
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "spinlens" / "cache"
    return home / ".cache" / "spinlens"


def _checksum(name: str, content: memoryview) -> bytes:
    return hashlib.blake2b(content, key=hashlib.blake2b(name.encode()).digest(), digest_size=_DIGEST).digest()


def _read(path: Path, name: str) -> Array | None:
    """The array of a file that is whole and belongs to `name`, else None."""
    try:
        data = read_regular(path, math.inf)
        if data[-_DIGEST:] != _checksum(name, memoryview(data)[:-_DIGEST]):
            return None
        array = np.load(io.BytesIO(data), allow_pickle=False)
    except (OSError, ValueError, EOFError):
        return None
    return np.asarray(array, dtype=np.float64)


def _write(path: Path, name: str, array: Array) -> None:
    """Write in one step, so that no reader sees half a file."""
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=False)
    path.parent.mkdir(parents=True, exist_ok=True)
    replace_file(path, buffer.getvalue() + _checksum(name, buffer.getbuffer()))
