"""What a claim's rule returns, and how rules read the numbers they are given."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, finite, measured, models, section

Outcome = Literal["supported", "contradicted", "undecided"]

AGREE = 3.0  # within so many combined errors two numbers agree
DIFFER = 5.0  # beyond so many they differ; in between nothing is decided
MIN_SEEDS = 5  # fewer machines say nothing about what training does in general
SEED_FRACTION = 0.8  # 4 of 5


@dataclass(frozen=True)
class Evidence:
    """One number behind a verdict: what it is, its value and error, what it is held against, what it shows."""

    label: str
    value: float | None = None
    error: float | None = None
    reference: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Verdict:
    """The outcome of one claim under one rule.

    `claim`, `rule` and `because` are one sentence each; `evidence` lists the numbers the rule looked at.
    """

    id: str
    claim: str
    rule: str
    outcome: Outcome
    because: str
    evidence: tuple[Evidence, ...] = ()


def temperature(model: Results, instrument: str, entry: object, size: object = None) -> Estimate | None:
    """A thermometer's reading with an error that holds what is known of the instrument.

    The error is multiplied by the pull of held-out readings where that is above 1; the largest bias over √3 (a uniform
    law on ± the bias) is added in quadrature. None where reading, bias or pull is missing. With a lattice `size` both
    are those of the instrument that was calibrated there.
    """
    own = section(section(model, "thermometers_by_size"), str(size))
    notes = section(own or section(model, "thermometers"), instrument)
    bias, pull = finite(notes.get("bias")), finite(notes.get("pull"))
    critical, reading = finite(section(model, "equilibrium").get("temperature")), measured(entry)
    if bias is None or pull is None or critical is None or reading is None:
        return None
    return Estimate(reading.value, math.hypot(reading.error * max(pull, 1.0), bias * critical / math.sqrt(3)))


def of_kind(results: Results, short_range: bool) -> list[Results]:
    """The models of one kind: nearest-neighbour-like (`short_range`) or power laws."""
    return [model for model in models(results).values() if model.get("short_range") is short_range]


def unanimous(outcomes: Iterable[Outcome]) -> Outcome:
    """The common outcome, undecided when there is none or they differ.

    >>> unanimous(["supported", "supported"]), unanimous(["supported", "contradicted"]), unanimous([])
    ('supported', 'undecided', 'undecided')
    """
    distinct = set(outcomes)
    return distinct.pop() if len(distinct) == 1 else "undecided"


def evidence(name: str, estimate: Estimate | None, against: float | None = None, note: str = "") -> Evidence:
    if estimate is None:
        return Evidence(name, None, None, against, note or "not available")
    return Evidence(name, estimate.value, estimate.error, against, note)
