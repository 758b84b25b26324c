"""What a larger study would decide, and how long that takes where this one ran."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinlens.report.deciding import deciding_time
from spinlens.study.claims.verdict import OPEN
from spinlens.study.claims.words import BETTER, times_the_states
from spinlens.study.results_document import Results, entries

_HOPELESS = "nothing soon"  # of what lies at its margin
_FEW = 40  # letters


def open_claims(results: Results, provenance: Mapping[str, Any]) -> list[tuple[Results, str, str]]:
    """The claims that more data would decide, what they wait for, how long that takes where the study ran."""
    waiting = [(claim, str(claim["decides"])) for claim in entries(results, "claims") if claim.get("decides")]
    done = entries(provenance, "runs")
    return [(claim, decides, deciding_time([str(claim.get("id"))], decides, done)) for claim, decides in waiting]


def larger_study(results: Results, provenance: Mapping[str, Any]) -> str:
    """A sentence on what a larger study would decide; empty where the study has no verdicts or none would."""
    claims, waiting = entries(results, "claims"), open_claims(results, provenance)
    wanted = [_wanted(*claim) for claim in waiting if _HOPELESS not in claim[1]]
    stuck = [str(claim.get("id")) for claim, decides, _ in waiting if _HOPELESS in decides]
    said = [f"A larger study would decide {_joined(wanted)}."] if wanted else []
    said += [f"More states soon decide nothing of {_joined(stuck)}."] if stuck else []
    if said:
        return " ".join(said)
    if not claims or any(claim.get("outcome") in OPEN for claim in claims):
        return ""
    return f"All {len(claims)} claims are decided here; more states would make their errors smaller."


def _wanted(claim: Results, decides: str, time: str) -> str:
    """A claim with what it waits for, where that can be said in a few words."""
    factor, last = times_the_states(decides), decides.removesuffix(".").rpartition(": ")[2]
    ways = [] if factor is None else [f"{factor:.2g} times the states"]
    ways += [BETTER] if BETTER in decides else []
    if not ways and 0 < len(last) <= _FEW:
        ways = [last[0].lower() + last[1:]]
    return f"{claim.get('id')}{f' with {_joined(ways)}' * bool(ways)}{f' ({time})' * bool(time)}"


def _joined(parts: list[str]) -> str:
    return " and ".join([", ".join(parts[:-1]), parts[-1]] if len(parts) > 1 else parts)
