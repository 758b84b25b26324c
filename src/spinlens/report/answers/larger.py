"""What a larger study would decide, and how long that takes where this one ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinlens.report.deciding import deciding_time
from spinlens.study.claims.words import BETTER, times_the_states
from spinlens.study.results_document import Results, entries

OPEN = ("undecided", "not assayed")


def open_claims(results: Results, provenance: Mapping[str, Any]) -> list[tuple[Results, str, str]]:
    """The claims that more data would decide, what they wait for, how long that takes where the study ran."""
    waiting = [(claim, str(claim["decides"])) for claim in entries(results, "claims") if claim.get("decides")]
    done = entries(provenance, "runs")
    return [(claim, decides, deciding_time([str(claim.get("id"))], decides, done)) for claim, decides in waiting]


def larger_study(results: Results, provenance: Mapping[str, Any]) -> str:
    """A sentence on what a larger study would decide; empty where the study has no verdicts or none would."""
    claims, waiting = entries(results, "claims"), open_claims(results, provenance)
    if waiting:
        return f"A larger study would decide {_joined([_wanted(*claim) for claim in waiting])}."
    if not claims or any(claim.get("outcome") in OPEN for claim in claims):
        return ""
    return f"All {len(claims)} claims are decided here: more states make errors smaller and turn no verdict round."


def _wanted(claim: Results, decides: str, time: str) -> str:
    factor = times_the_states(decides)
    if factor is not None:
        how = f" with {factor:.2g} times the states"
    else:
        how = f" with {BETTER}" if BETTER in decides else ""
    return f"{claim.get('id')}{how}{f' ({time})' * bool(time)}"


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
