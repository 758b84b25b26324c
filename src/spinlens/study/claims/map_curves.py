"""The numbers of the map: effects of the claims against σ with margins, as results hold and figures draw them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from spinlens.files.plain import plain
from spinlens.study.claims import coarse_graining, couplings, ends
from spinlens.study.claims.along_sigma import BOUNDARY, Map, Place, judge_map
from spinlens.study.claims.effects import Effect, effect
from spinlens.study.claims.recipes import Recipe, trained
from spinlens.study.results_document import Results, models

GAUSSIAN, SHORT_RANGE = 1.0, 2.0  # σ: d/2, and that beyond which nobody disputes the class
_MAPS = {"learned": "learned map", coarse_graining.RULE_OF_BLOCKS: "majority blocks"}


@dataclass(frozen=True)
class Point:
    """One number of one lattice, at σ or, where that is None, of nearest neighbours; `bound` as of an `Effect`."""

    model: str
    sigma: float | None
    value: float
    error: float
    bound: str = ""


@dataclass(frozen=True)
class Line:
    """What is known along σ, from point to point; `firm` where nobody disputes it."""

    sigma: tuple[float, ...]
    value: tuple[float, ...]
    firm: bool = True


@dataclass(frozen=True)
class Quantity:
    """One number against σ: points by what they are of, and the margin of the rules about `about`, or about 0."""

    words: str
    margin: float
    points: dict[str, tuple[Point, ...]]
    about: str = ""
    known: tuple[Line, ...] = field(default=())


def map_document(results: Results) -> dict[str, Any] | None:
    """Statement and numbers of the map of a study as JSON data, None where it has none."""
    judged = judge_map(results)
    return None if judged is None else plain({**vars(judged), "quantities": map_quantities(results, judged)})


def map_quantities(results: Results, judged: Map) -> dict[str, Quantity]:
    """Every quantity of the map by its name; one that no lattice has is left out."""
    own = models(results)
    lattices = [(place, own[place.model]) for place in judged.places]
    ranges = [place.sigma for place in judged.places if place.sigma is not None]
    found = {
        **{key: _exponent(lattices, key, known_lines(key, min(ranges), max(ranges))) for key in ("y_h", "y_t")},
        "delta_spin": _of_machines(lattices, "Δ_s − lattice", ends.DELTA_SPIN, _dimension),
        "temperature": _of_machines(lattices, "T_end / T_c − 1 by energy", ends.TEMPERATURE, _temperature),
        "coupling": _of_machines(lattices, "J_eff / (J/T) − 1 at r = 2", couplings.COUPLING, _second_neighbour),
        "slope": _of_machines(lattices, "slope of ln J_eff − lattice", couplings.SLOPE, couplings.slope_effect),
    }
    return {name: quantity for name, quantity in found.items() if any(quantity.points.values())}


def known_lines(key: str, low: float, high: float) -> tuple[Line, ...]:
    """y_h or y_t of the infinite square lattice between two σ, where theory says it.

    y_h = (2 + σ)/2 between 1 and 7/4 (Fisher, Ma & Nickel 1972), 15/8 from 2 on, disputed in between (Sak 1973: 15/8);
    on a torus 3/2 below 1, where the Gaussian field has (2 + σ)/2. y_t = 1 below 1, on a torus, and from 2 on.
    """
    sides = [(0.0, GAUSSIAN), (GAUSSIAN, BOUNDARY), (BOUNDARY, SHORT_RANGE), (SHORT_RANGE, max(high, SHORT_RANGE))]
    cut = [(max(a, low), min(b, high)) for a, b in sides]
    if key == "y_t":
        return tuple(Line(part, (1.0, 1.0)) for part in (cut[0], cut[3]) if part[0] < part[1])
    straight = [tuple((2 + sigma) / 2 for sigma in part) for part in cut]
    lines = [
        (cut[0], (1.5, 1.5), True),
        (cut[0], straight[0], False),
        (cut[1], straight[1], True),
        (cut[2], (1.875, 1.875), False),
        (cut[3], (1.875, 1.875), True),
    ]
    return tuple(Line(part, value, firm) for part, value, firm in lines if part[0] < part[1])


def best(model: Results) -> Recipe | None:
    """The recipe at T_c with the smallest gap to the lattice."""
    known = [(recipe.gap.value, recipe) for recipe in trained(model) if recipe.critical and recipe.gap is not None]
    return min(known, key=lambda pair: pair[0], default=(0.0, None))[1]


_Lattices = Sequence[tuple[Place, Results]]


def _exponent(lattices: _Lattices, key: str, known: tuple[Line, ...]) -> Quantity:
    def of(name: str) -> Callable[[Results], Effect]:
        return lambda model: effect(key, coarse_graining.exponent(model, name, key), coarse_graining.MARGIN)

    points = {words: tuple(_points(lattices, of(name))) for name, words in _MAPS.items()}
    return Quantity(key, coarse_graining.MARGIN, points, _MAPS[coarse_graining.RULE_OF_BLOCKS], known)


def _of_machines(lattices: _Lattices, words: str, margin: float, read: Callable[[Recipe], Effect | None]) -> Quantity:
    """Of the machines that know their lattice best, whatever recipe they are of."""
    found: dict[str, list[Point]] = {}
    for place, model in lattices:
        recipe = best(model)
        own = None if recipe is None else read(recipe)
        if recipe is not None and own is not None:
            found.setdefault(recipe.name, []).extend(_point(place, own))
    return Quantity(words, margin, {name: tuple(points) for name, points in found.items()})


def _points(lattices: _Lattices, read: Callable[[Results], Effect]) -> Iterator[Point]:
    for place, model in lattices:
        yield from _point(place, read(model))


def _point(place: Place, found: Effect) -> Iterator[Point]:
    if found.value is not None and found.error is not None:
        yield Point(place.model, place.sigma, found.value, found.error, found.bound)


def _dimension(recipe: Recipe) -> Effect:
    return ends.dimension_effects(recipe)[0] if ends.settled(recipe) else effect("Δ_s", None, ends.DELTA_SPIN)


def _temperature(recipe: Recipe) -> Effect:
    return ends.temperature_effects(recipe)[0]


def _second_neighbour(recipe: Recipe) -> Effect | None:
    return next((item for item in couplings.coupling_effects(recipe) if item.name.endswith("at r = 2")), None)
