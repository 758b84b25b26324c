"""Images as PNG: with a palette and few bits a pixel where they have few colours, as lattices of spins do."""

from __future__ import annotations

import base64
import struct
import zlib

import numpy as np

from spinlens.arrays import AnyArray

_PALETTE, _RGBA = 3, 6  # types of colour


def address(pixels: AnyArray) -> str:
    """An image (row, column, RGBA) of bytes as an address that holds it.

    >>> address(np.zeros((2, 2, 4), dtype=np.uint8))[:22]
    'data:image/png;base64,'
    """
    return f"data:image/png;base64,{base64.b64encode(png(pixels)).decode()}"


def png(pixels: AnyArray) -> bytes:
    """The bytes of the file, the same each time; the first row is at the top."""
    rows, columns, _ = pixels.shape
    colors, index = np.unique(pixels.reshape(-1, 4), axis=0, return_inverse=True)
    if len(colors) > 256:
        bits, kind, palette, lines = 8, _RGBA, b"", pixels.reshape(rows, -1)
    else:
        bits = next(size for size in (1, 2, 4, 8) if len(colors) <= 2**size)
        kind, lines = _PALETTE, _packed(index.reshape(rows, columns), bits)
        palette = _chunk(b"PLTE", colors[:, :3].tobytes()) + _chunk(b"tRNS", colors[:, 3].tobytes())
    header = _chunk(b"IHDR", struct.pack(">IIBBBBB", columns, rows, bits, kind, 0, 0, 0))
    unfiltered = np.hstack([np.zeros((rows, 1), dtype=np.uint8), lines])
    body = _chunk(b"IDAT", zlib.compress(unfiltered.tobytes(), 9))
    return b"\x89PNG\r\n\x1a\n" + header + palette + body + _chunk(b"IEND", b"")


def _packed(index: AnyArray, bits: int) -> AnyArray:
    """Numbers of colours with some bits each, rows filled up to bytes."""
    each = np.unpackbits(index.astype(np.uint8)[..., None], axis=2)[..., 8 - bits :]
    return np.packbits(each.reshape(len(index), -1), axis=1)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))
