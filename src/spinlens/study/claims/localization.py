"""Claim D: do the visible–hidden correlations of the stacked machine and of block spins differ in kind?"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.verdict import DIFFER, MIN_SEEDS, Evidence, Outcome, Verdict, evidence, of_kind, unanimous
from spinlens.study.results_document import Results, entries, label, measured, section

CLAIM = "Visible–hidden correlation functions differ in kind between the stacked machine and the renormalization group."
RULE = (
    "For the first layer at T_c, averaged over 5 or more converged seeds: supported when both the r.m.s. radius and "
    "the peak-to-background ratio of the connected ⟨vh⟩ of the stack differ from those of every block-spin rule by "
    "more than 5 errors and by more than a quarter of the block-spin value; contradicted when, for at least one "
    "block-spin rule, both agree within 2 errors that are themselves below a tenth of the block-spin value; "
    "undecided otherwise."
)
QUANTITIES = {"rms_radius": "r.m.s. radius", "peak_to_background": "peak / background"}
SAME, SAME_PRECISION, EFFECT = 2.0, 0.1, 0.25


@dataclass(frozen=True)
class LocalizationResult:
    """The outcome of claim D for one model."""

    model: Results
    seeds: int  # converged stacks
    stack: dict[str, Estimate | None]
    blocks: dict[str, dict[str, Estimate | None]]  # by block-spin rule
    outcome: Outcome


def claim_d(results: Results) -> Verdict:
    """Judge claim D on the power-law models."""
    judged = [judge_localization(model) for model in of_kind(results, short_range=False)]
    shown = tuple(item for result in judged for item in _evidence(result))
    return Verdict("D", CLAIM, RULE, unanimous(r.outcome for r in judged), _because(judged), shown)


def judge_localization(model: Results) -> LocalizationResult:
    """Claim D for one model."""
    found = section(model, "localization")
    stacks = {s.get("seed"): s for s in _first_layer(found, "stack") if s.get("converged") is True}
    stack = {name: seed_mean([measured(s.get(name)) for s in stacks.values()]) for name in QUANTITIES}
    blocks = {
        str(entry.get("rule")): {name: measured(entry.get(name)) for name in QUANTITIES}
        for entry in _first_layer(found, "rg")
    }
    outcome = _judge(stack, blocks) if len(stacks) >= MIN_SEEDS else "undecided"
    return LocalizationResult(model, len(stacks), stack, blocks, outcome)


def seed_mean(estimates: Sequence[Estimate | None]) -> Estimate | None:
    """Mean over seeds; its error holds their scatter and the full error of one measurement.

    The measurements share one set of lattice states, so their errors do not shrink with the number of seeds.

    >>> print(seed_mean([Estimate(1.0, 0.3), Estimate(2.0, 0.3)]))
    1.5(6)
    """
    known = [estimate for estimate in estimates if estimate is not None]
    if len(known) < 2 or len(known) < len(estimates):
        return None
    n = len(known)
    mean = sum(e.value for e in known) / n
    scatter = sum((e.value - mean) ** 2 for e in known) / (n * (n - 1))
    return Estimate(mean, math.sqrt(scatter + sum(e.error**2 for e in known) / n))


def _judge(stack: dict[str, Estimate | None], blocks: dict[str, dict[str, Estimate | None]]) -> Outcome:
    if blocks and all(_differs(stack[name], rule[name]) for rule in blocks.values() for name in QUANTITIES):
        return "supported"
    if any(all(_same(stack[name], rule[name]) for name in QUANTITIES) for rule in blocks.values()):
        return "contradicted"
    return "undecided"


def _differs(stack: Estimate | None, block: Estimate | None) -> bool:
    if stack is None or block is None:
        return False
    large = abs(stack.value - block.value) > EFFECT * abs(block.value)
    return large and abs(stack.deviation(block)) > DIFFER


def _same(stack: Estimate | None, block: Estimate | None) -> bool:
    if stack is None or block is None:
        return False
    precise = math.hypot(stack.error, block.error) < SAME_PRECISION * abs(block.value)
    return precise and abs(stack.deviation(block)) <= SAME


def _first_layer(found: Results, key: str) -> list[Results]:
    return [entry for entry in entries(found, key) if entry.get("layer") == 1]


def _because(judged: list[LocalizationResult]) -> str:
    if not judged:
        return "The study holds no power-law model."
    return " ".join(_phrase(result) for result in judged)


def _phrase(result: LocalizationResult) -> str:
    if result.seeds < MIN_SEEDS:
        return f"{label(result.model)}: {result.seeds} converged stacks, fewer than {MIN_SEEDS}."
    parts = [
        f"{QUANTITIES[name]} {result.stack[name] or 'unknown'} against "
        + ", ".join(f"{block[name] or 'unknown'} ({rule})" for rule, block in result.blocks.items())
        for name in QUANTITIES
    ]
    return f"{label(result.model)}: {'; '.join(parts)}."


def _evidence(result: LocalizationResult) -> list[Evidence]:
    where = label(result.model)
    lines = [Evidence(f"{where}: converged stacks", float(result.seeds), None, float(MIN_SEEDS))]
    for name, words in QUANTITIES.items():
        lines.append(evidence(f"{where}: {words}, stack", result.stack[name]))
        lines += [evidence(f"{where}: {words}, {rule} blocks", block[name]) for rule, block in result.blocks.items()]
    return lines
