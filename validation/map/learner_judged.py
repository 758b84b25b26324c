"""Tables and verdicts of learners from learner.json, by the rule in LEARNER.md; and what no data would change.

python validation/map/learner_judged.py
python validation/map/learner_judged.py floor     # nats that the best logistic regressions miss, by enumeration
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np

from spinlens import Estimate, IsingModel, NearestNeighbour, PowerLaw
from spinlens.exact import CRITICAL_TEMPERATURE
from spinlens.exact.enumeration import all_states
from spinlens.study.claims.effects import FEWEST, Effect, Side, decide, difference, effect, over_machines
from spinlens.study.claims.ends import DELTA_SPIN, dimension_effects, temperature_at_all, temperature_effects
from spinlens.study.claims.recipes import Recipe

RESULTS = Path(__file__).parent / "learner.json"
STATES = 20_000
LEARNED = 1e-3  # nats a site

Rows = list[dict[str, Any]]
Groups = dict[tuple[str, int, str, int], Rows]


def model_of(about: dict[str, Any], label: str) -> dict[str, Any]:
    """What rules read of a lattice."""
    return {
        "label": label,
        "thermometers": {name: {"pull": pull} for name, pull in about["pulls"].items()},
        "equilibrium": {"temperature": about["T"], "dimensions": {"temperatures": about["temperatures"]}},
        "critical": {"temperature": {"value": about["T"], "error": about["error"]}},
    }


def ends(recipe: Recipe) -> tuple[Side, Side, tuple[Effect, ...]]:
    """The side of Δ_s and Δ_ε, that of everything else, and all effects: those of claim C but for starts."""
    of_dimensions, dimensions = decide(dimension_effects(recipe))
    of_others, others = decide([*temperature_effects(recipe), *temperature_at_all(recipe)])
    return of_dimensions, of_others, (*others, *dimensions)


def verdict(of_dimensions: Side, of_others: Side, seeds: int) -> str:
    """As claim C has it: of the sentence that what is learned ends with other dimensions."""
    if seeds < FEWEST:
        return f"undecided: fewer than {FEWEST} seeds"
    if of_dimensions == "outside":
        return "supported"
    if of_dimensions == "inside" and of_others == "outside":
        return "says neither: the dimensions are right, T or D is not"
    return "contradicted" if of_dimensions == of_others == "inside" else "undecided"


def entry(found: Any) -> Estimate | None:
    return None if found is None or found["error"] is None else Estimate(found["value"], found["error"])


def mean(rows: Rows, *path: str) -> Estimate | None:
    """One number over seeds, with the error that rules give it."""
    found = []
    for row in rows:
        value: Any = row
        for key in path:
            value = value[key]
        found.append(entry(value))
    return over_machines(found, shared=0.0)


def decay(small: Rows, large: Rows) -> Estimate | None:
    """Δ_s = −½ log₂ of G(L/2) at 2L over that at L."""
    one, two = mean(small, "half"), mean(large, "half")
    if one is None or two is None:
        return None
    relative = math.hypot(one.error / one.value, two.error / two.value)
    return Estimate(-0.5 * math.log2(two.value / one.value), 0.5 * relative / math.log(2))


def shown(found: Effect) -> str:
    sign = {"": "", "lower": "≥ ", "upper": "≤ "}[found.bound]
    number = "not measured" if found.value is None or found.error is None else str(Estimate(found.value, found.error))
    return f"{found.name} {sign}{number} ({found.side})"


def of_group(recipe: Recipe, rows: Rows, like: Rows) -> None:
    """What is known of learners of one kind."""
    of_dimensions, of_others, effects = ends(recipe)
    kind, side, states = rows[0]["kind"], rows[0]["side"], rows[0]["states"]
    judged = f"dimensions {of_dimensions}, T and D {of_others}: {verdict(of_dimensions, of_others, len(rows))}"
    print(f"\n{recipe.model['label']}, {kind}, {states} states, {len(rows)} seeds: {judged}")
    if kind != "lattice":
        found = mean(rows, "gap")
        learned = decide([effect("gap", None if found is None else found / side**2, LEARNED)])[0]
        seconds = float(np.mean([row["seconds"] for row in rows]))
        about = f"{rows[0]['parameters']} parameters, {seconds:.0f} s, tau {mean(rows, 'tau')}"
        print(f"  gap {found} nats a state, learned: {learned}; {about}")
    print("  " + "; ".join(map(shown, effects)))
    for name in ("m2", "binder", "xi", "delta_spin"):
        own, true = mean(rows, "reading", name), mean(like, "reading", name)
        print(f"  {name} {own}, less the lattice {difference(own, true)}", end=";")
    own, true = mean(rows, "half"), mean(like, "half")
    print(f"  G(L/2) {own}, less the lattice {difference(own, true)}")


def of_sides(groups: Groups, lattice: str, side: int) -> None:
    """Δ_s from G(L/2) of two sides, networks beside the lattice."""
    found = [[groups.get((lattice, L, kind, STATES)) for L in (side, 2 * side)] for kind in ("network", "lattice")]
    (one, two), (small, large) = found
    if one and two and small and large:
        own, true = decay(one, two), decay(small, large)
        _, (judged,) = decide([effect("Δ_s of two sides less that of the lattice", difference(own, true), DELTA_SPIN)])
        print(f"\n{lattice}, {side} and {2 * side}: networks {own}, lattice {true}; {shown(judged)}")


def judge() -> None:
    results = json.loads(RESULTS.read_text())
    groups: Groups = {}
    for row in sorted(results["rows"], key=lambda row: (row["lattice"], row["side"], row["kind"], row["states"])):
        groups.setdefault((row["lattice"], row["side"], row["kind"], row["states"]), []).append(row)
    for (lattice, side, kind, _), rows in groups.items():
        model = model_of(results["benches"][f"{lattice}.{side}"], f"{lattice}, L = {side}")
        of_group(Recipe(model, kind, tuple(rows)), rows, groups[lattice, side, "lattice", STATES])
    for lattice in dict.fromkeys(key[0] for key in groups):
        for side in (4, 8):
            of_sides(groups, lattice, side)


def floor() -> None:
    """Σ p ln p/q of the best q without hidden units and symmetry, each unit by Newton's method on all its pasts."""
    for coupling, T in ((NearestNeighbour(), CRITICAL_TEMPERATURE), (PowerLaw(1.2), 6.83427)):
        for side in (3, 4):
            states = all_states(side**2)
            weight = -IsingModel((side, side), coupling).energy(states.reshape(-1, side, side)) / T
            log_p = weight - np.logaddexp.reduce(weight)
            p, missing = np.exp(log_p), float(np.exp(log_p) @ log_p)
            for unit in range(side**2):
                past = np.bincount((states[:, : unit + 1] > 0) @ (1 << np.arange(unit + 1)), weights=p)
                missing += conditional(past.reshape(2, -1), all_states(unit) if unit else np.zeros((1, 0)))
            print(f"{coupling}, {side} x {side}: {missing:.6f} nats a state")


def conditional(p: np.ndarray, past: np.ndarray) -> float:
    """Least −Σ p ln q(s | past) of a logistic regression; `p` (2, pasts) of s = −1 and 1."""
    seen = np.column_stack([past, np.ones(len(past))])
    weights = np.zeros(seen.shape[1])
    for _ in range(30):
        up = 1 / (1 + np.exp(-2 * seen @ weights))
        slope = seen.T @ (2 * (p[1] - p.sum(axis=0) * up))
        curvature = (seen.T * (4 * p.sum(axis=0) * up * (1 - up))) @ seen
        weights += np.linalg.solve(curvature + 1e-12 * np.eye(len(weights)), slope)
    f = 2 * seen @ weights
    return float(p[0] @ np.logaddexp(0, f) + p[1] @ np.logaddexp(0, -f))


if __name__ == "__main__":
    floor() if sys.argv[1:] == ["floor"] else judge()
