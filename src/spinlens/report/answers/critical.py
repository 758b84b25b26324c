"""The answer of a search for T_c: the critical temperature with its error, beside what is known."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from spinlens.report.answers.answer import Answer, Fact, said
from spinlens.statistics.estimate import Estimate
from spinlens.study.results_document import Results, measured, reference, section

SYMBOLS = {
    "temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε", "binder": "U_4 at T_c", "xi": "ξ/L at T_c",
    "critical_polynomial": "R_p at T_c",     "nu": "ν", "eta": "η",
}  # fmt: skip
_NUMBERS = ("delta_spin", "delta_energy", "binder", "xi", "critical_polynomial")
_WORDS: Mapping[str, str] = {
    "delta_s": "Δ_s", "delta_eps": "Δ_ε", "U4": "U_4", "xi/L": "ξ/L", "Rp": "R_p", "nu": "ν", "eta": "η", "chi2": "χ²",
    ">=": "≥", "-": "–",
}  # fmt: skip


def critical_answer(lattice: str, point: Results, known: Results, notes: Sequence[str] = ()) -> Answer:
    """T_c in the title; whether it agrees with what is known; the remarks of the search; the other numbers."""
    temperature = said(measured(point.get("temperature")))
    return Answer(
        f"T_c = {temperature} J/k_{{B}} for the {lattice}",
        _short(point, known),
        tuple(f"{in_symbols(note[:1].upper() + note[1:]).removesuffix('.')}." for note in notes[:4]),
        tuple(_fact(point, known, name) for name in _NUMBERS if measured(point.get(name)) is not None),
    )


def in_symbols(text: str) -> str:
    """Words that a terminal shows, in symbols.

    >>> in_symbols("chi2 = 1.4, L >= 8")
    'χ² = 1.4, L ≥ 8'
    """
    return " ".join(_WORDS.get(word, word) for word in text.split(" "))


def _short(point: Results, known: Results) -> str:
    """How far T_c is from the known one, and whether the data agree with the class that was assumed."""
    beside = _known(known, "temperature")
    found, check = measured(point.get("temperature")), section(point, "check")
    if check.get("contradicted") is True:
        return f"The data contradict the class {point.get('regime')} that was assumed: take the number for no result."
    if found is None:
        return "The sizes do not cross: there is no critical temperature to say."
    if beside is None:
        return f"No value is known to hold it against; the data agree with the class {point.get('regime')}."
    off = (found.value - beside.value) / (found.error**2 + beside.error**2) ** 0.5
    return f"{abs(off):.1f} errors {'below' if off < 0 else 'above'} the known {said(beside)}{_source(known)}."


def _source(known: Results) -> str:
    source = section(known, "temperature").get("source")
    return f" ({source})" if source else ""


def _known(known: Results, name: str) -> Estimate | None:
    return reference(section(known, name).get("estimate"))


def _fact(point: Results, known: Results, name: str) -> Fact:
    beside = _known(known, name)
    note = f"known: {said(beside)}" if beside else "no known value"
    return Fact(SYMBOLS[name], said(measured(point.get(name))), note)
