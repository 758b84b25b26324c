"""Ratios of moments that do not depend on the scale of what is averaged."""

from __future__ import annotations

from typing import TypeVar

from spinlens.arrays import Array

_Numbers = TypeVar("_Numbers", float, Array)


def binder(m2: _Numbers, m4: _Numbers) -> _Numbers:
    """U4 = 1 − ⟨m⁴⟩ / (3 ⟨m²⟩²) (Binder 1981): 2/3 in the ordered phase, 0 in the disordered one.

    >>> binder(1.0, 1.0) == 1 - 1 / 3, binder(1.0, 3.0)
    (True, 0.0)
    """
    return 1 - m4 / (3 * m2**2)
