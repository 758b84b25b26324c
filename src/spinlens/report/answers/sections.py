"""What each section of a study's page holds, in a line that stands while the section is folded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from spinlens.progress import duration
from spinlens.report.answers.answer import said
from spinlens.report.figures.coarse_graining import by_map, exponent
from spinlens.report.machine_points import end_temperatures, is_control
from spinlens.report.verdict_tables import gate
from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import over_machines
from spinlens.study.claims.recipes import LEARNED
from spinlens.study.results_document import Results, entries, finite, label, measured, models, section

_NUMBERS = {"temperature": "T_c / J", "delta_spin": "Δ_s", "delta_energy": "Δ_ε"}


def leads(results: Results, provenance: Mapping[str, Any]) -> dict[str, str]:
    """Section → its line; one that has nothing to say is empty."""
    return {
        "lattices": "One state at each of several temperatures, from order through T_c to noise.",
        "critical": _critical(results),
        "thermometers": _thermometers(results),
        "machines": _machines(results),
        "flows": _flows(results),
        "layers": _layers(results),
        "published": _published(results),
        "gate": _gate(results),
        "provenance": _provenance(results, provenance),
    }


def _sentence(parts: Iterable[str], between: str = "; ") -> str:
    """Parts as one sentence that begins with a capital, nothing for none."""
    text = between.join(filter(None, parts))
    return f"{text[0].upper()}{text[1:]}." if text else ""


def _critical(results: Results) -> str:
    return _sentence(_point(model, name) for name, model in models(results).items())


def _point(model: Results, name: str) -> str:
    found = {symbol: measured(section(model, "critical").get(key)) for key, symbol in _NUMBERS.items()}
    numbers = [f"{symbol} = {said(number)}" for symbol, number in found.items() if number is not None]
    return f"{label(model, name)}: {', '.join(numbers)}" if numbers else ""


def _thermometers(results: Results) -> str:
    every = [section(model, "thermometers") for model in models(results).values()]
    biases = [bias for own in every for name in own if (bias := finite(section(own, name).get("bias"))) is not None]
    if not biases:
        return ""
    count = max(len(own) for own in every)
    largest = f"{max(biases):.2g} T_c"
    return f"{count} instruments read held-out states of the lattice near T_c with a bias of at most {largest}."


def _machines(results: Results) -> str:
    every = [machine for model in models(results).values() for machine in entries(model, "machines")]
    own = [machine for machine in every if not is_control(machine)]
    if not own:
        return ""
    learned = [machine for machine in own if section(machine, "gap").get("learned") is True]
    recipes = len({machine.get("recipe") for machine in own})
    said_of = f"{len(own)} machines by {recipes} recipes, {len(every) - len(own)} controls beside them"
    return f"{said_of}. {len(learned)} have learned their lattice: their gap is below {LEARNED:g} nats a site."


def _flows(results: Results) -> str:
    """How far from T_c the flows of learned machines end, and those of all others."""
    far: dict[bool, list[float]] = {True: [], False: []}
    for model in models(results).values():
        for machine in entries(model, "machines"):
            ends = end_temperatures(model, machine).values()
            if ends and not is_control(machine):
                learned = section(machine, "gap").get("learned") is True
                far[learned].append(max(abs(T.value - 1.0) for T in ends))
    known = _ends(far[True], "have learned their lattice", "within {} of T_c")
    return _sentence((known, _ends(far[False], "have not", "up to {} off")))


def _ends(far: list[float], who: str, how: str) -> str:
    return f"flows of the {len(far)} machines that {who} end {how.format(_percent(max(far)))}" if far else ""


def _percent(share: float) -> str:
    """In percent, to two figures."""
    return f"{float(f'{100 * share:.2g}'):g} %"


def _layers(results: Results) -> str:
    return _sentence(_exponents(model, name) for name, model in models(results).items())


def _exponents(model: Results, name: str) -> str:
    """y_t and y_h of learned maps beside those of blocks."""
    maps = by_map(model)
    both = [maps.get(kind, ()) for kind in ("learned", "majority")]
    pairs = {key: [over_machines(exponent(own, key)) for own in both] for key in ("y_t", "y_h")}
    numbers = [
        f"{key} = {said(learned)} (blocks {said(blocks)})"
        for key, (learned, blocks) in pairs.items()
        if learned is not None and blocks is not None
    ]
    return f"{label(model, name)}: learned maps have {', '.join(numbers)}" if numbers else ""


def _published(results: Results) -> str:
    """The range of Δ_s that published estimators give on controls, beside the known one."""
    return _sentence(_estimates(model, name) for name, model in models(results).items())


def _estimates(model: Results, name: str) -> str:
    every = [found for entry in entries(model, "published") if (found := measured(entry.get("delta_spin"))) is not None]
    known = measured(section(model, "equilibrium").get("delta_spin"))
    if not every:
        return ""
    beside = "" if known is None else f" (Monte Carlo {said(known)})"
    ends = " to ".join(_extreme(pick, every) for pick in (min, max))
    return f"{label(model, name)}: as published, estimators give Δ_s from {ends}{beside}"


def _extreme(pick: Callable[..., Estimate], found: list[Estimate]) -> str:
    return said(pick(found, key=lambda each: each.value))


def _gate(results: Results) -> str:
    rows = gate(entries(results, "claims")).rows
    right = sum(row[3] == "yes" for row in rows)
    return f"{right} of {len(rows)} controls came out as they must." if rows else ""


def _provenance(results: Results, provenance: Mapping[str, Any]) -> str:
    study, done = section(results, "study"), entries(provenance, "runs")
    seconds = sum(finite(run.get("wall_seconds")) or 0.0 for run in done)
    parts = [f"spinlens {results['spinlens']}"] if results.get("spinlens") else []
    parts += [f"seed {study['seed']}"] if study.get("seed") is not None else []
    parts += [f"{duration(seconds)} on {done[-1]['workers']} cores"] if seconds and done[-1].get("workers") else []
    return f"{', '.join(parts)}." if parts else ""
