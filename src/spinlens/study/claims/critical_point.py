"""Claim A: does Monte Carlo determine the critical point of the long-range lattice?"""

from __future__ import annotations

from dataclasses import dataclass

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.verdict import AGREE, DIFFER, Evidence, Outcome, Verdict, evidence, of_kind, unanimous
from spinlens.study.results_document import Results, entries, label, measured, reference, section

CLAIM = "Markov-chain Monte Carlo determines T_c and the scaling dimensions of the long-range lattice."
RULE = (
    "Supported when T_c (error below 1 %), Δ_s (error below 0.05) and, where a value is known, Δ_ε (error below 0.1) "
    "agree with the best known values within 3 combined errors; contradicted when one of them is more than 5 combined "
    "errors away while the crossings of the two largest pairs of sizes agree within 3 and the largest pair "
    "alone is also more than 5 away, so that no finite-size drift explains it; undecided otherwise, and wherever "
    "T_c or Δ_s has no reference value."
)
NAMES = {"temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε"}
TOLERANCE = {"delta_spin": 0.05, "delta_energy": 0.1}
REQUIRED = ("temperature", "delta_spin")


@dataclass(frozen=True)
class Comparison:
    """One quantity of one model beside its reference value."""

    quantity: str
    found: Estimate | None
    known: Estimate | None
    drifts: bool  # finite-size drift is not excluded

    @property
    def agrees(self) -> bool:
        if self.found is None or self.known is None:
            return False
        tolerance = 0.01 * abs(self.known.value) if self.quantity == "temperature" else TOLERANCE[self.quantity]
        return self.found.error < tolerance and abs(self.found.deviation(self.known)) <= AGREE

    @property
    def conflicts(self) -> bool:
        if self.found is None or self.known is None or self.drifts:
            return False
        return abs(self.found.deviation(self.known)) > DIFFER


def claim_a(results: Results) -> Verdict:
    """Judge claim A on every power-law model; nearest-neighbour models are shown as the control."""
    judged = [(model, compare(model)) for model in of_kind(results, short_range=False)]
    outcome = unanimous(judge(comparisons) for _, comparisons in judged)
    control = [(model, compare(model)) for model in of_kind(results, short_range=True)]
    shown = [_evidence(model, item, "") for model, items in judged for item in items]
    shown += [_evidence(model, item, "control: ") for model, items in control for item in items]
    return Verdict("A", CLAIM, RULE, outcome, _because(judged), tuple(shown))


def compare(model: Results) -> list[Comparison]:
    """T_c, Δ_s and Δ_ε of a model beside what is known."""
    critical, known = section(model, "critical"), section(model, "reference")
    return [
        Comparison(name, measured(critical.get(name)), reference(known.get(name)), _drifts(model, name))
        for name in NAMES
    ]


def judge(comparisons: list[Comparison]) -> Outcome:
    """The outcome for one model."""
    if any(item.known is None for item in comparisons if item.quantity in REQUIRED):
        return "undecided"
    if any(item.conflicts for item in comparisons):
        return "contradicted"
    return "supported" if all(item.agrees for item in comparisons if item.known is not None) else "undecided"


def _drifts(model: Results, name: str) -> bool:
    known = reference(section(model, "reference").get(name))
    crossings = sorted(entries(section(model, "critical"), "crossings"), key=lambda pair: tuple(pair.get("sizes", ())))
    pairs = [measured(pair.get(name)) for pair in crossings[-2:]]
    if known is None or len(pairs) < 2 or pairs[0] is None or pairs[1] is None:
        return True
    return abs(pairs[0].deviation(pairs[1])) > AGREE or abs(pairs[1].deviation(known)) <= DIFFER


def _evidence(model: Results, item: Comparison, prefix: str) -> Evidence:
    name = f"{label(model)}: {NAMES[item.quantity]}"
    if item.found is not None and item.known is not None:
        note = f"{prefix}{abs(item.found.deviation(item.known)):.1f} combined errors from the reference"
    else:
        note = f"{prefix}{'no reference value' if item.known is None else 'not measured'}"
    return evidence(name, item.found, None if item.known is None else item.known.value, note)


def _because(judged: list[tuple[Results, list[Comparison]]]) -> str:
    if not judged:
        return "The study holds no power-law model."
    return " ".join(f"{label(model)}: {'; '.join(_phrase(item) for item in items)}." for model, items in judged)


def _phrase(item: Comparison) -> str:
    name = NAMES[item.quantity]
    if item.found is None:
        return f"{name} not measured"
    if item.known is None:
        return f"{name} = {item.found} without a reference value"
    return f"{name} = {item.found} against {item.known}, {abs(item.found.deviation(item.known)):.1f} errors apart"
