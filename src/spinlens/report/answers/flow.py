"""The answer of `spinlens flow`: at which temperature the flow ends, or that it ends at none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from spinlens.plot.style import INSTRUMENTS
from spinlens.report.answers.answer import Answer, Fact, said
from spinlens.report.tables import MISSING
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import entries, finite, reference

Document = Mapping[str, Any]
Row = Mapping[str, Any]

ACCEPTED, REJECTED = 1e-2, 1e-4
"""Chances of the equilibrium test from which on states count as those of a lattice, and below which they do not."""

_STARTS = ("cold", "hot")
_MACHINE = "given"


def flow_answer(document: Document) -> Answer:
    """The title, where the flow ends, what each start says, and four readings."""
    rows = [row for row in entries(document, "flows") if row.get("control") == _MACHINE]
    return Answer(
        f"Where the flow ends: {document.get('title', 'a machine')}",
        f"{_short(document, rows)}.",
        (*(_start(document, row) for row in rows if row.get("start") in _STARTS), *_points(document)),
        _facts(document, rows),
    )


def _short(document: Document, rows: Sequence[Row]) -> str:
    ends = [row for row in rows if row.get("start") in _STARTS]
    chances = [finite(row.get("equilibrium_p")) for row in ends]
    if not ends or None in chances:
        return "Where the flow ends cannot be said: no instrument was in its range"
    worst = min(chance for chance in chances if chance is not None)
    if worst < REJECTED:
        return f"At no temperature: its states are those of no lattice (equilibrium test: p {chance_text(worst)})"
    if worst < ACCEPTED:
        return f"Not decided: the equilibrium test gives p {chance_text(worst)}, draw more states with --samples"
    return _at(document, ends)


def _at(document: Document, ends: Sequence[Row]) -> str:
    """One temperature where cold and hot flows agree, else both."""
    unit = finite(document.get("unit")) or 1.0
    found = [T for row in ends if (T := _equilibrium(row)) is not None]
    if len(found) < len(_STARTS):
        return "Where the flow ends cannot be said: no temperature was found"
    cold, hot = found[:2]
    if abs(cold.value - hot.value) > 3 * (cold.error**2 + hot.error**2) ** 0.5:
        return f"Not yet anywhere: cold states are at T = {said(cold)} J and hot ones at {said(hot)} J"
    mean = Estimate((cold.value + hot.value) / 2, (cold.error**2 + hot.error**2) ** 0.5 / 2)
    return f"At T = {said(mean)} J, which is {said(Estimate(mean.value / unit, mean.error / unit))} T_c"


def _equilibrium(row: Row) -> Estimate | None:
    return reference({"value": row.get("equilibrium_T"), "error": row.get("equilibrium_T_error")})


def chance_text(p: float) -> str:
    """A probability as words say it.

    >>> chance_text(8.9e-86), chance_text(0.31)
    ('< 10^{−6}', '= 0.31')
    """
    return "< 10^{−6}" if p < 1e-6 else f"= {p:.2g}"


def _start(document: Document, row: Row) -> str:
    """What the instruments read where the flow from one start ends."""
    read = [f"{INSTRUMENTS.get(name, name)} {row.get(f'reading_{name}', MISSING)}" for name in _instruments(document)]
    p = finite(row.get("equilibrium_p"))
    test = "no test in range" if p is None else f"p {chance_text(p)}"
    where = f"From {row.get('start')} states after {row.get('steps')} steps"
    return f"{where} T / J by {', '.join(read)}; equilibrium: {test}."


def _instruments(document: Document) -> list[str]:
    return [str(name) for name in document.get("instruments") or ()]


def _points(document: Document) -> list[str]:
    """The fixed points of one step, where there is a flow field of the machine."""
    name = str((document.get("machine") or {}).get("name"))
    own = ((document.get("fields") or {}).get(name)) or {}
    kinds = {True: "an attractive", False: "a repulsive"}
    said_of = [
        f"{kinds[bool(point.get('stable'))]} fixed point at {said(point.get('temperature'))} J by "
        f"{INSTRUMENTS.get(instrument, instrument)}"
        for instrument, field in own.items()
        for point in entries(field or {}, "fixed_points")
    ]
    return [f"One step has, on states in equilibrium, {', '.join(said_of)}."] if said_of else []


def _facts(document: Document, rows: Sequence[Row]) -> tuple[Fact, ...]:
    """Two readings of the flow from hot states, the chance of equilibrium, how long the chain remembers."""
    row = next((row for row in rows if row.get("start") == "hot"), None)
    if row is None:
        return ()
    unit = finite(document.get("unit")) or 1.0
    read = [
        Fact(f"T / T_c by {INSTRUMENTS[name]}", _reading(row, name, unit), "from hot states") for name in _extremes(row)
    ]
    p, tau = finite(row.get("equilibrium_p")), {"value": row.get("gibbs_tau"), "error": row.get("gibbs_tau_error")}
    chance = Fact(
        "chance of equilibrium", MISSING if p is None else chance_text(p).removeprefix("= "), "p of the joint test"
    )
    return (*read, chance, Fact("τ of the machine’s chain", said(tau), "steps that the flow remembers"))


def _extremes(row: Row) -> list[str]:
    """The instruments in range that read the coldest and the hottest."""
    known = {name: T for name in INSTRUMENTS if row.get(f"in_range_{name}") and (T := finite(row.get(f"T_{name}")))}
    by_temperature = sorted(known, key=known.__getitem__)
    return list(dict.fromkeys([*by_temperature[:1], *by_temperature[-1:]]))


def _reading(row: Row, name: str, unit: float) -> str:
    T, error = finite(row.get(f"T_{name}")), finite(row.get(f"T_{name}_error"))
    return MISSING if T is None else said({"value": T / unit, "error": None if error is None else error / unit})
