"""Plateaus of a flow: stretches of steps in which no instrument drifts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from spinlens import checks
from spinlens.arrays import Array
from spinlens.border import checked
from spinlens.errors import InputError


@dataclass(frozen=True)
class Plateau:
    """The longest stretch without drift.

    Attributes
    ----------
    reached : bool
        Whether there is one of the length asked for.
    steps : tuple of int
        First and last step of the longest stretch without drift (the last two records where there is none).
    drift : dict of str to float
        For each instrument the drift over that stretch in units of its error.
    until_end : bool
        The stretch runs to the last record, so where it ends is not known.
    lifetime : tuple of int
        The fewest and the most steps that the stretch can have lasted, from the records inside it and from those beside
        it; the most is None where it runs to the end.
    """

    reached: bool
    steps: tuple[int, int]
    drift: dict[str, float]
    until_end: bool
    lifetime: tuple[int, int | None] = (0, None)


@checked
def find_plateau(
    steps: Sequence[int], statistics: Mapping[str, npt.ArrayLike], length: int = 10, threshold: float = 3.0
) -> Plateau:
    """Find the longest stretch of at least `length` steps in which no instrument drifts.

    The drift of an instrument over a stretch is the least-squares slope of its statistic against the step, taken for
    each sample by itself and then averaged: samples are independent of one another, records of one sample are not, so
    this error is right where the difference of two ensemble means would not be. Of stretches of equal length the later
    one counts. A smooth relaxation always hides in a stretch that is short enough: a plateau says how long transients
    last, not where a flow ends.

    Parameters
    ----------
    steps : sequence of int
        Recorded steps, rising; three at least.
    statistics : dict of str to array_like
        Instrument → (n_records, n_samples), its statistic on every sample at every record.
    length : int, default 10
        Smallest number of steps of a plateau.
    threshold : float, default 3.0
        Largest drift, in errors, that is none.

    Returns
    -------
    Plateau
        Also where none was reached, and says so.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=(21, 200))
    >>> relaxing = 5 * np.exp(-np.arange(21) / 2)[:, None] + noise
    >>> find_plateau(range(21), {"energy": relaxing}).reached
    True
    >>> find_plateau(range(21), {"energy": np.arange(21)[:, None] + noise}).reached
    False
    """
    times, tables, length = _checked(steps, statistics, length)
    found = _longest(times, tables, length, threshold, 0, len(times) - 1)
    if found is not None:
        return found
    drift = {name: _drift(times[-2:], table[-2:]) for name, table in tables.items()}
    return Plateau(False, (int(times[-2]), int(times[-1])), drift, True)


def find_plateaus(
    steps: Sequence[int], statistics: Mapping[str, npt.ArrayLike], length: int = 10, threshold: float = 3.0
) -> tuple[Plateau, ...]:
    """All stretches without drift that share no record, in the order of the flow.

    The longest is taken first, then the longest before and after it, and so on. All but one that runs to the end are
    metastable fixed points, and `lifetime` says how long the flow stayed there.

    Parameters
    ----------
    steps : sequence of int
        As in `find_plateau`.
    statistics : dict of str to array_like
        As in `find_plateau`.
    length : int, default 10
        As in `find_plateau`.
    threshold : float, default 3.0
        As in `find_plateau`.

    Returns
    -------
    tuple of Plateau
        Empty where there is none.

    Examples
    --------
    Twenty steps at one level, then a jump and twenty at another:

    >>> level = np.repeat([0.0, 9.0], 20)[:, None] + np.random.default_rng(0).normal(size=(40, 300))
    >>> [plateau.until_end for plateau in find_plateaus(range(40), {"energy": level})]
    [False, True]
    """
    times, tables, length = _checked(steps, statistics, length)

    def search(first: int, last: int) -> list[Plateau]:
        found = _longest(times, tables, length, threshold, first, last)
        if found is None:
            return []
        left, right = (int(np.searchsorted(times, step)) for step in found.steps)
        return [*search(first, left - 1), found, *search(right + 1, last)]

    return tuple(search(0, len(times) - 1))


def _checked(
    steps: Sequence[int], statistics: Mapping[str, npt.ArrayLike], length: int
) -> tuple[Array, dict[str, Array], int]:
    times = np.asarray(steps, dtype=np.float64)
    tables = {name: np.asarray(table, dtype=np.float64) for name, table in statistics.items()}
    if len(times) < 3 or not tables or np.any(np.diff(times) <= 0):
        raise InputError("a plateau needs at least 3 records at rising steps and one instrument")
    for name, table in tables.items():
        if table.ndim != 2 or len(table) != len(times) or table.shape[1] < 2:
            raise InputError(f"{name} must have shape ({len(times)}, n_samples ≥ 2), got {table.shape}")
    return times, tables, checks.positive_integer("length", length)


def _longest(
    times: Array, tables: Mapping[str, Array], length: int, threshold: float, begin: int, end: int
) -> Plateau | None:
    """The longest stretch without drift among the records begin … end."""
    stretches = [
        (times[last] - times[first], first, last)
        for first in range(begin, end - 1)
        for last in range(first + 2, end + 1)
        if times[last] - times[first] >= length
    ]
    for duration, first, last in sorted(stretches, reverse=True):
        drift = {name: _drift(times[first : last + 1], table[first : last + 1]) for name, table in tables.items()}
        if all(abs(value) < threshold for value in drift.values()):
            until_end = last == len(times) - 1
            before = times[max(first - 1, 0)]
            most = None if until_end else int(times[last + 1] - before)
            return Plateau(
                True, (int(times[first]), int(times[last])), drift, until_end, (int(duration), most)
            )  # fmt: skip
    return None


def _drift(times: Array, table: Array) -> float:
    """Mean over samples of the slope of each, in units of its standard error."""
    centred = times - times.mean()
    slopes = centred @ table / float(centred @ centred)
    error = float(slopes.std(ddof=1)) / len(slopes) ** 0.5
    mean = float(slopes.mean())
    if error == 0:
        return 0.0 if mean == 0 else float(np.copysign(np.inf, mean))
    return float(mean / error)
