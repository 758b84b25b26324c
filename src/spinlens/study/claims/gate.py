"""The gate: controls that show whether a study could have found what a rule asks for.

The exact machine must be inside in everything, every negative control outside in something. Else the numbers of trained
machines say nothing, whatever they are.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from spinlens.study.claims.effects import Effect, Side, decide
from spinlens.study.claims.ends import end_effects, settled
from spinlens.study.claims.recipes import CONTROLS, Recipe, controls
from spinlens.study.claims.verdict import Part
from spinlens.study.claims.words import needed, summary
from spinlens.study.results_document import Results, label

RULE = (
    "Not assayed unless the exact machine is inside in everything and lazily trained, geometry-free, mean-field and "
    "redrawn machines are outside in something; undecided while one of these is."
)


@dataclass(frozen=True)
class Gate:
    """How the controls of one model came out.

    `failed` says in words what did not, `waiting` which of them need more data and how much; `parts` are control by
    control.
    """

    failed: str
    effects: tuple[Effect, ...]
    parts: tuple[Part, ...]
    waiting: str = ""

    @property
    def mend(self) -> str:
        """What the claim waits for where controls `failed`."""
        missing = [part.subject.rsplit(", ", 1)[-1] for part in self.parts if part.found == "missing"]
        if missing:
            return f"the control{'s' * (len(missing) > 1)} {', '.join(missing)} in the study"
        return "controls that come out as they must"


def gate(model: Results, read: Callable[[Recipe], Sequence[Effect]] = end_effects) -> Gate:
    """The controls of one model, read as trained machines are."""
    found = controls(model)
    return _gate([_check(model, kind, found.get(kind), read) for kind in CONTROLS])


def exact_gate(model: Results, read: Callable[[Recipe], Sequence[Effect]]) -> Gate:
    """The positive control alone, for what has no negative one."""
    return _gate([_check(model, "exact", controls(model).get("exact"), read)])


@dataclass(frozen=True)
class _Check:
    """One control: what is wrong with it, or what it waits for."""

    effects: tuple[Effect, ...]
    part: Part
    failed: str = ""
    waiting: str = ""


def _gate(checks: Sequence[_Check]) -> Gate:
    return Gate(
        "; ".join(check.failed for check in checks if check.failed),
        tuple(effect for check in checks for effect in check.effects),
        tuple(check.part for check in checks),
        "; ".join(check.waiting for check in checks if check.waiting),
    )


def _check(model: Results, kind: str, control: Recipe | None, read: Callable[[Recipe], Sequence[Effect]]) -> _Check:
    subject = f"{label(model)}, {kind}"
    if control is None:
        return _Check((), Part(subject, "missing", "control"), f"the control {kind} is missing")
    side, effects = decide(read(control))
    expected: Side = "inside" if kind == "exact" else "outside"
    because = summary(side, effects) if effects else "nothing was measured"
    part = Part(subject, side, "control", len(control.machines), because)
    if side == expected:
        return _Check(effects, part)
    if not (settled(control) or control.negative):
        return _Check(effects, part, f"the control {kind} must be {expected}: its chain did not settle")
    if side == "undecided" and any(effect.measured for effect in effects):
        return _Check(effects, part, waiting=f"the control {kind}: {needed(effects)}")
    return _Check(effects, part, f"the control {kind} must be {expected}: {because}")
