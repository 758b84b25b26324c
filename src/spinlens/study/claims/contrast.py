"""Claim F: does a machine coarse-grain long-range states otherwise than nearest-neighbour ones?"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product

from spinlens.study.claims import coarse_graining, fixed_temperature
from spinlens.study.claims.bounded import bounded, bounded_effect, minus
from spinlens.study.claims.coarse_graining import control, maps, outcome_of
from spinlens.study.claims.effects import FEWEST, Effect, decide
from spinlens.study.claims.verdict import Finding, Outcome, Part, Verdict, joined, of_kind
from spinlens.study.claims.words import more_machines, needed, summary
from spinlens.study.results_document import Results, label, models, power_laws

CLAIM = (
    "What the stacked machine does to long-range states (D and E) differs from what it does to nearest-neighbour ones."
)
RULE = (
    "The effects of D (margin 0.1) and of E by each instrument (3 %) of a power law less those of a short-range model. "
    "Supported when one is outside by three errors (Holm over all), contradicted when all are inside. Not assayed "
    "where the controls of D fail on either."
)
_PAIR = "pair of a power law and a short-range model"
_OUTCOMES: Mapping[str, Outcome] = {"outside": "supported", "inside": "contradicted"}


def claim_f(results: Results) -> Verdict:
    """Judge claim F on every pair of a power law and a short-range model that is no power law itself."""
    power_law = [models(results)[name] for name in power_laws(results)]
    near = [model for model in of_kind(results, short_range=True) if not any(model is one for one in power_law)]
    pairs = product(of_kind(results, short_range=False), near)
    return joined("F", CLAIM, RULE, [judge_contrast(far, near) for far, near in pairs], _PAIR)


def judge_contrast(far: Results, near: Results) -> Finding:
    """Claim F for one pair of models."""
    name = f"{label(far)} − {label(near)}"
    machines = min(len(maps(model, "learned")) for model in (far, near))
    if not machines:
        train = f"{name}: {FEWEST} machines or more with steps of two sites, of both."
        return Finding("undecided", f"{name}: no learned coarse-graining of both.", decides=train)
    failed = "; ".join(f"{label(model)}: {words}" for model in (far, near) if (words := control(model)[0]))
    side, effects = decide(contrasts(far, near))
    parts = tuple(_part(name, title, effects, key) for title, key in (("D", "y_"), ("E", "T*")))
    because = "; ".join(
        [*([f"not assayed: {failed}"] if failed else []), *(f"{p.stratum}: {p.because}" for p in parts)]
    )
    return Finding(
        outcome_of(side, machines, failed, _OUTCOMES), f"{name}: {because}.", effects,
        _decides(name, effects, machines, failed), parts,
    )  # fmt: skip


def contrasts(far: Results, near: Results) -> list[Effect]:
    """Effects of D and of E of the power law, less those of the short-range model."""
    both = [[*coarse_graining.map_effects(model, "learned"), *_temperatures(model)] for model in (far, near)]
    known = {effect.name: effect for effect in both[1]}
    subject = f"{label(far)} − {label(near)}"
    return [_minus(effect, known.get(effect.name), subject) for effect in both[0]]


def _temperatures(model: Results) -> tuple[Effect, ...]:
    """Effects of E; one that was not measured where there are none."""
    found = fixed_temperature.temperature_effects(model, fixed_temperature.LEARNED, fixed_temperature.MAJORITY)
    return found or (Effect("(T* − T*_blocks)/T_c", None, None, fixed_temperature.MARGIN),)


def _minus(first: Effect, second: Effect | None, subject: str) -> Effect:
    found = minus(bounded(first), None if second is None else bounded(second))
    return bounded_effect(first.name, found, first.margin, subject)


def _part(name: str, title: str, effects: tuple[Effect, ...], key: str) -> Part:
    """The contrast of one claim by itself."""
    own = [effect for effect in effects if key in effect.name]
    side, sided = decide(own)
    return Part(
        f"{name}, {title}", side, f"contrast of {title}", because=summary(side, sided) if own else "not measured"
    )


def _decides(name: str, effects: tuple[Effect, ...], machines: int, failed: str) -> str:
    if failed:
        return f"{name}: controls that come out as they must."
    if machines < FEWEST:
        return f"{name}: {more_machines(machines, ' of both')}."
    more = needed(effects, machines)
    return f"{name}: {more}." if more else ""
