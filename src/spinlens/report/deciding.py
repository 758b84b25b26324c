"""How long it would take to decide a claim, from what the study's own tasks took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from spinlens.progress import duration
from spinlens.study.claims.words import times_the_states

_ENDS = ("ensemble", "reference", "end")
_LAYERS = ("ensemble", "blocks", "held-out", "blockings", "learned")
_STAGES = {
    "A": ("scan",), "B": _ENDS, "C": _ENDS, "C′": ("training", "machine"), "D": _LAYERS, "E": _LAYERS, "F": _LAYERS,
    "G": _ENDS,
}  # fmt: skip
"""The stages whose states each claim waits for."""


def deciding_time(claims: Iterable[str], decides: str, runs: Iterable[Mapping[str, Any]]) -> str:
    """How long the states that `decides` asks for take, from the records of the runs of a study; "" where it asks none.

    >>> run = {"workers": 2, "task_seconds": {"scan/square/L8": 30.0, "scan/square/L16": 90.0, "end/square/cd1/0": 9.0}}
    >>> deciding_time(["A"], "power law: about 2.5 times the states (for Δ_s).", [run])
    'about 2 min on 2 cores'
    >>> deciding_time(["A"], "", [run])
    ''
    """
    factor, runs = times_the_states(decides), list(runs)
    seconds: dict[str, float] = {}
    for run in runs:
        seconds |= run.get("task_seconds", {})
    stages = {stage for claim in claims for stage in _STAGES.get(claim, ())}
    taken = sum(time for task, time in seconds.items() if task.split("/", 1)[0] in stages)
    cores = next((run["workers"] for run in reversed(runs) if isinstance(run.get("workers"), int)), 1)
    if factor is None or not taken:
        return ""
    return f"about {duration(factor * taken / cores)} on {cores} core{'s' * (cores > 1)}"
