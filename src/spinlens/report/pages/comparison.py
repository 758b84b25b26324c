"""Two studies side by side: verdicts, critical points, gaps and effects, with their differences in combined errors."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from spinlens.report.pages.study import render_page
from spinlens.report.tables import MISSING, QUANTITIES, Table, estimate
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, entries, label, measured, models, reference, section

APART = 3.0
"""Combined errors from which two numbers are called apart."""

_HEADINGS = ("difference", "in combined errors")


@dataclass(frozen=True)
class Difference:
    """One number of both studies; `apart` in combined errors, None where one lacks it or neither has an error."""

    what: tuple[str, ...]
    first: object
    second: object

    @property
    def pair(self) -> tuple[Estimate, Estimate] | None:
        a, b = reference(self.first), reference(self.second)
        return None if a is None or b is None else (a, b)

    @property
    def apart(self) -> float | None:
        if self.pair is None:
            return None
        a, b = self.pair
        error = math.hypot(a.error, b.error)
        return (b.value - a.value) / error if error > 0 else None

    def row(self) -> tuple[str, ...]:
        """The texts of a row: what, both numbers, their difference, the same in combined errors."""
        both = (estimate(self.first), estimate(self.second))
        if self.pair is None:
            return (*self.what, *both, MISSING, MISSING)
        a, b = self.pair
        difference = estimate({"value": b.value - a.value, "error": math.hypot(a.error, b.error)})
        apart = MISSING if self.apart is None else f"{self.apart:+.1f}".replace("-", "−")
        return (*self.what, *both, difference, apart)


def summary(a: Results, b: Results) -> list[str]:
    """The comparison in some lines of words."""
    changed = [(id, first, second) for id, _, first, second in verdicts(a, b) if first != second]
    numbers = [found for found in (*critical(a, b), *gaps(a, b), *effects(a, b)) if found.apart is not None]
    far = [found for found in numbers if abs(found.apart or 0.0) > APART]
    lines = [f"{id}: {first}, then {second}" for id, first, second in changed] or ["all verdicts agree"]
    share = f"{len(far)} of {len(numbers)} numbers that both have are more than {APART:g} combined errors apart"
    worst = max(far, key=lambda found: abs(found.apart or 0.0), default=None)
    return [*lines, share + ("" if worst is None else f", most {', '.join(worst.what)} ({worst.row()[-1]})")]


def verdicts(a: Results, b: Results) -> list[tuple[str, str, str, str]]:
    """Claim by claim: id, what it says, and both outcomes."""
    first, second = ({str(claim.get("id")): claim for claim in entries(of, "claims")} for of in (a, b))
    return [
        (id, str(claim.get("claim", "")), _outcome(first.get(id)), _outcome(second.get(id)))
        for id, claim in {**first, **second}.items()
    ]


def _outcome(claim: Results | None) -> str:
    return MISSING if claim is None else str(claim.get("outcome"))


def critical(a: Results, b: Results) -> list[Difference]:
    """T_c, Δ_s, Δ_ε, U4 and ξ/L of every lattice."""
    return [
        Difference((lattice, symbol), *(section(of, "critical").get(name) for of in pair))
        for lattice, pair in _lattices(a, b)
        for name, symbol in QUANTITIES.items()
    ]


def gaps(a: Results, b: Results) -> list[Difference]:
    """The mean gap of the machines of every recipe, in nats a site, with the error of the mean over machines."""
    found = []
    for lattice, pair in _lattices(a, b):
        first, second = (_mean_gaps(of) for of in pair)
        recipes = dict.fromkeys([*first, *second])
        found += [Difference((lattice, recipe), first.get(recipe), second.get(recipe)) for recipe in recipes]
    return found


def effects(a: Results, b: Results) -> list[Difference]:
    """Every effect that a claim holds against a margin, those that are farthest apart first."""
    first, second = (_effects(of) for of in (a, b))
    found = [Difference(key, first.get(key), second.get(key)) for key in dict.fromkeys([*first, *second])]
    return sorted(found, key=lambda each: -1.0 if each.apart is None else abs(each.apart), reverse=True)


def settings(a: Results, b: Results) -> Table:
    """The entries of the study files that differ."""
    first, second = (dict(_flat(section(of, "study"))) for of in (a, b))
    keys = [key for key in dict.fromkeys([*first, *second]) if first.get(key) != second.get(key)]
    rows = tuple((key, first.get(key, MISSING), second.get(key, MISSING)) for key in keys)
    return Table(("setting", "first", "second"), rows)


def render_comparison(a: Results, b: Results, names: Sequence[str]) -> str:
    """The page as text; `names` are those of the studies."""
    tables = [
        ("Critical points", _table(("lattice", "quantity"), names, critical(a, b))),
        ("Gaps of the machines, nats a site", _table(("lattice", "recipe"), names, gaps(a, b))),
        ("Effects against margins, the farthest apart first", _table(("claim", "effect", "of"), names, effects(a, b))),
    ]
    return render_page(
        "comparison.html", parts=("comparison",), names=names, lines=summary(a, b), verdicts=verdicts(a, b),
        tables=tables, settings=settings(a, b), versions=[str(of.get("spinlens") or "") for of in (a, b)],
    )  # fmt: skip


def _table(what: tuple[str, ...], names: Sequence[str], found: Iterable[Difference]) -> Table:
    return Table((*what, *names, *_HEADINGS), tuple(difference.row() for difference in found))


def _lattices(a: Results, b: Results) -> list[tuple[str, tuple[Results, Results]]]:
    first, second = models(a), models(b)
    names = dict.fromkeys([*first, *second])
    return [
        (label(first.get(name) or second[name], name), (first.get(name, {}), second.get(name, {}))) for name in names
    ]


def _mean_gaps(model: Results) -> dict[str, dict[str, float]]:
    found: dict[str, list[Estimate]] = {}
    for machine in entries(model, "machines"):
        gap = measured(machine.get("gap"))
        if gap is not None:
            found.setdefault(str(machine.get("recipe")), []).append(gap)
    return {recipe: _mean(gaps) for recipe, gaps in found.items()}


def _mean(gaps: Sequence[Estimate]) -> dict[str, float]:
    n = len(gaps)
    mean = sum(gap.value for gap in gaps) / n
    between = sum((gap.value - mean) ** 2 for gap in gaps) / (n - 1) if n > 1 else 0.0
    within = sum(gap.error**2 for gap in gaps) / n
    return {"value": mean, "error": math.sqrt(max(between, within) / n)}


def _effects(of: Results) -> dict[tuple[str, ...], Results]:
    return {
        (str(claim.get("id")), str(effect.get("name")), str(effect.get("subject") or "")): effect
        for claim in entries(of, "claims")
        for effect in entries(claim, "effects")
    }


def _flat(value: Mapping[str, object] | Sequence[object] | object, prefix: str = "") -> Iterable[tuple[str, str]]:
    """Nested settings as dotted keys and texts; entries of a list go by their name, or their place."""
    if isinstance(value, Mapping):
        for key, item in value.items():
            yield from _flat(item, f"{prefix}.{key}" if prefix else str(key))
    elif isinstance(value, list) and value and all(isinstance(item, Mapping) for item in value):
        for place, item in enumerate(value):
            yield from _flat(item, f"{prefix}.{item.get('name', place)}")
    else:
        yield prefix, str(value)
