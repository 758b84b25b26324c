"""Claim E: does the flow of a stacked machine cool where the renormalization group does not?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.bounded import Bounded, bounded, bounded_effect, mean, minus
from spinlens.study.claims.coarse_graining import CONTROL, control, decides_of, few, outcome_of, with_control
from spinlens.study.claims.effects import FEWEST, Effect
from spinlens.study.claims.verdict import Finding, Outcome, Part, Verdict, joined, of_kind
from spinlens.study.claims.words import number
from spinlens.study.results_document import Results, entries, finite, label, measured

CLAIM = (
    "The stacked machine flows to low temperature where the renormalization group flows to high: its layers leave "
    "unchanged a higher temperature T* than block spins do."
)
RULE = (
    "T* is the temperature at which ΔT of the first layer changes sign, in units of T_c, by each instrument; the "
    "effect is T* of the learned layer less that of majority blocks (margin 3 %, four machines or more). Supported "
    "when it exceeds the margin by three errors in all instruments, contradicted when it stays below in all, “no "
    "temperature” when instruments fall on both sides and differ by more than the margin. Block averages, which "
    f"leave ±1, and the dense stack are shown beside. {CONTROL}"
)
MARGIN = 0.03
INSTRUMENTS = {
    "energy": "energy", "magnetization": "|m|", "xi": "ξ", "correlation": "G(r)",
    "pseudo_likelihood": "pseudo-likelihood",
}  # fmt: skip
LEARNED, DENSE, MAJORITY, AVERAGE = "learned", "stack", "majority", "average"
_WORDS = {LEARNED: "learned layer", DENSE: "dense stack", MAJORITY: "majority blocks", AVERAGE: "block averages"}
_OUTCOMES: dict[str, Outcome] = {
    "outside": "supported", "inside": "contradicted", "no temperature": "no temperature",
}  # fmt: skip


def claim_e(results: Results) -> Verdict:
    """Judge claim E on the power-law models; short-range ones are shown beside."""
    findings = [judge_fixed_temperature(model) for model in of_kind(results, short_range=False)]
    beside = [judge_fixed_temperature(model) for model in of_kind(results, short_range=True)]
    found = joined("E", CLAIM, RULE, findings, "power-law model")
    return with_control(found, beside)


def judge_fixed_temperature(model: Results) -> Finding:
    """Claim E for one model."""
    machines = _machines(model, LEARNED)
    if not machines:
        train = f"{label(model)}: {FEWEST} machines or more with steps of two sites."
        return Finding("undecided", f"{label(model)}: no learned layer was followed.", (), train, _beside(model))
    side, effects = compare(model, LEARNED, MAJORITY)
    waiting = tuple(effect for effect in effects if effect.side == "undecided")
    part = _part(model, LEARNED, MAJORITY)
    failed, _ = control(model)
    outcome = outcome_of(side, machines, failed, _OUTCOMES)
    because = "; ".join([*([f"not assayed: {failed}"] if failed else []), few(machines) + part.because])
    decides = decides_of(model, waiting, machines, failed) if outcome in ("undecided", "not assayed") else ""
    return Finding(outcome, f"{label(model)}: {because}.", effects, decides, (part, *_beside(model)))


def compare(model: Results, flow: str, blocks: str) -> tuple[str, tuple[Effect, ...]]:
    """T* of a flow less that of block spins by every instrument, and what they show together."""
    effects = temperature_effects(model, flow, blocks)
    return joint_side(effects), effects


def temperature_effects(model: Results, flow: str, blocks: str) -> tuple[Effect, ...]:
    """T*/T_c of a flow less that of block spins, for every instrument that read either; sides without Holm."""
    read = [name for name in INSTRUMENTS if _entries(model, flow, name) or _entries(model, blocks, name)]
    subject = f"{label(model)}, {_WORDS[flow]} − {_WORDS[blocks]}"
    return tuple(_sided(_difference(model, flow, blocks, name, subject)) for name in read)


def _difference(model: Results, flow: str, blocks: str, name: str, subject: str) -> Effect:
    both = [fixed_temperature(model, which, name) for which in (flow, blocks)]
    return bounded_effect(f"(T* − T*_blocks)/T_c by {INSTRUMENTS[name]}", minus(*both), MARGIN, subject)


def joint_side(effects: Sequence[Effect]) -> str:
    """ "outside" where all exceed the margin, "inside" where none does; "no temperature", "undecided".

    The three decisions are about disjoint sets of values, so that more data never lead from one to another.
    """
    if len(effects) < 2:
        return "undecided"
    if all(effect.above for effect in effects):
        return "outside"
    if all(effect.below for effect in effects):
        return "inside"
    return "no temperature" if _disagree(effects) else "undecided"


def _disagree(effects: Sequence[Effect]) -> bool:
    """Whether one instrument is above the margin, another below, and they are farther apart than it."""
    pairs = [(high, low) for high in effects for low in effects if high.above and low.below]
    apart = [minus(bounded(high), bounded(low)) for high, low in pairs]
    return any(bounded_effect("", found, MARGIN).above for found in apart)


def _sided(effect: Effect) -> Effect:
    """With its side: outside above the margin only, since the claim has a direction."""
    return replace(effect, side="outside" if effect.above else "inside" if effect.below else "undecided")


def fixed_temperature(model: Results, flow: str, instrument: str) -> Bounded | None:
    """T*/T_c of a flow by one instrument, the mean over machines; a bound where it lies beyond all starts."""
    return mean(_zero(entry) for entry in _entries(model, flow, instrument))


def _zero(entry: Results) -> Bounded | None:
    """T*/T_c of one layer: measured, between two starts, beyond all of them; None of a step that leads to its T*."""
    found, above, below = measured(entry), finite(entry.get("above")), finite(entry.get("below"))
    if entry.get("stable") is True:
        return None
    if found is not None:
        return Bounded(found)
    if above is not None and below is not None:
        return _between(above, below)
    if above is not None:
        return Bounded(Estimate(above, 0.0), "lower")
    return None if below is None else Bounded(Estimate(below, 0.0), "upper")


def _between(above: float, below: float) -> Bounded | None:
    """The middle, with the deviation of a uniform law."""
    return Bounded(Estimate((above + below) / 2, (below - above) / math.sqrt(12))) if above < below else None


def _entries(model: Results, flow: str, instrument: str) -> list[Results]:
    """First layers of one flow as one instrument read them, each number once."""
    found = [
        entry
        for entry in entries(model, "fixed_points")
        if (entry.get("flow"), entry.get("instrument"), entry.get("layer")) == (flow, instrument, 1)
    ]
    return list({str(entry.get("number")): entry for entry in found}.values())


def _machines(model: Results, flow: str) -> int:
    return min((n for name in INSTRUMENTS if (n := len(_entries(model, flow, name)))), default=0)


def _beside(model: Results) -> tuple[Part, ...]:
    """The published comparison, with averages, and the dense stack."""
    pairs = [(LEARNED, AVERAGE), (DENSE, MAJORITY), (DENSE, AVERAGE)]
    return tuple(_part(model, flow, blocks) for flow, blocks in pairs if temperature_effects(model, flow, blocks))


def _part(model: Results, flow: str, blocks: str) -> Part:
    side, effects = compare(model, flow, blocks)
    words = {
        "outside": "all instruments show a higher T*",
        "inside": "no instrument shows a higher T*",
        "no temperature": "instruments disagree about T*",
    }
    shown = ", ".join(map(_short, effects))
    because = f"{words.get(side, 'undecided')}: T* − T* of {_WORDS[blocks]} (margin {MARGIN:g} T_c) {shown}"
    return Part(f"{label(model)}, {_WORDS[flow]} − {_WORDS[blocks]}", side, "", _machines(model, flow), because)


def _short(effect: Effect) -> str:
    """The number without what all share.

    >>> _short(Effect("(T* − T*_blocks)/T_c by |m|", 0.04, 0.003, 0.03))
    '0.040(3) by |m|'
    """
    name = effect.name.rsplit(" by ", 1)[-1]
    found = number(effect).removeprefix(effect.name).split(" (margin")[0].strip().removeprefix("= ")
    return f"{found} by {name}"
