"""The tables of the report: results in, rows of text out."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from spinlens.plot.style import INSTRUMENTS
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, entries, number, section

MISSING = "–"
QUANTITIES = {
    "temperature": "T_c / J",
    "delta_spin": "Δ_s",
    "delta_energy": "Δ_ε",
    "binder": "U_4 at T_c",
    "xi": "ξ/L at T_c",
    "critical_polynomial": "R_p at T_c",
}
RATIOS = (("crossings", "U_4"), ("xi_crossings", "ξ/L"), ("polynomial_crossings", "R_p"))
"""Where a critical point has the crossings of each ratio, and its symbol."""

_RATIOS_AT_T_C = ("binder", "xi", "critical_polynomial")


@dataclass(frozen=True)
class Table:
    """Headings and rows of text; the first column is a heading of its row."""

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def estimate(entry: object) -> str:
    """{"value", "error"} as 2.2692(3); a dash when it is missing or not finite.

    >>> estimate({"value": 2.26919, "error": 0.00031}), estimate(None)
    ('2.2692(3)', '–')
    """
    value, error = number(entry), number(entry, "error")
    if not math.isfinite(value):
        return MISSING
    known = math.isfinite(error) and error >= 0
    return _minus(str(Estimate(value, error)) if known else f"{value:.4g} (no error)")


def plain(value: object) -> str:
    """A number to four figures, True and False as yes and no, a dash for what is missing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return _minus(f"{value:.4g}") if math.isfinite(value) else MISSING
    return MISSING if value is None else str(value)


def critical(model: Results) -> Table:
    """T_c, Δ_s, Δ_ε and ratios at T_c as measured, beside what is known and where that comes from."""
    found, known = section(model, "critical"), section(model, "reference")
    rows = []
    for name, symbol in QUANTITIES.items():
        if name == "critical_polynomial" and found.get(name) is None:
            continue
        reference = known.get(name)
        source = str(reference.get("source", "")) if isinstance(reference, Mapping) else "no value known to us"
        if name in _RATIOS_AT_T_C and not isinstance(reference, Mapping):
            source = ""
        rows.append(
            (symbol, estimate(found.get(name)), estimate(reference), _deviation(found.get(name), reference), source)
        )
    return Table(("quantity", "measured", "reference", "apart (errors)", "source"), tuple(rows))


def crossings(model: Results) -> Table:
    """The crossing of each pair of sizes, of every ratio."""
    order = ("temperature", "value", "delta_spin", "delta_energy")
    rows = tuple(
        (symbol, " × ".join(str(size) for size in pair.get("sizes", ())), *(estimate(pair.get(name)) for name in order))
        for key, symbol in RATIOS
        for pair in entries(section(model, "critical"), key)
    )
    return Table(("ratio", "sizes", "T / J", "its value", "Δ_s", "Δ_ε"), rows)


def thermometers(model: Results) -> Table:
    """Bias, spread and pull of each instrument."""
    rows = tuple(
        (INSTRUMENTS.get(str(name), str(name)), *(_short(entry, key) for key in ("bias", "spread", "pull")))
        for name, entry in section(model, "thermometers").items()
        if isinstance(entry, Mapping)
    )
    return Table(("instrument", "largest bias (T_c)", "spread of one state (J)", "pull"), rows)


def machines(model: Results) -> Table:
    """One row a machine: what it learned from, how far it is from the lattice, how long its chain remembers."""
    rows = tuple(
        (
            f"{machine.get('recipe')}{_number(machine)}",
            "control" if machine.get("control") is True else str(machine.get("kind", MISSING)),
            plain(machine.get("training_set")),
            plain(machine.get("hidden")) + (" tied" if machine.get("tied") is True else ""),
            _gap(section(machine, "gap")),
            plain(section(machine, "gap").get("learned")),
            f"{'' if section(machine, 'gibbs_tau').get('settled') is not False else '≥ '}"
            f"{estimate(machine.get('gibbs_tau'))}",
        )
        for machine in entries(model, "machines")
    )
    headings = ("machine", "kind", "training set", "hidden units", "gap (nats a site)", "learned", "Gibbs τ (steps)")
    return Table(headings, rows)


def _number(machine: Results) -> str:
    return "" if machine.get("number") is None else f", {machine['number']}"


def _gap(gap: Results) -> str:
    method = gap.get("method")
    return f"{estimate(gap)}{f' ({method})' if method else ''}"


def transients(model: Results) -> Table:
    """The plateau that each flow reached on its way."""
    rows = []
    for flow in entries(model, "flows"):
        plateau = section(flow, "plateau")
        temperature = section(plateau, "temperature")
        rows.append(
            (
                f"{flow.get('recipe')}, {flow.get('seed')}, {flow.get('start')}",
                "–".join(plain(step) for step in plateau.get("steps") or ()) if plateau.get("reached") else "none",
                *(estimate(temperature.get(name)) for name in INSTRUMENTS),
            )
        )
    return Table(("flow", "plateau (steps)", *(f"T, {words}" for words in INSTRUMENTS.values())), tuple(rows))


def published(model: Results) -> Table:
    """What the published estimators say, of controls as well."""
    rows = tuple(
        (
            f"{entry.get('estimator')}: {entry.get('case')}{_number(entry)}",
            estimate(entry.get("delta_spin")),
            estimate(entry.get("delta_energy")),
            plain(entry.get("at_label")),
            str(entry.get("note") or ""),
        )
        for entry in entries(model, "published")
    )
    return Table(("estimator: machine", "Δ_s", "Δ_ε", "at label", "note"), rows)


def evidence(items: Sequence[object]) -> Table:
    """The numbers behind a verdict."""
    rows = tuple(
        (
            str(item.get("label", "")),
            estimate(item) if item.get("error") is not None else plain(item.get("value")),
            plain(item.get("reference")),
            str(item.get("note") or ""),
        )
        for item in items
        if isinstance(item, Mapping)
    )
    return Table(("number", "value", "against", "note"), rows)


def _deviation(found: object, reference: object) -> str:
    error = math.hypot(number(found, "error"), number(reference, "error"))
    if not math.isfinite(error) or error == 0 or not isinstance(reference, Mapping):
        return MISSING
    difference = number(found) - number(reference)
    return _minus(f"{difference / error:+.1f}") if math.isfinite(difference) else MISSING


def _short(entry: Results, key: str) -> str:
    value = number(entry, key)
    return _minus(f"{value:.2g}") if math.isfinite(value) else MISSING


def _minus(text: str) -> str:
    return text.replace("-", "−")
