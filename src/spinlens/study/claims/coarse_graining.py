"""Claim D: is the coarse-graining that a machine learns another kind of map than a block-spin transformation?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import FEWEST, Effect, decide, difference, effect, over_machines
from spinlens.study.claims.verdict import Finding, Outcome, Part, Verdict, joined, of_kind
from spinlens.study.claims.words import more_machines, needed, number, summary
from spinlens.study.results_document import Results, entries, finite, label, measured, reference, section

CLAIM = (
    "The coarse-graining that a machine learns from the long-range lattice differs in kind from the renormalization "
    "group: its exponents are not those of block spins."
)
CONTROL = (
    "Not assayed unless the untrained map is outside or has no exponents within its errors, and a machine that is a "
    "Kadanoff block, and the majority rule against known exponents, are not outside."
)
RULE = (
    "y_t and y_h of the learned map, a tied layer with steps of two sites, by MCRG at T_c less those of majority "
    "blocks with the same operators on the same lattice (margin 0.1 each, four machines or more): supported when one "
    f"is outside by three errors (Holm), contradicted when both are inside. {CONTROL}"
)
MARGIN = 0.1
EXPONENTS = {"y_t": "delta_energy", "y_h": "delta_spin"}  # y = 2 − Δ
RULE_OF_BLOCKS = "majority"
_OUTCOMES: Mapping[str, Outcome] = {"outside": "supported", "inside": "contradicted"}


def claim_d(results: Results) -> Verdict:
    """Judge claim D on the power-law models; short-range ones are shown beside."""
    findings = [judge_coarse_graining(model) for model in of_kind(results, short_range=False)]
    beside = [judge_coarse_graining(model) for model in of_kind(results, short_range=True)]
    found = joined("D", CLAIM, RULE, findings, "power-law model")
    return with_control(found, beside)


def with_control(found: Verdict, beside: list[Finding]) -> Verdict:
    """A verdict on power laws with what the rule finds of short-range models."""
    parts = tuple(part for one in beside for part in one.parts)
    shown = tuple(item for one in beside for item in one.effects)
    words = " ".join(f"Beside: {one.because}" for one in beside)
    return Verdict(
        found.id, found.claim, found.rule, found.outcome, f"{found.because} {words}".strip(), found.evidence,
        found.effects + shown, found.decides, found.parts + parts,
    )  # fmt: skip


def judge_coarse_graining(model: Results) -> Finding:
    """Claim D for one model."""
    machines = len(maps(model, "learned"))
    if not machines:
        return Finding("undecided", f"{label(model)}: no learned coarse-graining.", decides=_train(model))
    side, effects = decide(map_effects(model, "learned"))
    part = Part(f"{label(model)}, learned map", side, "learned map", machines, summary(side, effects))
    failed, shown = control(model)
    outcome = outcome_of(side, machines, failed, _OUTCOMES)
    because = "; ".join([*([f"not assayed: {failed}"] if failed else []), few(machines) + part.because])
    decides = decides_of(model, effects, machines, failed)
    return Finding(outcome, f"{label(model)}: {because}.", effects, decides, (part, *shown))


def outcome_of(side: str, machines: int, failed: str, outcomes: Mapping[str, Outcome]) -> Outcome:
    """The outcome of effects of learned maps: not of failed controls, nor of too few machines."""
    if failed:
        return "not assayed"
    return outcomes.get(side, "undecided") if machines >= FEWEST else "undecided"


def decides_of(model: Results, effects: tuple[Effect, ...], machines: int, failed: str) -> str:
    """What would decide a claim about learned maps; empty where it is decided."""
    if failed:
        return f"{label(model)}: controls that come out as they must."
    more = needed(effects, machines)
    if machines < FEWEST:
        return f"{label(model)}: {more_machines(machines)}."
    return f"{label(model)}: {more}." if more else ""


def map_effects(model: Results, name: str) -> tuple[Effect, ...]:
    """y_t and y_h of a map less those of majority blocks."""
    return tuple(
        effect(
            f"{key} − {key} of majority blocks",
            difference(exponent(model, name, key), exponent(model, RULE_OF_BLOCKS, key)),
            MARGIN,
            f"{label(model)}, {name} map",
        )
        for key in EXPONENTS
    )


def exponent(model: Results, name: str, key: str) -> Estimate | None:
    """y of a map, the mean over machines; its error holds the truncation of the operators.

    That is given as the width within which y moves with the operators: a uniform law of that width has width / √12.
    """
    found, blocks = maps(model, name), maps(model, RULE_OF_BLOCKS)
    widths = [finite(section(entry, "systematic").get(key)) for entry in found]
    average = over_machines(measured(entry.get(key)) for entry in found)
    if average is None or not blocks or any(_measured_with(e) != _measured_with(blocks[0]) for e in found):
        return None
    known = [width for width in widths if width is not None]
    if len(known) < len(widths):
        return None
    return Estimate(average.value, math.hypot(average.error, max(map(abs, known)) / math.sqrt(12)))


def maps(model: Results, name: str) -> list[Results]:
    """The entries of one kind of map for its first step, each number once."""
    found = [entry for entry in entries(model, "coarse") if entry.get("map") == name and _first_step(model, entry)]
    return list({str(entry.get("number")): entry for entry in found}.values())


def _first_step(model: Results, entry: Results) -> bool:
    """Whether a step leads from the lattice itself, not from a layer above it."""
    sides = entry.get("sides")
    return not isinstance(sides, Sequence) or not sides or sides[0] == model.get("size", sides[0])


def _measured_with(entry: Results) -> tuple[object, object]:
    return entry.get("operators"), entry.get("sides")


def control(model: Results) -> tuple[str, tuple[Part, ...]]:
    """What is wrong with the controls of learned maps, empty where nothing is, and they in words."""
    checks = [_untrained(model), _kadanoff(model), _majority(model)]
    return "; ".join(failed for failed, _ in checks if failed), tuple(part for _, part in checks)


def _untrained(model: Results) -> tuple[str, Part]:
    """A machine before training tosses coins: its exponents are other ones, or too vague to be any."""
    side, effects = decide(map_effects(model, "untrained"))
    part = _part(model, "untrained", side, effects)
    seen = side == "outside" or (side == "undecided" and maps(model, "untrained"))
    return "" if seen else f"the untrained map must be outside: {part.because}", part


def _kadanoff(model: Results) -> tuple[str, Part]:
    """A machine that is a block has the exponents of a block."""
    side, effects = decide(map_effects(model, "kadanoff-machine"))
    part = _part(model, "kadanoff-machine", side, effects)
    known = all(item.measured for item in effects)
    return "" if known and side != "outside" else f"the Kadanoff machine must be a block: {part.because}", part


def _majority(model: Results) -> tuple[str, Part]:
    """Majority blocks against known exponents, where there are any."""
    side, effects = decide(_against_known(model))
    part = _part(model, "majority", side, effects)
    return f"majority blocks must have the known exponents: {part.because}" if side == "outside" else "", part


def _against_known(model: Results) -> list[Effect]:
    known = {key: reference(section(model, "reference").get(delta)) for key, delta in EXPONENTS.items()}
    return [
        effect(
            f"{key} − known",
            difference(exponent(model, RULE_OF_BLOCKS, key), Estimate(2 - delta.value, delta.error)),
            MARGIN,
        )
        for key, delta in known.items()
        if delta is not None
    ]


def _part(model: Results, name: str, side: str, effects: tuple[Effect, ...]) -> Part:
    return Part(f"{label(model)}, {name} map", side, "control", len(maps(model, name)), ", ".join(map(number, effects)))


def few(machines: int) -> str:
    """Says that there are too few, before what is said of them."""
    return f"{machines} machines, fewer than {FEWEST} decide nothing, " if machines < FEWEST else ""


def _train(model: Results) -> str:
    return f"{label(model)}: {FEWEST} machines or more with steps of two sites."
