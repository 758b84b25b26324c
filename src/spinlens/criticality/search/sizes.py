"""The lattices that finite-size scaling is done with."""

from __future__ import annotations

from collections.abc import Sequence

from spinlens import checks
from spinlens.errors import InputError
from spinlens.lattice.couplings import Coupling
from spinlens.lattice.ising import IsingModel


def make_models(coupling: Coupling, sizes: Sequence[int], dimension: int) -> tuple[IsingModel, ...]:
    """One lattice for each size."""
    dimension = checks.positive_integer("dimension", dimension)
    return tuple(IsingModel((L,) * dimension, coupling) for L in check_sizes(sizes))


def check_sizes(sizes: Sequence[int]) -> tuple[int, ...]:
    """Sizes fit for crossings: at least three, increasing, each ≥ 4."""
    checked = tuple(checks.positive_integer("size", L, minimum=4) for L in sizes)
    if len(checked) < 3 or any(a >= b for a, b in zip(checked[:-1], checked[1:], strict=True)):
        raise InputError(f"sizes must be at least three increasing numbers, got {list(sizes)}; for example 8 16 32")
    return checked
