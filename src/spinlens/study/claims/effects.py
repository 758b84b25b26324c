"""The common form of all rules: effects with errors, held against margins that were fixed beforehand.

An effect x with error s is *inside* its margin δ where |x| + 3 s < δ, *outside* where |x| − 3 s > δ, and undecided
otherwise. More data shrink s, so that they can only turn undecided into decided, and never one decision into the other.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import scipy.special

from spinlens.statistics.estimate import Estimate

Side = Literal["inside", "outside", "undecided"]
Bound = Literal["", "lower", "upper"]  # of what a value is a bound; "" where it is the number itself

SIGNS: Mapping[str, str] = {"": "", "lower": "≥ ", "upper": "≤ "}
"""What stands before a value that is a bound."""

SIGMAS = 3.0
"""Errors between an effect and its margin that make a decision."""

_LEVEL = float(scipy.special.ndtr(-SIGMAS))  # of a wrong "outside", one side
SHARED = 0.5
"""Part of the variance of one measurement that all machines share: calibration, reference, T_c."""

FEWEST, ENOUGH = 4, 8
"""Machines below which nothing is decided, and from which their scatter is taken as known."""


@dataclass(frozen=True)
class Effect:
    """One number that a rule reads.

    Attributes
    ----------
    name : str
        What it is, in words.
    value, error : float or None
        x and s, in units of `unit`; None where it was not measured.
    margin : float
        δ > 0, fixed before the data.
    unit : str
        "", or such as "T_c".
    side : {"inside", "outside", "undecided"}
        As decided among all effects that one rule reads; alone until then.
    subject : str
        Of what: the model, and the recipe or map.
    bound : {"", "lower", "upper"}
        "lower" or "upper" where x is a bound only, such as a reading beyond the end of an instrument.
    detectable : float or None
        The smallest |x| that would be outside with this error: δ + 3 s.
    more : float or None
        How many times as much data would decide it if the value stays; None where none would, 1 where decided.
    """

    name: str
    value: float | None
    error: float | None
    margin: float
    unit: str = ""
    side: Side = "undecided"
    subject: str = ""
    bound: Bound = ""
    detectable: float | None = field(init=False)
    more: float | None = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "detectable", None if self.error is None else self.margin + SIGMAS * self.error)
        object.__setattr__(self, "more", self._more())

    @property
    def measured(self) -> bool:
        """Whether there are a value and an error."""
        return self.value is not None and self.error is not None

    @property
    def inside(self) -> bool:
        """|x| + 3 s < δ; never of a bound."""
        if self.value is None or self.error is None or self.bound:
            return False
        return abs(self.value) + SIGMAS * self.error < self.margin

    @property
    def p_outside(self) -> float:
        """How probable a value as large as this is at least where |x| = δ; 1 where it was not measured."""
        if self.value is None or self.error is None or self._says_nothing:
            return 1.0
        excess = abs(self.value) - self.margin
        if self.error == 0:
            return 0.0 if excess > 0 else 1.0
        return float(scipy.special.ndtr(-excess / self.error))

    @property
    def above(self) -> bool:
        """x > δ by three errors, x with its sign."""
        if self.value is None or self.error is None or self.bound == "upper":
            return False
        return self.value - SIGMAS * self.error > self.margin

    @property
    def below(self) -> bool:
        """x < δ by three errors, x with its sign."""
        if self.value is None or self.error is None or self.bound == "lower":
            return False
        return self.value + SIGMAS * self.error < self.margin

    @property
    def _says_nothing(self) -> bool:
        """A bound that leaves x = 0 possible."""
        value = self.value or 0.0
        return (self.bound == "lower" and value <= 0) or (self.bound == "upper" and value >= 0)

    def _more(self) -> float | None:
        if self.value is None or self.error is None or self._says_nothing:
            return None
        distance = abs(self.value) - self.margin
        if distance == 0 or (self.bound and distance < 0):
            return None
        return max(1.0, _square(SIGMAS * self.error / distance))


def decide(effects: Sequence[Effect]) -> tuple[Side, tuple[Effect, ...]]:
    """What a set of effects shows together, and each with its side.

    Outside where one of them is, by the procedure of Holm for several numbers, so that many numbers do not make a wrong
    decision likelier than one does; inside where all are; undecided otherwise, or where one was not measured.

    >>> decide([Effect("a", 0.001, 0.001, 0.02), Effect("b", 0.1, 0.01, 0.02)])[0]
    'outside'
    >>> decide([Effect("a", 0.001, 0.001, 0.02)])[0], decide([])[0]
    ('inside', 'undecided')
    """
    outside = _holm([effect.p_outside for effect in effects])
    sides = tuple(
        replace(effect, side="outside" if out else "inside" if effect.inside else "undecided")
        for effect, out in zip(effects, outside, strict=True)
    )
    if any(outside):
        return "outside", sides
    return ("inside" if sides and all(effect.side == "inside" for effect in sides) else "undecided"), sides


def _holm(values: Sequence[float]) -> list[bool]:
    """Which hypotheses are rejected at the level of three errors, all together."""
    rejected = [False] * len(values)
    for rank, number in enumerate(sorted(range(len(values)), key=values.__getitem__)):
        if values[number] > _LEVEL / (len(values) - rank):
            break
        rejected[number] = True
    return rejected


def over_machines(found: Iterable[Estimate | None], shared: float = SHARED) -> Estimate | None:
    """The mean of one effect over machines that were trained apart; None where one was not measured, or of none.

    s² = max(variance between machines, mean measured variance) / n + shared · mean measured variance: what all machines
    share does not average out, and machines that agree by chance do not make the error smaller than what was measured.
    The variance between fewer than eight machines is raised to what Student's law makes of three errors.
    """
    values = list(found)
    if not values or any(value is None for value in values):
        return None
    known = [value for value in values if value is not None]
    n = len(known)
    mean = sum(value.value for value in known) / n
    between = sum(_square(value.value - mean) for value in known) / (n - 1) if n > 1 else 0.0
    within = sum(_square(value.error) for value in known) / n
    return Estimate(mean, math.sqrt(max(_student(n) * between, within) / n + shared * within))


def _square(x: float) -> float:
    """x², infinite where it is too large; `**` would raise."""
    return x * x


def _student(n: int) -> float:
    """By how much a variance between `n` machines counts more than one between eight."""
    if not FEWEST <= n < ENOUGH:
        return 1.0
    few, enough = scipy.special.stdtrit([n - 1, ENOUGH - 1], 1 - _LEVEL)
    return float(few / enough) ** 2


def student(degrees: int) -> float:
    """By how much a standard deviation from so many degrees of freedom has to be raised, for three to mean as much.

    >>> round(student(3), 2), round(student(10_000), 2)
    (3.07, 1.0)
    """
    return float(scipy.special.stdtrit(degrees, 1 - _LEVEL)) / SIGMAS


def improbable(chi2: float, degrees: int) -> bool:
    """Whether χ² is larger than what errors make of it, as improbable as three errors to one side.

    >>> improbable(10.2, 1), improbable(10.4, 1)
    (False, True)
    """
    return float(scipy.special.chdtrc(degrees, chi2)) < _LEVEL


def difference(first: Estimate | None, second: Estimate | None) -> Estimate | None:
    """first − second with independent errors; None where one of them is missing."""
    if first is None or second is None:
        return None
    return Estimate(first.value - second.value, math.hypot(first.error, second.error))


def effect(
    name: str, found: Estimate | None, margin: float, subject: str = "", unit: str = "", bound: Bound = ""
) -> Effect:
    """An effect of an estimate that may be missing, or a bound."""
    if found is None or not (math.isfinite(found.value) and math.isfinite(found.error)):
        return Effect(name, None, None, margin, unit, subject=subject)
    return Effect(name, found.value, found.error, margin, unit, subject=subject, bound=bound)


def worst(effects: Iterable[Effect]) -> Effect | None:
    """The effect that is farthest from being inside, in units of its margin."""
    known = [item for item in effects if item.value is not None]
    return max(known, key=lambda item: abs(item.value or 0.0) / item.margin, default=None)


def spread(readings: Mapping[str, Estimate]) -> Estimate | None:
    """Largest less smallest of several readings of one ensemble, with the errors of these two; None of fewer than two.

    >>> print(spread({"energy": Estimate(1.01, 0.003), "xi": Estimate(0.99, 0.004), "G(r)": Estimate(1.0, 0.001)}))
    0.020(5)
    """
    if len(readings) < 2:
        return None
    low, high = (choose(readings.values(), key=lambda reading: reading.value) for choose in (min, max))
    return difference(high, low)
