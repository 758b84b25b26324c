"""The tables of FINDINGS.md from results of the committed study, one file for each seed.

    python validation/study/tables.py results_seed_0.json results_seed_1.json …

Numbers are those that the rules read: means over machines with errors of one standard deviation; bold is outside its
margin by three errors. A file that holds the verdicts alone takes part in the table of verdicts.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.coarse_graining import EXPONENTS, maps
from spinlens.study.claims.composition import claim_g
from spinlens.study.claims.couplings import coupling_effects
from spinlens.study.claims.effects import Effect, decide, over_machines
from spinlens.study.claims.ends import end_effects
from spinlens.study.claims.fixed_temperature import compare
from spinlens.study.claims.recipes import Recipe, controls, trained

ENDS = ("T_end/T_c − 1 by energy", "spread of the instruments / T_c", "D²", "Δ_s − Monte Carlo", "Δ_ε − Monte Carlo")


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Markdown."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


def text(effect: Effect | None) -> str:
    """A number as rules see it."""
    if effect is None or effect.value is None or effect.error is None:
        return "–"
    found = f"{ {'lower': '≥ ', 'upper': '≤ '}.get(effect.bound, '') }{Estimate(effect.value, effect.error)}"
    return f"**{found}**" if effect.side == "outside" else found


def verdicts(studies: dict[str, dict[str, Any]]) -> str:
    """Seed by seed and claim by claim."""
    ids = [claim["id"] for claim in next(iter(studies.values()))["claims"]]
    outcomes = {name: {claim["id"]: claim["outcome"] for claim in study["claims"]} for name, study in studies.items()}
    return table(["run", *ids], ([name, *(found[id] for id in ids)] for name, found in outcomes.items()))


def recipes(model: dict[str, Any]) -> list[Recipe]:
    """Those of the study, then the exact machine."""
    exact = controls(model).get("exact")
    return [*trained(model), *([exact] if exact else [])]


def ends(model: dict[str, Any]) -> str:
    """What ends of flows show."""
    rows = []
    for recipe in recipes(model):
        found = {effect.name: effect for effect in decide(end_effects(recipe))[1]}
        rows.append([recipe.name, str(recipe.gap or "–"), *(text(found.get(name)) for name in ENDS)])
    return table(["recipe", "g in nats a site", *ENDS], rows)


def couplings(model: dict[str, Any]) -> str:
    """J_eff(r)/(J(r)/T) − 1, and the slope."""
    read = [(recipe, decide(coupling_effects(recipe))[1]) for recipe in recipes(model)]
    head = ["recipe", *(effect.name for effect in read[0][1])]
    return table(head, ([recipe.name, *map(text, effects)] for recipe, effects in read))


def exponents(model: dict[str, Any]) -> str:
    """y_t and y_h of every map, the mean over machines."""
    rows = []
    for name in dict.fromkeys(str(entry["map"]) for entry in model["coarse"]):
        found = maps(model, name)
        means = (over_machines(_estimate(entry.get(y)) for entry in found) for y in EXPONENTS)
        rows.append([name, str(len(found)), *(str(mean or "–") for mean in means)])
    return table(["map", "machines", *EXPONENTS], rows)


def _estimate(entry: dict[str, Any] | None) -> Estimate | None:
    return None if not entry or entry.get("value") is None else Estimate(entry["value"], entry["error"])


def fixed_temperatures(model: dict[str, Any]) -> str:
    """T* of a layer less that of block spins."""
    pairs = [("learned", "majority"), ("learned", "average"), ("stack", "majority")]
    compared = [(f"{flow} − {blocks}", compare(model, flow, blocks)) for flow, blocks in pairs]
    return table(
        ["", "together", "by instrument"],
        (
            [name, side, ", ".join(f"{text(e)}{e.name.split('/T_c')[-1]}" for e in found)]
            for name, (side, found) in compared
        ),
    )


def _read(path: str) -> dict[str, Any]:
    found = json.loads(Path(path).read_text())
    return {"claims": found} if isinstance(found, list) else dict(found)


def main(paths: Sequence[str]) -> None:
    studies = {Path(path).stem: _read(path) for path in paths}
    print(verdicts(studies))
    for name, study in studies.items():
        for model in study.get("models", {}).values():
            print(f"## {name}, {model['label']}\n")
            print(ends(model), couplings(model), exponents(model), fixed_temperatures(model), sep="\n")
        if "models" in study:
            shown = claim_g(study)
            print("G:", shown.because)


if __name__ == "__main__":
    main(sys.argv[1:])
