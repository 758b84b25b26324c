"""The table of the first screen: claim by claim the effects that carry its verdict, with errors, against margins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from spinlens.report.answers.answer import said
from spinlens.report.answers.groups import Group, extremes, groups, of_range, outermost
from spinlens.report.tables import MISSING, plain
from spinlens.study.claims.effects import SIGNS
from spinlens.study.claims.recipes import CONTROLS
from spinlens.study.results_document import Results, entries, finite, label, measured, models, reference, section

CLAIMS: Mapping[str, str] = {
    "A": "Monte Carlo finds T_c, Δ_s, Δ_ε of the long-range lattice",
    "B": "Nearest-neighbour flows end at the critical point",
    "C": "Long-range flows miss its Δ_s and Δ_ε",
    "C′": "Learned couplings follow J(r) through its tail",
    "D": "A learned coarse-graining differs in kind from block spins",
    "E": "The stack cools where block spins heat",
    "F": "Nearest neighbours differ in D and E",
    "G": "Flows end at T_c whatever grid they learned from",
}
"""Each claim in a few words."""

HEADINGS = ("claim", "verdict", "what carries it", "effect", "margin", "it is")
_OF_MACHINES = {"B": True, "C": False, "C′": False}  # claims about recipes, and whether of short range
_SPIN = "Δ_s"
_CARRIES: Mapping[str, str] = {
    "A": "Δ_s − known by fit",
    "B": _SPIN,
    "C": _SPIN,
    "C′": "J_eff/(J/T) − 1 at r = 2",
    "D": "y_h",
    "E": "(T* − T*_blocks)/T_c by energy",
    "F": "y_h",
    "G": "T_end/T_c by energy, low − high",
}
"""What is shown of each claim, in every study the same where it was measured; a claim that waits shows for what."""
_OF_LATTICE = {"Δ_s − Monte Carlo": "delta_spin", "Δ_ε − Monte Carlo": "delta_energy"}


@dataclass(frozen=True)
class EffectRow:
    """One effect against its margin; the first of a claim says which, with its outcome and how many `rows` it has."""

    of: str
    value: str
    margin: str
    side: str
    claim: str = ""
    words: str = ""
    outcome: str = ""
    rows: int = 0


def effect_rows(results: Results) -> tuple[EffectRow, ...]:
    """One row a claim, two where its recipes or instruments differ; of several lattices the first and the last."""
    return tuple(row for claim in entries(results, "claims") for row in _rows(results, claim))


def effects_of(results: Results, claim: str, subject: str) -> list[Results]:
    """The effects that a claim read of a subject."""
    own = [
        effect for item in entries(results, "claims") if item.get("id") == claim for effect in entries(item, "effects")
    ]
    return [effect for effect in own if effect.get("subject") == subject]


def _rows(results: Results, claim: Results) -> list[EffectRow]:
    name = str(claim.get("id"))
    told = _of_machines(results, name) if name in _OF_MACHINES else _others(results, claim)
    first, *more = told or [EffectRow("no number of this study", MISSING, MISSING, "")]
    words = CLAIMS.get(name, str(claim.get("claim") or ""))
    return [replace(first, claim=name, words=words, outcome=str(claim.get("outcome")), rows=1 + len(more)), *more]


def _of_machines(results: Results, claim: str) -> list[EffectRow]:
    """Of the best and of the worst recipe at T_c."""
    every = outermost(of_range(results, _OF_MACHINES[claim]))
    rows = []
    for model in every:
        where, before = f"{label(model)}, " if len(every) > 1 else "", ""
        for group in extremes(groups(results, model, claim)):
            effect = telling(effects_of(results, claim, group.subject), _CARRIES[claim])
            if effect is not None:
                name = str(effect.get("name"))
                rows.append(_row(f"{where}{group.words}: {_what(model, group, effect, name == before)}", effect))
                before = name
    return rows


def _what(model: Results, group: Group, effect: Results, again: bool) -> str:
    """What was measured of machines, or why it could not be."""
    if reference(effect) is None and group.unsettled:
        return f"{group.unsettled} of {group.machines} chains did not settle"
    return "the same" if again else _against_lattice(model, str(effect.get("name")))


def _others(results: Results, claim: Results) -> list[EffectRow]:
    """Of the long-range lattices, which come first; of all subjects for the claim about training sets."""
    effects = [effect for effect in entries(claim, "effects") if _last(effect) not in CONTROLS]
    if claim.get("id") == "G":
        return _of_effects(results, claim, effects)
    own = list(dict.fromkeys(str(effect.get("subject")) for effect in effects))
    far = [subject for subject in own if any(_is_of(subject, label(m)) for m in of_range(results, False))]
    shown = outermost(far) or own[:1]
    return [
        row
        for subject in shown
        for row in _of_effects(results, claim, [effect for effect in effects if effect.get("subject") == subject])
    ]


def _is_of(subject: str, lattice: str) -> bool:
    """Whether a subject is a lattice, or something of it: its machines, or it less another one."""
    return subject == lattice or subject.startswith((f"{lattice}, ", f"{lattice} − "))


def _of_effects(results: Results, claim: Results, effects: Sequence[Results]) -> list[EffectRow]:
    """The effect that tells of one subject, and where instruments disagree the other side."""
    waiting = [effect for effect in effects if effect.get("side") == "undecided"]
    open_ones = waiting if claim.get("outcome") == "undecided" else []
    told = telling(open_ones or effects, _CARRIES.get(str(claim.get("id")), ""))
    shown = [] if told is None else [told]
    if effects and claim.get("outcome") == "no temperature":  # instruments disagree: the other side, too
        shown += [effect for effect in [min(effects, key=_ratio)] if effect not in shown]
    of = [f"{_subject(claim, effect)}: {_against_known(results, effect)}" for effect in shown[:1]]
    return [_row(*row) for row in zip([*of, *(str(effect.get("name")) for effect in shown[1:])], shown, strict=True)]


def _subject(claim: Results, effect: Results) -> str:
    """Whose effect it is; of a claim about blocks the lattice alone, as the effect names the blocks."""
    subject, name = str(effect.get("subject")), claim.get("id")
    return f"Monte Carlo, {subject}" if name == "A" else subject.partition(", ")[0] if name in ("D", "E") else subject


def _last(effect: Results) -> str:
    return str(effect.get("subject")).rsplit(", ", 1)[-1]


def telling(effects: Sequence[Results], preferred: str = "") -> Results | None:
    """The effect that carries what a set of them shows: one that is `preferred`, else the largest in margins.

    Of a set that is undecided it is the one that waits for the most data.

    >>> ends = [{"name": "Δ_s", "value": 0.1, "margin": 0.03, "side": "outside"},
    ...         {"name": "D²", "value": 9.0, "margin": 0.02, "side": "outside"}]
    >>> telling(ends)["name"], telling(ends, "Δ_s")["name"]
    ('D²', 'Δ_s')
    """
    sides = {effect.get("side") for effect in effects}
    side = "outside" if "outside" in sides else "undecided" if sides - {"inside"} else "inside"
    own = [effect for effect in effects if effect.get("side") == side]
    if side == "undecided" and any(reference(effect) for effect in own):
        return max(own, key=_waits)
    first = [effect for effect in own if preferred and str(effect.get("name")).startswith(preferred)]
    return max(first or own, key=_ratio, default=None)


def _waits(effect: Results) -> float:
    """How many times the data an effect waits for; 0 where no more would decide it, or it was not measured."""
    return finite(effect.get("more")) or 0.0


def _ratio(effect: Results) -> float:
    """The size of an effect in margins; 0 where it was not measured."""
    value, margin = finite(effect.get("value")), finite(effect.get("margin"))
    return 0.0 if value is None or not margin else abs(value) / margin


def _row(of: str, effect: Results) -> EffectRow:
    found = reference(effect)
    value = MISSING if found is None else f"{SIGNS[str(effect.get('bound') or '')]}{said(found)}"
    unit = f" {effect['unit']}" if effect.get("unit") else ""
    return EffectRow(of, value, f"{plain(effect.get('margin'))}{unit}", str(effect.get("side")))


def _against_lattice(model: Results, name: str) -> str:
    """An effect with the number of the lattice that it is held against, which is one of its size."""
    own = measured(section(model, "equilibrium").get(_OF_LATTICE.get(name, "")))
    if own is None:
        return name
    return f"{name.partition(' ')[0]} − {said(own)} of the lattice"


def _against_known(results: Results, effect: Results) -> str:
    """An effect with the known value that it is held against."""
    name = str(effect.get("name"))
    own = next((model for model in models(results).values() if label(model) == effect.get("subject")), {})
    known = reference(section(own, "reference").get("delta_spin"))
    if known is None or not name.startswith(f"{_SPIN} − known"):
        return name
    kind = "exact" if known.error == 0 else "known"
    return name.replace("known", f"{said(known)} ({kind})")
