"""What a claim's rule returns, and what all rules share: outcomes, their combination, the models that they read."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import Effect
from spinlens.study.results_document import Results, models

Outcome = Literal[
    "supported", "contradicted", "undecided", "depends on training", "depends on the lattice", "no temperature",
    "not assayed",
]  # fmt: skip
DEPENDS: Outcome = "depends on the lattice"
OPEN: tuple[Outcome, ...] = ("undecided", "not assayed")
"""Outcomes that decide nothing."""


@dataclass(frozen=True)
class Evidence:
    """A number that a rule does not hold against a margin, shown beside its effects."""

    label: str
    value: float | None = None
    error: float | None = None
    reference: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Part:
    """What a rule finds of one recipe, control or pair of models.

    Attributes
    ----------
    subject : str
        The model, and the recipe, map or control.
    found : str
        "inside", "outside", "elsewhere" (outside, but not in what the claim is about), "undecided", "no temperature".
    stratum : str
        "learned", "not learned" or "gap unclear" of a recipe trained at T_c; what it is of others.
    machines : int
        How many were read.
    because : str
        In words with numbers, without a full stop.
    """

    subject: str
    found: str
    stratum: str = ""
    machines: int = 0
    because: str = ""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one claim under one rule.

    Attributes
    ----------
    id, claim, rule : str
        The claim in one sentence, its rule with the margins.
    outcome : str
        "supported", "contradicted", "undecided", "depends on training" (learned machines and others come out
        differently), "depends on the lattice" (two models, or pairs of them, do), "no temperature" (instruments
        disagree about what they read), "not assayed" (controls failed).
    because : str
        What was found, in words with numbers.
    evidence : tuple of Evidence
        Numbers that are shown beside.
    effects : tuple of Effect
        All numbers that were held against a margin.
    decides : str
        What would decide it; empty where it is decided.
    parts : tuple of Part
        Recipe by recipe and control by control.
    """

    id: str
    claim: str
    rule: str
    outcome: Outcome
    because: str
    evidence: tuple[Evidence, ...] = ()
    effects: tuple[Effect, ...] = ()
    decides: str = ""
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True)
class Finding:
    """What a rule says of one model: the pieces of a verdict."""

    outcome: Outcome
    because: str
    effects: tuple[Effect, ...] = ()
    decides: str = ""
    parts: tuple[Part, ...] = ()
    evidence: tuple[Evidence, ...] = ()


def joined(id: str, claim: str, rule: str, findings: Iterable[Finding], missing: str) -> Verdict:
    """The verdict of a claim from what is found of each model; `missing` is what a study without findings lacks."""
    found = list(findings)
    outcome = unanimous(one.outcome for one in found)
    decides = "" if outcome == DEPENDS else " ".join(one.decides for one in found if one.decides)
    return Verdict(
        id,
        claim,
        rule,
        outcome,
        " ".join(one.because for one in found) or f"The study holds no {missing}.",
        tuple(item for one in found for item in one.evidence),
        tuple(item for one in found for item in one.effects),
        decides if found else f"A {missing}.",
        tuple(item for one in found for item in one.parts),
    )


def of_kind(results: Results, short_range: bool) -> list[Results]:
    """The models of one class: of short range, power laws with σ > 2 among them, or all other power laws."""
    return [model for model in models(results).values() if model.get("short_range") is short_range]


def unanimous(outcomes: Iterable[Outcome]) -> Outcome:
    """The common outcome; "depends on the lattice" where two are decided otherwise, undecided where some are open.

    Like that more data, which close open ones, never turn one decision into another.

    >>> unanimous(["supported", "supported"]), unanimous(["supported", "contradicted", "undecided"]), unanimous([])
    ('supported', 'depends on the lattice', 'undecided')
    """
    distinct = set(outcomes)
    if len(distinct - set(OPEN)) > 1:
        return DEPENDS
    return distinct.pop() if len(distinct) == 1 else "undecided"


def evidence(name: str, estimate: Estimate | None, against: float | None = None, note: str = "") -> Evidence:
    """A number that may be missing."""
    if estimate is None:
        return Evidence(name, None, None, against, note or "not available")
    return Evidence(name, estimate.value, estimate.error, against, note)
