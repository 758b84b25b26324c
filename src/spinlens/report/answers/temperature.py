"""How little the temperature alone tells of where a flow ends: said where the effects of a study show it."""

from __future__ import annotations

from collections.abc import Iterator

from spinlens.report.answers.answer import said
from spinlens.report.answers.effects import effects_of
from spinlens.report.answers.groups import Group, extremes, groups, of_range
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, label, reference

TEMPERATURE, SPIN = "T_end/T_c − 1 by energy", "Δ_s − Monte Carlo"
_BESIDE = 2.0  # errors from which on a reading lies beside T_c


def temperature_alone(results: Results) -> str:
    """Which flows miss Δ_s at a temperature within its margin, and which learned ones end some errors beside T_c."""
    every = [*_read(results, "C", False), *_read(results, "B", True)]
    missing = [_missing(*one) for one in every]
    beside = [_beside(*one) for one in every]
    said_of = "; ".join([*filter(None, missing)][:1] + [*filter(None, beside)][:1])
    return f"To end near T_c proves little, read by energy: {said_of}." if said_of else ""


def _read(results: Results, claim: str, short_range: bool) -> Iterator[tuple[str, Group, Results, Results]]:
    """The lattice, the best and the worst recipe at T_c, its effects in T and Δ_s."""
    for model in of_range(results, short_range):
        for group in extremes(groups(results, model, claim)):
            named = {effect.get("name"): effect for effect in effects_of(results, claim, group.subject)}
            if TEMPERATURE in named and SPIN in named:
                yield label(model), group, named[TEMPERATURE], named[SPIN]


def _missing(where: str, group: Group, temperature: Results, spin: Results) -> str:
    off = reference(temperature)
    if off is None or temperature.get("side") != "inside" or spin.get("side") != "outside":
        return ""
    who = "learned machines" if group.learned else group.recipe
    T = said(Estimate(1 + off.value, off.error))
    return f"flows of {who}, which miss Δ_s, end at {T} T_c, inside its margin of {temperature['margin']:g} ({where})"


def _beside(where: str, group: Group, temperature: Results, spin: Results) -> str:
    off = reference(temperature)
    if off is None or not group.learned or temperature.get("side") != "inside" or spin.get("side") != "inside":
        return ""
    if not abs(off.value) > _BESIDE * off.error > 0:
        return ""
    errors, side = abs(off.value) / off.error, "above" if off.value > 0 else "below"
    return f"learned machines, which reach it, end {errors:.1f} errors {side} T_c, inside it as well ({where})"
