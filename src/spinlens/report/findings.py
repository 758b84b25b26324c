"""What a study found, in a few lines of words: made of verdicts and numbers, for the page and the terminal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from spinlens.report.machine_points import end_temperatures, is_control
from spinlens.report.verdict_tables import failed_controls, missing_controls
from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.effects import over_machines
from spinlens.study.claims.verdict import DEPENDS
from spinlens.study.results_document import Results, entries, label, measured, models, reference, section

PAPER = "arXiv:2002.02664"

_UNJUDGED = {
    "undecided": "not decided",
    "not assayed": "not to be judged, because controls came out otherwise than they must",
}
_PHRASES: Mapping[str, Mapping[str, str]] = {
    "A": {
        "": "Whether Monte Carlo finds the long-range critical point",
        "supported": f"Monte Carlo finds the long-range critical point, as {PAPER} says",
        "contradicted": f"Monte Carlo misses the known long-range critical point, against {PAPER}",
    },
    "B": {
        "": "Whether flows of the nearest-neighbour lattice end at its critical point, as earlier work says",
        "supported": "Flows of machines that have learned the nearest-neighbour lattice end at its critical point, as "
        "earlier work says",
        "contradicted": "Flows of machines that have learned the nearest-neighbour lattice do not end at its critical "
        "point, against earlier work",
        "depends on training": "Whether flows of the nearest-neighbour lattice end at its critical point depends on "
        "training",
    },
    "C": {
        "": f"Whether flows of the long-range lattice miss its scaling dimensions, as {PAPER} says",
        "supported": "Flows of the long-range lattice miss its scaling dimensions even where the machine has learned "
        f"it, as {PAPER} says",
        "contradicted": f"Flows of machines that have learned the long-range lattice end at its critical point, where "
        f"{PAPER} says that they miss its scaling dimensions",
        "depends on training": f"Whether flows of the long-range lattice miss its scaling dimensions, as {PAPER} says, "
        "depends on training",
    },
    "C′": {
        "": "whether learned couplings follow J(r) through its tail",
        "supported": "they are not short-sighted: learned couplings follow J(r) through its tail",
        "contradicted": "they are short-sighted: learned couplings do not follow the tail of J(r)",
        "depends on training": "whether learned couplings follow J(r) through its tail depends on training",
    },
    "D": {
        "": f"Whether learned coarse-graining differs in kind from block spins, as {PAPER} says",
        "supported": f"Learned coarse-graining differs in kind from block spins, as {PAPER} says",
        "contradicted": f"Learned coarse-graining has the exponents of block spins, where {PAPER} says that it differs",
        "depends on training": "Whether learned coarse-graining differs from block spins depends on training",
    },
    "E": {
        "": f"whether the stacked flow cools where blocks heat, as {PAPER} says",
        "supported": f"the stacked flow cools where blocks heat, as {PAPER} says",
        "contradicted": f"the stacked flow has the fixed point of blocks, where {PAPER} says that it cools",
        "no temperature": f"that the stacked flow cools, as {PAPER} says, is a matter of the thermometer: instruments "
        "disagree about the temperature of its states",
    },
    "F": {
        "": "whether nearest neighbours differ in this",
        "supported": "nearest neighbours differ in this",
        "contradicted": "nearest neighbours do the same",
    },
    "G": {
        "": "Whether flows find T_c whatever the grid of temperatures they learned from",
        "supported": "Flows find T_c whatever the grid of temperatures they learned from",
        "contradicted": "Flows do not find T_c by themselves: they end elsewhere when only the temperatures of the "
        "training states change",
    },
}
_VERBS = {
    "inside": "reaches it",
    "outside": "misses it",
    "elsewhere": "ends elsewhere with its dimensions",
    "no temperature": "ends at no temperature",
    "undecided": "is undecided",
}
_LINES = (("A",), ("B",), ("C", "C′"), ("D", "E", "F"), ("G",))


@dataclass(frozen=True)
class Line:
    """One line of the answer, what would decide it where it is open, and the claims that it speaks of with outcomes."""

    text: str
    decides: str
    claims: tuple[tuple[str, str], ...]

    def __str__(self) -> str:
        return self.said()

    def said(self, time: str = "") -> str:
        """The line, with the `time` that it takes to decide what is open where that is known."""
        more = (
            f" What would decide it: {self.decides.removesuffix('.')}{f', {time}' * bool(time)}."
            if self.decides
            else ""
        )
        return f"{self.text}{more} [{', '.join(' '.join(claim) for claim in self.claims)}]"


def findings(results: Results) -> tuple[Line, ...]:
    """The answer in lines, one for each group of claims that the study judged.

    >>> [str(line) for line in findings({"claims": [{"id": "A", "outcome": "supported"}]})]
    ['Monte Carlo finds the long-range critical point, as arXiv:2002.02664 says. [A supported]']
    """
    claims = {str(claim.get("id")): claim for claim in entries(results, "claims")}
    groups = ([claims[name] for name in group if name in claims] for group in _LINES)
    return tuple(_line(results, group) for group in groups if group)


def _line(results: Results, group: list[Results]) -> Line:
    outcomes = {_outcome(claim) for claim in group}
    numbers = _numbers(results, group[0])
    if len(group) > 1 and len(outcomes) == 1 and outcomes <= set(_UNJUDGED):
        *first, last = (_about(claim).removesuffix(",") for claim in group)
        text = f"{', '.join(first)}, and {last} are {_unjudged(group[0])}{numbers}"
    else:
        said = [_phrase(claim) for claim in group]
        text = "; ".join([f"{said[0]}{numbers}", *said[1:]])
    before, paper, after = text.partition(PAPER)
    text = f"{before}{paper}{after.replace(PAPER, 'the paper')}"  # it is named once in a line
    more = dict.fromkeys(str(claim["decides"]) for claim in group if claim.get("decides"))
    return Line(f"{text}.", " ".join(more), tuple((str(claim.get("id")), _outcome(claim)) for claim in group))


def _outcome(claim: Results) -> str:
    return str(claim.get("outcome"))


def _about(claim: Results) -> str:
    """What is in question, with a comma where the claim's source ends it."""
    about = _PHRASES.get(str(claim.get("id")), {}).get("", str(claim.get("claim") or "a claim"))
    return f"{about}," if about.endswith("says") else about


def _phrase(claim: Results) -> str:
    phrases, outcome = _PHRASES.get(str(claim.get("id")), {}), _outcome(claim)
    if outcome in phrases:
        return phrases[outcome]
    if outcome == DEPENDS:
        return f"{_about(claim)} depends on the lattice"
    failed = ", ".join(failed_controls(claim)) if outcome == "not assayed" and not missing_controls(claim) else ""
    return f"{_about(claim)} is {_unjudged(claim)}{f' ({failed})' if failed else ''}"


def _unjudged(claim: Results) -> str:
    """Why nothing is said of a claim."""
    outcome = _outcome(claim)
    if outcome == "not assayed" and (missing := missing_controls(claim)):
        return f"not to be judged, because the study has no control {' and no control '.join(missing)}"
    return _UNJUDGED.get(outcome, outcome)


def _numbers(results: Results, claim: Results) -> str:
    """The numbers of a line, after a colon; nothing where there are none."""
    every = list(models(results).values())
    said: list[str] = []
    if claim.get("id") == "A":
        said = [_critical(model) for model in every if model.get("short_range") is False]
    elif claim.get("id") in ("B", "C"):
        said = [_ends(model, claim) for model in every if model.get("short_range") is (claim["id"] == "B")]
    return ": " + "; ".join(filter(None, said)) if any(said) else ""


def _critical(model: Results) -> str:
    critical, known = section(model, "critical"), section(model, "reference")
    symbols = {"temperature": "T_c", "delta_spin": "Δ_s", "delta_energy": "Δ_ε"}
    found = {symbol: (measured(critical.get(key)), reference(known.get(key))) for key, symbol in symbols.items()}
    parts = [f"{s} = {m}{f' (known {k})' if k else ''}" for s, (m, k) in found.items() if m is not None]
    return f"{', '.join(parts)} for {label(model)}" if parts else ""


def _ends(model: Results, claim: Results) -> str:
    """Where the flows of the best and of the worst recipe at T_c end, or of the only ones there are."""
    recipes: dict[str, list[Results]] = {}
    for machine in entries(model, "machines"):
        if not is_control(machine):
            recipes.setdefault(str(machine.get("recipe")), []).append(machine)
    at_critical = {name: own for name, own in recipes.items() if own[0].get("training_set") == "critical"}
    by_gap = sorted((at_critical or recipes).items(), key=lambda item: _gap(item[1]))
    shown = by_gap[:: max(1, len(by_gap) - 1)]
    sides = {str(part.get("subject")): str(part.get("found")) for part in entries(claim, "parts")}
    return "; ".join(_end(model, name, own, sides.get(f"{label(model)}, {name}", "")) for name, own in shown)


def _gap(machines: list[Results]) -> float:
    found = over_machines(reference(machine.get("gap")) for machine in machines)
    return float("inf") if found is None else found.value


def _end(model: Results, name: str, machines: list[Results], found: str) -> str:
    numbers = {
        "T_end = {} T_c": over_machines(end_temperatures(model, machine).get("energy") for machine in machines),
        "Δ_s off by {}": over_machines(_excess(machine) for machine in machines),
    }
    gap = over_machines(reference(machine.get("gap")) for machine in machines)
    who = f"{name}{'' if gap is None else f' (gap {gap} nats a site)'} {_VERBS.get(found, 'was followed')}"
    return ", ".join([who, *(words.format(number) for words, number in numbers.items() if number is not None)])


def _excess(machine: Results) -> Estimate | None:
    return measured(section(section(section(machine, "end"), "all"), "excess").get("delta_spin"))
