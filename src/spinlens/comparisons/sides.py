"""On which side of its margin an effect lies, by three errors, and what several effects say together."""

from __future__ import annotations

import math
from collections.abc import Iterable
from typing import Literal

from spinlens.statistics.estimate import Estimate

SIGMAS = 3.0
Side = Literal["inside", "outside", "undecided"]


def side(effect: Estimate, margin: float) -> Side:
    """An effect with its error against its margin."""
    x, s = abs(effect.value), SIGMAS * effect.error
    if not math.isfinite(x + s):
        return "undecided"
    return "inside" if x + s < margin else ("outside" if x - s > margin else "undecided")


def together(sides: Iterable[Side]) -> Side:
    """Inside where all are, outside where one is, undecided else and where there is none."""
    found = set(sides)
    return "outside" if "outside" in found else ("inside" if found == {"inside"} else "undecided")
