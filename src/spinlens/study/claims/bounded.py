"""Numbers of which sometimes only a bound is known: readings at the end of an instrument, a zero beyond all starts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import Bound, Effect, difference, effect, over_machines

_FLIPPED: dict[Bound, Bound] = {"": "", "lower": "upper", "upper": "lower"}


@dataclass(frozen=True)
class Bounded:
    """An estimate; with `bound` "lower" or "upper" the number is at least or at most that."""

    estimate: Estimate
    bound: Bound = ""


def minus(first: Bounded | None, second: Bounded | None) -> Bounded | None:
    """first − second; None where one is missing, or where bounds on both leave nothing known.

    >>> print(minus(Bounded(Estimate(1.2, 0.0), "lower"), Bounded(Estimate(1.0, 0.01))))
    Bounded(estimate=Estimate(value=0.19999999999999996, error=0.01), bound='lower')
    """
    if first is None or second is None:
        return None
    found, bound = difference(first.estimate, second.estimate), _common([first.bound, _FLIPPED[second.bound]])
    return None if found is None or bound is None else Bounded(found, bound)


def mean(found: Iterable[Bounded | None]) -> Bounded | None:
    """The mean over machines as of `over_machines`; a bound where it is one of some machines, and of the same kind."""
    values = list(found)
    known = [value for value in values if value is not None]
    average = over_machines(value.estimate for value in known) if len(known) == len(values) else None
    bound = _common(value.bound for value in known)
    return None if average is None or bound is None else Bounded(average, bound)


def bounded_effect(name: str, found: Bounded | None, margin: float, subject: str = "", unit: str = "") -> Effect:
    """An effect of a number that may be missing or a bound."""
    if found is None:
        return effect(name, None, margin, subject, unit)
    return effect(name, found.estimate, margin, subject, unit, found.bound)


def bounded(effect: Effect) -> Bounded | None:
    """The number of an effect."""
    if effect.value is None or effect.error is None:
        return None
    return Bounded(Estimate(effect.value, effect.error), effect.bound)


def _common(bounds: Iterable[Bound]) -> Bound | None:
    """The bound of a sum of numbers with these bounds; None where they are of both kinds."""
    kinds = set(bounds) - {""}
    if len(kinds) > 1:
        return None
    return kinds.pop() if kinds else ""
