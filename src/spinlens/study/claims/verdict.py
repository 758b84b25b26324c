"""What a claim's rule returns, and how rules read the numbers they are given."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from spinlens.statistics.estimate import Estimate

Outcome = Literal["supported", "contradicted", "undecided"]
Results = Mapping[str, Any]

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


def measured(entry: object) -> Estimate | None:
    """A measured number: `{"value", "error"}`, both finite and the error above zero; None for anything else.

    >>> measured({"value": 2.269, "error": 0.001})
    Estimate(value=2.269, error=0.001)
    >>> measured({"value": 2.269, "error": 0.0}) is None
    True
    """
    estimate = reference(entry)
    return estimate if estimate is not None and estimate.error > 0 else None


def reference(entry: object) -> Estimate | None:
    """A number to compare with: like `measured`, but an exact one may have the error 0."""
    if not isinstance(entry, Mapping):
        return None
    value, error = finite(entry.get("value")), finite(entry.get("error"))
    return None if value is None or error is None or error < 0 else Estimate(value, error)


def finite(number: object) -> float | None:
    """`number` as a float when it is a finite real number, else None."""
    if isinstance(number, bool) or not isinstance(number, int | float) or not math.isfinite(number):
        return None
    return float(number)


def temperature(model: Results, instrument: str, entry: object) -> Estimate | None:
    """A thermometer's reading with an error that holds what is known of the instrument.

    The error is multiplied by the pull of held-out readings where that is above 1; the largest bias over √3 (a uniform
    law on ± the bias) is added in quadrature. None where reading, bias or pull is missing.
    """
    notes = section(section(model, "thermometers"), instrument)
    bias, pull = finite(notes.get("bias")), finite(notes.get("pull"))
    critical, reading = finite(section(model, "equilibrium").get("temperature")), measured(entry)
    if bias is None or pull is None or critical is None or reading is None:
        return None
    return Estimate(reading.value, math.hypot(reading.error * max(pull, 1.0), bias * critical / math.sqrt(3)))


def section(mapping: Results, key: str) -> Results:
    """The mapping under `key`, empty when it is missing or null."""
    found = mapping.get(key)
    return found if isinstance(found, Mapping) else {}


def entries(mapping: Results, key: str) -> list[Results]:
    """The list of mappings under `key`, empty when it is missing or null."""
    found = mapping.get(key)
    return [item for item in found if isinstance(item, Mapping)] if isinstance(found, Sequence) else []


def models(results: Results, short_range: bool) -> list[Results]:
    """The models of one kind: nearest-neighbour-like (`short_range`) or power laws."""
    found = section(results, "models").values()
    return [model for model in found if isinstance(model, Mapping) and model.get("short_range") is short_range]


def label(model: Results) -> str:
    return str(model.get("label", "unnamed model"))


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
