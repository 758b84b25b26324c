"""Claim A: does Monte Carlo determine the critical point of the long-range lattice?"""

from __future__ import annotations

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import SIGMAS, Effect, decide, difference, effect
from spinlens.study.claims.verdict import Evidence, Finding, Outcome, Part, Verdict, evidence, joined, of_kind
from spinlens.study.claims.words import needed, summary
from spinlens.study.results_document import Results, label, measured, reference, section

CLAIM = "Markov-chain Monte Carlo determines T_c and the scaling dimensions of the long-range lattice."
RULE = (
    "T_c (margin 0.2 %), Δ_s (0.02) and Δ_ε (0.05) of two analyses, the global fit and the extrapolated crossings, are "
    "held against values known independently; where none is known to a third of the margin, the two analyses are held "
    "against each other, Δ_ε excepted, which crossings leave four times less certain than the fit and which is then "
    "only shown. Supported when all are inside by three errors, contradicted when one is outside (Holm over "
    "all)."
)
NAMES = {"temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε"}
MARGINS = {"temperature": 0.002, "delta_spin": 0.02, "delta_energy": 0.05}
CONSISTENT = ("temperature", "delta_spin")  # held against each other where nothing is known
ANALYSES = ("fit", "crossings")
_OUTCOMES: dict[str, Outcome] = {"inside": "supported", "outside": "contradicted"}


def claim_a(results: Results) -> Verdict:
    """Judge claim A on every power-law model; nearest-neighbour models are shown as the control."""
    findings = [judge_critical_point(model) for model in of_kind(results, short_range=False)]
    found = joined("A", CLAIM, RULE, findings, "power-law model")
    control = [judge_critical_point(model) for model in of_kind(results, short_range=True)]
    parts = tuple(Part(p.subject, p.found, "control", 0, p.because) for one in control for p in one.parts)
    shown = tuple(item for one in control for item in one.evidence)
    return Verdict(
        found.id, CLAIM, RULE, found.outcome, found.because, found.evidence + shown, found.effects, found.decides,
        found.parts + parts,
    )  # fmt: skip


def judge_critical_point(model: Results) -> Finding:
    """Claim A for one model."""
    side, effects = decide(critical_effects(model))
    because = f"{'; '.join(_phrase(model, name) for name in NAMES)}: {summary(side, effects)}"
    more = needed(effects)
    return Finding(
        _OUTCOMES.get(side, "undecided"),
        f"{label(model)}: {because}.",
        effects,
        f"{label(model)}: {more}." if more else "",
        (Part(label(model), side, because=summary(side, effects)),),
        tuple(_evidence(model, name, analysis) for name in NAMES for analysis in ANALYSES),
    )


def critical_effects(model: Results) -> tuple[Effect, ...]:
    """Both analyses less the known value, or less each other; T_c relative."""
    return tuple(item for name in NAMES for item in _effects(model, name))


def _effects(model: Results, name: str) -> list[Effect]:
    known, symbol = _known(model, name), NAMES[name]
    fit, crossings = (_found(model, name, analysis) for analysis in ANALYSES)
    if known is None or not _sharp(name, known):
        if name not in CONSISTENT:
            return []
        both = _relative(name, difference(fit, crossings), fit)
        return [effect(f"{symbol}, fit − crossings", both, MARGINS[name], label(model))]
    title = f"{symbol}/known − 1" if name == "temperature" else f"{symbol} − known"
    return [
        effect(f"{title} by {a}", _relative(name, difference(e, known), known), MARGINS[name], label(model))
        for a, e in zip(ANALYSES, (fit, crossings), strict=True)
    ]


def _found(model: Results, name: str, analysis: str) -> Estimate | None:
    critical = section(model, "critical")
    return measured((critical if analysis == "fit" else section(critical, "by_crossings")).get(name))


def _known(model: Results, name: str) -> Estimate | None:
    known = reference(section(model, "reference").get(name))
    return known if known is None or name != "temperature" or known.value > 0 else None


def _sharp(name: str, known: Estimate) -> bool:
    """Whether anything could be inside against this value: an error of a third of the margin leaves no room."""
    error = _relative(name, known, known)
    return error is not None and SIGMAS * error.error < MARGINS[name]


def _relative(name: str, found: Estimate | None, unit: Estimate | None) -> Estimate | None:
    """`found` over T_c, where it is a temperature."""
    if found is None or unit is None or unit.value <= 0:
        return None
    return Estimate(found.value / unit.value, found.error / unit.value) if name == "temperature" else found


def _phrase(model: Results, name: str) -> str:
    fit, crossings = (_found(model, name, analysis) for analysis in ANALYSES)
    known = _known(model, name)
    against = "without a known value" if known is None else f"against {known}"
    if fit is None and crossings is None:
        return f"{NAMES[name]} not measured"
    shown = [f"{estimate} by {a}" for a, estimate in zip(ANALYSES, (fit, crossings), strict=True) if estimate]
    return f"{NAMES[name]} = {' and '.join(shown)} {against}"


def _evidence(model: Results, name: str, analysis: str) -> Evidence:
    known = _known(model, name)
    note = "no known value" if known is None else ""
    title = f"{label(model)}: {NAMES[name]} by {analysis}"
    return evidence(title, _found(model, name, analysis), None if known is None else known.value, note)
