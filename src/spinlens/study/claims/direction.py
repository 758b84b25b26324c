"""Claim E: does the stacked machine flow to low temperature where the renormalization group flows to high?"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.localization import seed_mean
from spinlens.study.claims.verdict import (
    AGREE,
    MIN_SEEDS,
    Evidence,
    Outcome,
    Verdict,
    evidence,
    of_kind,
    temperature,
    unanimous,
)
from spinlens.study.results_document import Results, entries, finite, label, section

CLAIM = "The flow of the stacked machine moves to low temperature, the renormalization-group flow to high temperature."
RULE = (
    "The sign of ΔT per layer is read beyond 3 errors, which include bias and pull of the instrument, with the energy "
    "thermometer in range at both ends, and counts only where no later layer and no other instrument in range has the "
    "opposite sign; stacks are averaged over 5 or more converged seeds, block spins are taken by majority. Supported "
    "when the stack cools at all five starts from 0.9 to 1.1 T_c and the block spins heat at every start above T_c "
    "(below it they cool in any case); contradicted when at every start above T_c the stack heats or the block spins "
    "cool; undecided otherwise."
)
STARTS = (0.9, 0.95, 1.0, 1.05, 1.1)
RULE_OF_BLOCKS = "majority"
Sign = Literal["cools", "heats", "unclear"]


@dataclass(frozen=True)
class StartResult:
    """What the stack and the block spins do from one temperature (in units of T_c)."""

    start: float
    stack: Sign
    blocks: Sign
    stack_step: Estimate | None  # ΔT of the first layer by the energy thermometer
    blocks_step: Estimate | None

    @property
    def judgement(self) -> Outcome:
        """Whether the claim holds here; below and at T_c the block spins have no say."""
        above = self.start > 1 + 1e-6
        if self.stack == "heats" or (above and self.blocks == "cools"):
            return "contradicted"
        return "supported" if self.stack == "cools" and (self.blocks == "heats" or not above) else "undecided"


@dataclass(frozen=True)
class DirectionResult:
    """The outcome of claim E for one model."""

    model: Results
    seeds: int  # converged stacks at every start
    starts: tuple[StartResult, ...]
    outcome: Outcome


def claim_e(results: Results) -> Verdict:
    """Judge claim E on the power-law models."""
    judged = [judge_direction(model) for model in of_kind(results, short_range=False)]
    shown = tuple(item for result in judged for item in _evidence(result))
    return Verdict("E", CLAIM, RULE, unanimous(r.outcome for r in judged), _because(judged), shown)


def judge_direction(model: Results) -> DirectionResult:
    """Claim E for one model."""
    starts, counts = [], []
    for start in STARTS:
        blocks = [f for f in _at(model, "rg", start) if f.get("rule") == RULE_OF_BLOCKS]
        stacks = {f.get("seed"): f for f in _at(model, "stack", start) if f.get("converged") is True}
        counts.append(len(stacks))
        enough = list(stacks.values()) if len(stacks) >= MIN_SEEDS else []
        stack_steps, block_steps = _steps(model, enough), _steps(model, blocks[:1])
        starts.append(
            StartResult(start, sign(stack_steps), sign(block_steps), _energy(stack_steps), _energy(block_steps))
        )
    return DirectionResult(model, min(counts), tuple(starts), _judge(starts))


def _judge(starts: list[StartResult]) -> Outcome:
    above = [start.judgement for start in starts if start.start > 1]
    if all(start.judgement == "supported" for start in starts):
        return "supported"
    return "contradicted" if all(judgement == "contradicted" for judgement in above) else "undecided"


def _at(model: Results, kind: str, start: float) -> list[Results]:
    flows = [(finite(flow.get("start")), flow) for flow in entries(model, kind)]
    return [flow for at, flow in flows if at is not None and abs(at - start) < 1e-6]


Steps = Mapping[str, list[Estimate | None]]  # per instrument, ΔT layer by layer; None where it cannot be read


def _steps(model: Results, flows: list[Results]) -> Steps:
    """ΔT of each layer and instrument, the seed mean when there are several flows."""
    instruments = list(section(model, "thermometers"))
    own = [{name: _flow_steps(model, flow, name) for name in instruments} for flow in flows]
    if len(own) <= 1:
        return own[0] if own else {}
    return {
        name: [seed_mean([flow[name][k] for flow in own]) for k in range(min(len(flow[name]) for flow in own))]
        for name in instruments
    }


def _flow_steps(model: Results, flow: Results, instrument: str) -> list[Estimate | None]:
    readings = [_reading(model, layer, instrument) for layer in entries(flow, "layers")]
    return [
        None if a is None or b is None else Estimate(b.value - a.value, (a.error**2 + b.error**2) ** 0.5)
        for a, b in pairwise(readings)
    ]


def _reading(model: Results, layer: Results, instrument: str) -> Estimate | None:
    if section(layer, "in_range").get(instrument) is not True:
        return None
    return temperature(model, instrument, section(layer, "temperature").get(instrument), layer.get("size"))


def sign(steps: Steps) -> Sign:
    """The direction of the first layer by the energy, unless a later layer or another instrument contradicts it."""
    energy = [_direction(step) for step in steps.get("energy", [])]
    if not energy or energy[0] == "unclear":
        return "unclear"
    every = {_direction(step) for series in steps.values() for step in series} - {"unclear"}
    return energy[0] if every == {energy[0]} else "unclear"


def _direction(step: Estimate | None) -> Sign:
    if step is None or step.error == 0 or abs(step.value) <= AGREE * step.error:
        return "unclear"
    return "heats" if step.value > 0 else "cools"


def _energy(steps: Steps) -> Estimate | None:
    return next(iter(steps.get("energy", [])), None)


def _because(judged: list[DirectionResult]) -> str:
    if not judged:
        return "The study holds no power-law model."
    return " ".join(_phrase(result) for result in judged)


def _phrase(result: DirectionResult) -> str:
    if result.seeds < MIN_SEEDS:
        return f"{label(result.model)}: {result.seeds} converged stacks, fewer than {MIN_SEEDS}."
    where = {
        outcome: ", ".join(f"{s.start:g}" for s in result.starts if s.judgement == outcome) or "no start"
        for outcome in ("supported", "contradicted", "undecided")
    }
    return (
        f"{label(result.model)}: the claim holds at T/T_c = {where['supported']}, fails at {where['contradicted']} "
        f"and is open at {where['undecided']}."
    )


def _evidence(result: DirectionResult) -> list[Evidence]:
    where = label(result.model)
    lines = [Evidence(f"{where}: converged stacks", float(result.seeds), None, float(MIN_SEEDS))]
    for s in result.starts:
        lines.append(evidence(f"{where}, {s.start:g} T_c: ΔT of the stack", s.stack_step, None, f"stack {s.stack}"))
        lines.append(
            evidence(f"{where}, {s.start:g} T_c: ΔT of the blocks", s.blocks_step, None, f"blocks: {s.blocks}")
        )
    return lines
