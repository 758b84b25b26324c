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
    "redrawn machines are outside in something."
)


@dataclass(frozen=True)
class Gate:
    """Whether the controls of one model came out as they must.

    `failed` says in words what did not, empty where all did; `parts` are control by control.
    """

    failed: str
    effects: tuple[Effect, ...]
    parts: tuple[Part, ...]

    @property
    def passed(self) -> bool:
        return not self.failed


def gate(model: Results, read: Callable[[Recipe], Sequence[Effect]] = end_effects) -> Gate:
    """The controls of one model, read as trained machines are."""
    found = controls(model)
    checks = [_check(model, kind, found.get(kind), read) for kind in CONTROLS]
    return Gate(
        "; ".join(failed for _, failed, _ in checks if failed),
        tuple(effect for effects, _, _ in checks for effect in effects),
        tuple(part for _, _, part in checks),
    )


def exact_gate(model: Results, read: Callable[[Recipe], Sequence[Effect]]) -> Gate:
    """The positive control alone, for what has no negative one."""
    effects, failed, part = _check(model, "exact", controls(model).get("exact"), read)
    return Gate(failed, effects, (part,))


def _check(
    model: Results, kind: str, control: Recipe | None, read: Callable[[Recipe], Sequence[Effect]]
) -> tuple[tuple[Effect, ...], str, Part]:
    """The effects of one control, what is wrong with them, and it in words."""
    subject = f"{label(model)}, {kind}"
    if control is None:
        return (), f"the control {kind} is missing", Part(subject, "missing", "control")
    side, effects = decide(read(control))
    expected: Side = "inside" if kind == "exact" else "outside"
    because = summary(side, effects) if effects else "nothing was measured"
    part = Part(subject, side, "control", len(control.machines), because)
    if side == expected:
        return effects, "", part
    return effects, f"the control {kind} must be {expected}: {_is(control, because, effects)}", part


def _is(control: Recipe, because: str, effects: Sequence[Effect]) -> str:
    if not (settled(control) or control.negative):
        return "its chain did not settle"
    more = needed(effects)
    return f"{because} ({more} would decide it)" if more else because
