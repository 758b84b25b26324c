"""The map: how what a learned coarse-graining misses depends on the range σ of the power law.

Not a claim: it has an answer at every σ, and a trend, where a claim has one outcome.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from spinlens.arrays import Array
from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.coarse_graining import MARGIN, control, map_effects, maps
from spinlens.study.claims.effects import FEWEST, SIGMAS, Effect, decide, effect, improbable, student
from spinlens.study.claims.words import number
from spinlens.study.results_document import Results, label, models, power_laws

RULE = (
    "At each σ y_h of the learned map less that of majority blocks, as claim D has it (margin 0.1): outside by three "
    "errors (Holm over all lattices of the map), inside or undecided; undecided with fewer than four machines, not "
    "assayed where the controls of D fail. The trend is the slope of the weighted straight line through these "
    "differences against σ, which counts up to 7/4, from where on the class is that of nearest neighbours, over three "
    "power laws or more that are assayed; where the line does not fit (χ², three errors), its error is that of the "
    "scatter about it, by Student’s law. The difference rises or falls with σ where the slope is not 0 by three "
    "errors, and its change over the map is held against the same margin."
)
FEWEST_RANGES = 3
"""Different σ below which there is no map."""

BOUNDARY = 1.75  # Sak 1973
_EXPONENT = "y_h"

Answer = Literal["outside", "inside", "undecided", "not assayed"]
Sign = Literal["rises", "falls", "undecided"]


@dataclass(frozen=True)
class Place:
    """One lattice of the map: its σ (None of nearest neighbours), y_h learned less that of blocks, and what that says.

    `failed` says which controls did, "" where none.
    """

    model: str
    label: str
    sigma: float | None
    answer: Answer
    effect: Effect
    machines: int
    failed: str = ""

    @property
    def fitted(self) -> bool:
        """Whether the trend goes through it."""
        return self.sigma is not None and not self.failed and self.machines >= FEWEST and self.effect.measured


@dataclass(frozen=True)
class Trend:
    """The straight line through the differences of the power laws.

    `slope` is per unit of σ, `chi2` with `degrees` says how well it fits; `change` is the slope times the σ that the
    map spans, held against the margin. All None and undecided where there are fewer than three ranges.
    """

    sign: Sign
    slope: Estimate | None
    change: Effect
    chi2: float | None = None
    degrees: int = 0


@dataclass(frozen=True)
class Map:
    """The map's statement: lattice by lattice from the longest range on, the trend, and both in words."""

    rule: str
    places: tuple[Place, ...]
    trend: Trend
    because: str


def judge_map(results: Results) -> Map | None:
    """The statement of a study that holds power laws of three ranges or more; None of any other."""
    ranges = power_laws(results)
    if len(set(ranges.values())) < FEWEST_RANGES:
        return None
    own = models(results)
    others = [name for name, model in own.items() if name not in ranges and model.get("short_range") is True]
    places = _places([(name, own[name], ranges.get(name)) for name in (*ranges, *others)])
    trend = judge_trend(places)
    return Map(RULE, places, trend, _because(places, trend))


def _places(lattices: Sequence[tuple[str, Results, float | None]]) -> tuple[Place, ...]:
    _, effects = decide([_difference(model) for _, model, _ in lattices])
    return tuple(
        _place(name, model, sigma, found) for (name, model, sigma), found in zip(lattices, effects, strict=True)
    )


def _difference(model: Results) -> Effect:
    return next(found for found in map_effects(model, "learned") if found.name.startswith(_EXPONENT))


def _place(name: str, model: Results, sigma: float | None, found: Effect) -> Place:
    failed, _ = control(model)
    machines = len(maps(model, "learned"))
    enough: Answer = found.side if machines >= FEWEST else "undecided"
    answer: Answer = "not assayed" if failed and machines else enough
    return Place(name, label(model, name), sigma, answer, found, machines, failed)


def judge_trend(places: Sequence[Place]) -> Trend:
    """The trend of differences over the power laws among `places`.

    >>> def at(sigma, value):
    ...     return Place("", "", sigma, "undecided", Effect("y_h", value, 0.01, 0.1), 8)
    >>> found = judge_trend([at(0.8, -0.3), at(1.2, -0.2), at(1.6, -0.1)])
    >>> found.sign, str(found.slope), found.change.side
    ('rises', '0.250(18)', 'outside')
    >>> judge_trend([at(0.8, -0.2), at(1.2, -0.3), at(1.6, -0.2)]).sign
    'undecided'
    """
    fitted = [place for place in places if place.fitted]
    x = np.array([min(place.sigma or 0.0, BOUNDARY) for place in fitted])
    y, error = (np.array([getattr(place.effect, key) for place in fitted], dtype=float) for key in ("value", "error"))
    if len(set(x)) < FEWEST_RANGES or not np.all(error > 0):
        return Trend("undecided", None, _change(None, places))
    slope, chi2 = _line(x, y, error)
    sign: Sign = "undecided"
    if abs(slope.value) > SIGMAS * slope.error:
        sign = "rises" if slope.value > 0 else "falls"
    span = float(np.ptp(x))
    change = _change(Estimate(slope.value * span, slope.error * span), fitted)
    return Trend(sign, slope, change, chi2, len(x) - 2)


def _line(x: Array, y: Array, error: Array) -> tuple[Estimate, float]:
    """Slope of the weighted line and χ²; the scatter about it sets the error where that is more than errors allow."""
    weights = error**-2.0
    centred = x - np.average(x, weights=weights)
    spread = float(np.sum(weights * centred**2))
    slope = float(np.sum(weights * centred * y)) / spread
    rest = y - np.average(y, weights=weights) - slope * centred
    chi2, degrees = float(np.sum(weights * rest**2)), len(x) - 2
    scatter = student(degrees) * math.sqrt(chi2 / degrees) if improbable(chi2, degrees) else 1.0
    return Estimate(slope, scatter / math.sqrt(spread)), chi2


def _change(found: Estimate | None, places: Sequence[Place]) -> Effect:
    ranges = [place.sigma for place in places if place.sigma is not None]
    name = f"change of {_EXPONENT} − {_EXPONENT} of majority blocks from σ = {min(ranges):g} to {max(ranges):g}"
    _, (judged,) = decide([effect(name, found, MARGIN)])
    return judged


def _because(places: Sequence[Place], trend: Trend) -> str:
    said = "; ".join(map(_said, places))
    if trend.slope is None:
        return f"{said}. The trend is undecided: fewer than {FEWEST_RANGES} ranges are assayed."
    how = {"rises": "It rises with σ", "falls": "It falls with σ", "undecided": "Whether it rises with σ is undecided"}
    fit = f"χ² = {trend.chi2:.1f} for {trend.degrees}"
    return f"{said}. {how[trend.sign]}: slope {trend.slope} ({fit}), {number(trend.change)}, {trend.change.side}."


def _said(place: Place) -> str:
    failed = f", {place.failed}" if place.answer == "not assayed" else ""
    return f"{place.label}: {number(place.effect)}, {place.answer}{failed}"
