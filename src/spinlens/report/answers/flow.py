"""The answer of `spinlens flow`: at which temperature the flow ends, or that it ends at none."""

from __future__ import annotations

import math
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

SETTLED = 10
"""Autocorrelation times of the machine's chain after which a flow has ended, as in a study."""

_STARTS = ("cold", "hot")
_MACHINE = "given"
_WORDS = (
    "The flow lets states pass through the machine and back, v → h → v′ → …. Instruments are maps from states to a "
    "temperature, calibrated on states of the lattice: they agree on these, and on these alone. Equilibrium: a joint "
    "test of energy, |m|, ξ and the structure factor; a small p means that no temperature fits."
)


def flow_answer(document: Document) -> Answer:
    """The title, where the flow ends, what each start says, and four readings."""
    rows = [row for row in entries(document, "flows") if row.get("control") == _MACHINE]
    lattice = str(document.get("title", "a lattice")).partition(": ")[0].replace(" ", "\N{NO-BREAK SPACE}")
    name = str((document.get("machine") or {}).get("name", "machine"))
    who = "the machine" if name == "machine" else f"machine {name}"
    return Answer(
        f"Where does the flow of {who} end? ({lattice})",
        f"{_short(document, rows)}.",
        (*(_start(document, row) for row in rows if row.get("start") in _STARTS), *_points(document)),
        _facts(document, rows),
        _WORDS if rows else "",
    )


def _short(document: Document, rows: Sequence[Row]) -> str:
    ends = [row for row in rows if row.get("start") in _STARTS]
    chances = [p for row in ends if (p := finite(row.get("equilibrium_p"))) is not None]
    if len(ends) == len(_STARTS) and (waiting := _still_flowing(document, ends)):
        return waiting
    if not any(_extremes(row) for row in ends):
        return "Where the flow ends cannot be said: no instrument was in its range"
    if len(chances) < len(ends):
        return "Where the flow ends cannot be said: its states are out of the range of the test of equilibrium"
    if min(chances) < REJECTED:
        worst = chance_text(min(chances))
        return f"At no temperature: its states are those of no lattice (equilibrium test: p {worst})"
    if min(chances) < ACCEPTED:
        return f"Not decided: the equilibrium test gives p {chance_text(min(chances))}, draw more states with --samples"
    return _at(document, ends)


def _still_flowing(document: Document, ends: Sequence[Row]) -> str:
    """What to do where the flow was too short for its chain and cold and hot states still differ; else empty."""
    tau, steps = finite(ends[0].get("gibbs_tau")), finite(ends[0].get("steps"))
    if tau is None or steps is None or steps >= SETTLED * tau or not _apart(document, ends):
        return ""
    enough = math.ceil(SETTLED * tau / 50) * 50
    return (
        f"Not yet anywhere: after {steps:g} steps cold and hot states still differ, and the machine’s chain remembers "
        f"{tau:.0f} steps; follow it with --steps {enough}"
    )


def _apart(document: Document, ends: Sequence[Row]) -> bool:
    """Whether an instrument tells the states of both starts apart, by three errors."""
    for name in _instruments(document):
        found = [reference({"value": row.get(f"T_{name}"), "error": row.get(f"T_{name}_error")}) for row in ends]
        cold, hot = found[:2]
        if cold and hot and abs(cold.value - hot.value) > 3 * math.hypot(cold.error, hot.error):
            return True
    return False


def _at(document: Document, ends: Sequence[Row]) -> str:
    """One temperature where cold and hot flows agree, else both."""
    unit = finite(document.get("unit")) or 1.0
    found = [T for row in ends if (T := _equilibrium(row)) is not None]
    if len(found) < len(_STARTS):
        return "Where the flow ends cannot be said: no temperature was found"
    cold, hot = found[:2]
    if abs(cold.value - hot.value) > 3 * math.hypot(cold.error, hot.error):
        return f"Not yet anywhere: cold states are at T = {said(cold)} J and hot ones at {said(hot)} J"
    mean = Estimate((cold.value + hot.value) / 2, math.hypot(cold.error, hot.error) / 2)
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
    """The coldest and the hottest reading where the flow from one start ends."""
    unit, ends = finite(document.get("unit")) or 1.0, _extremes(row)
    where = f"From {row.get('start')} states, after {row.get('steps')} steps,"
    if not ends:
        return f"{where} no instrument is in its range."
    read = [f"{_reading(row, name, unit)} by {INSTRUMENTS[name]}" for name in ends]
    between = f"instruments read T / T_c from {' to '.join(read)}" if len(read) > 1 else f"T / T_c = {read[0]}"
    p = finite(row.get("equilibrium_p"))
    test = (
        "the test of equilibrium is out of range" if p is None else f"the test of equilibrium gives p {chance_text(p)}"
    )
    return f"{where} {between}; {test}."


def _instruments(document: Document) -> list[str]:
    return [str(name) for name in document.get("instruments") or ()]


def _points(document: Document) -> list[str]:
    """The fixed points of one step, where there is a flow field of the machine."""
    name = str((document.get("machine") or {}).get("name"))
    own = ((document.get("fields") or {}).get(name)) or {}
    unit = finite(document.get("unit")) or 1.0
    found: dict[bool, list[str]] = {True: [], False: []}
    for instrument, field in own.items():
        for point in entries(field or {}, "fixed_points"):
            T = reference(point.get("temperature"))
            if T is not None:
                number = said(Estimate(T.value / unit, T.error / unit))
                found[bool(point.get("stable"))].append(f"{number} by {INSTRUMENTS.get(instrument, instrument)}")
    kinds = {True: "is drawn to", False: "is driven away from"}
    said_of = [f"{kinds[kind]} T / T_c = {', '.join(numbers)}" for kind, numbers in found.items() if numbers]
    return [f"One step, on states in equilibrium, {' and '.join(said_of)}."] if said_of else []


def _facts(document: Document, rows: Sequence[Row]) -> tuple[Fact, ...]:
    """Two readings of the flow from hot states, the chance of equilibrium, how long the chain remembers."""
    row = next((row for row in rows if row.get("start") == "hot"), None)
    if row is None:
        return ()
    unit = finite(document.get("unit")) or 1.0
    notes = ("from hot states, the coldest reading", "from hot states, the hottest reading")
    read = [
        Fact(f"T / T_c by {INSTRUMENTS[name]}", _reading(row, name, unit), note)
        for name, note in zip(_extremes(row), notes, strict=False)
    ]
    p, tau = finite(row.get("equilibrium_p")), {"value": row.get("gibbs_tau"), "error": row.get("gibbs_tau_error")}
    chance = Fact("p of equilibrium", MISSING if p is None else chance_text(p).removeprefix("= "), "from hot states")
    return (*read, chance, Fact("τ of the machine’s chain", said(tau), "steps that the flow remembers"))


def _extremes(row: Row) -> list[str]:
    """The instruments in range that read the coldest and the hottest."""
    known = {name: T for name in INSTRUMENTS if row.get(f"in_range_{name}") and (T := finite(row.get(f"T_{name}")))}
    by_temperature = sorted(known, key=known.__getitem__)
    return list(dict.fromkeys([*by_temperature[:1], *by_temperature[-1:]]))


def _reading(row: Row, name: str, unit: float) -> str:
    T, error = finite(row.get(f"T_{name}")), finite(row.get(f"T_{name}_error"))
    return MISSING if T is None else said({"value": T / unit, "error": None if error is None else error / unit})
