"""Paths as the data of SVG: whole units, relative to where the pen is."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from matplotlib.path import Path

from spinlens.arrays import AnyArray, Array

Step = tuple[str, tuple[int, ...]]
"""A command (m, l, q, c, z) with the coordinates that it has, counted from the corner of the drawing."""

Steps = list[Step]

DOT: Steps = [("m", (0, 0)), ("l", (0, 0))]
"""What a round pen leaves at the origin."""

_COMMANDS = {Path.MOVETO: ("m", 1), Path.LINETO: ("l", 1), Path.CURVE3: ("q", 2), Path.CURVE4: ("c", 3)}


def vertices(path: Path) -> Array:
    """The points of a path, (n, 2)."""
    return np.asarray(path.vertices, dtype=np.float64)


def is_curved(path: Path) -> bool:
    """Whether a path has curves."""
    return path.codes is not None and bool(np.isin(path.codes, (Path.CURVE3, Path.CURVE4)).any())


def steps(path: Path, units: Callable[[Any], AnyArray]) -> Steps:
    """A path in whole units; points that round to the one before are left out."""
    points = units(vertices(path)).tolist()
    lines = [Path.MOVETO, *[Path.LINETO] * (len(points) - 1)]
    codes = lines if path.codes is None else np.asarray(path.codes).tolist()
    made: Steps = []
    k = 0
    while k < len(points) and codes[k] != Path.STOP:
        if codes[k] == Path.CLOSEPOLY:
            made.append(("z", ()))
            k += 1
            continue
        command, count = _COMMANDS[codes[k]]
        own = tuple(number for point in points[k : k + count] for number in point)
        if command != "l" or own != made[-1][1][-2:]:
            made.append((command, own))
        k += count
    return made if len(made) > 1 else []


def glyph(shape: Path, units: int) -> Steps:
    """A marker about the origin."""
    flipped = np.rint(vertices(shape) * (units, -units))
    return steps(Path(flipped, shape.codes), lambda points: np.asarray(points).astype(int))


def circle(radius: float, units: int) -> Steps:
    """A circle about the origin as four curves."""
    r, k = round(radius * units), round(0.5523 * radius * units)
    return [
        ("m", (r, 0)), ("c", (r, k, k, r, 0, r)), ("c", (-k, r, -r, k, -r, 0)), ("c", (-r, -k, -k, -r, 0, -r)),
        ("c", (k, -r, r, -k, r, 0)), ("z", ()),
    ]  # fmt: skip


def moved(own: Steps, place: AnyArray) -> Steps:
    """The same about another place."""
    x, y = place.tolist()
    return [(name, tuple(n + (y if k % 2 else x) for k, n in enumerate(numbers))) for name, numbers in own]


def text(path: Iterable[Step]) -> str:
    """The attribute `d`.

    >>> text([("m", (10, 10)), ("l", (20, 10)), ("l", (25, 5)), ("z", ()), ("m", (30, 10)), ("l", (30, 0))])
    'm10 10h10l5-5zm20 0v-10'
    """
    said: list[str] = []
    at, first = (0, 0), (0, 0)
    for command, numbers in path:
        if command == "z":
            said.append("z")
            at = first
            continue
        own = [n - at[k % 2] for k, n in enumerate(numbers)]
        said.append(_said(command, own))
        at = numbers[-2], numbers[-1]
        first = at if command == "m" else first
    return "".join(said)


def _said(command: str, own: list[int]) -> str:
    if command == "l" and own[1] == 0:
        return f"h{own[0]}"
    if command == "l" and own[0] == 0:
        return f"v{own[1]}"
    return command + " ".join(map(str, own)).replace(" -", "-")
