"""What the two panels of the first screen show, in a few words: made from the effects that the claims read."""

from __future__ import annotations

from spinlens.study.claims.recipes import CONTROLS, trained
from spinlens.study.results_document import Results, entries, finite, label, models

_SPIN, _LAYERS = "Δ_s − Monte Carlo", "learned layer − majority blocks"
_FLOWS = {
    ("inside", "outside"): "flows of learned machines keep Δ_s, others miss it",
    ("outside", "inside"): "flows of learned machines miss Δ_s, others keep it",
    ("inside", "inside"): "flows of all machines keep Δ_s",
    ("outside", "outside"): "flows miss Δ_s, learned machines or not",
    ("inside", ""): "flows of learned machines keep Δ_s",
    ("outside", ""): "flows of learned machines miss Δ_s",
    ("", "outside"): "flows miss Δ_s where nothing has learned the lattice",
}


def of_flows(results: Results, where: str) -> str:
    """What the flows of machines that learned at T_c do to Δ_s; without a finding what is shown."""
    learned = {
        recipe.subject: recipe.stratum == "learned"
        for model in models(results).values()
        if label(model) == where
        for recipe in trained(model)
    }
    sides: dict[bool, set[str]] = {True: set(), False: set()}
    for effect in _effects(results, "BC"):
        subject = str(effect.get("subject"))
        if effect.get("name") == _SPIN and subject in learned:
            sides[learned[subject]].add(str(effect.get("side")))
    found = _FLOWS.get((_one(sides[True]), _one(sides[False])))
    return found or _FLOWS.get((_one(sides[True]), ""), "by how much flows miss Δ_s")


def _one(sides: set[str]) -> str:
    """The side that all are on, empty for several or none."""
    return next(iter(sides)) if len(sides) == 1 else ""


def of_layers(results: Results, where: str) -> str:
    """Whether the learned layer cools where blocks heat, by energy, and which instruments say otherwise."""
    own = [effect for effect in _effects(results, "E") if effect.get("subject") == f"{where}, {_LAYERS}"]
    sides = {str(effect.get("name")).rpartition(" by ")[2]: effect for effect in own}
    by_energy = sides.get("energy", {})
    value = finite(by_energy.get("value"))
    if by_energy.get("side") == "inside":
        return "by energy, learned layer and blocks leave the same T unchanged"
    if value is None or by_energy.get("side") != "outside":
        return "which T a layer leaves unchanged"
    does = "cools where blocks heat" if value > 0 else "heats where blocks cool"
    others = [name for name, effect in sides.items() if effect.get("side") == "inside"]
    return (
        "whether the learned layer cools depends on the thermometer"
        if others
        else f"the learned layer {does}, by energy"
    )


def _effects(results: Results, names: str) -> list[Results]:
    return [
        effect
        for claim in entries(results, "claims")
        if str(claim.get("id")) in list(names)
        for effect in entries(claim, "effects")
        if str(effect.get("subject")).rsplit(", ", 1)[-1] not in CONTROLS
    ]
