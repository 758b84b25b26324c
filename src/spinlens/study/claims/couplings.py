"""Claim C′: do the couplings that a machine learns follow J(r)/T through the tail?"""

from __future__ import annotations

from collections.abc import Mapping

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims import by_recipe
from spinlens.study.claims.by_recipe import Judged, finding, judged
from spinlens.study.claims.effects import Effect, decide, difference, effect, over_machines
from spinlens.study.claims.gate import Gate, gate
from spinlens.study.claims.recipes import Recipe, controls, trained
from spinlens.study.claims.verdict import Finding, Outcome, Verdict, joined, of_kind
from spinlens.study.claims.words import summary
from spinlens.study.results_document import Results, finite, models, reference, section

CLAIM = "The couplings J_eff(r) of a machine that learned the power-law lattice follow J(r)/T through the tail."
RULE = (
    "Supported when J_eff(r)/(J(r)/T) − 1 is inside 5 % at every r ≤ 2 and the slope of ln J_eff against ln r, "
    "2 ≤ r ≤ L/4, inside 0.2 of the lattice's, by three errors; outside when one is (Holm over all). A learned machine "
    "that is outside says neither: five per cent of J(2)/T cost 5·10⁻⁷ nats a site, and its gap may be larger. "
    f"{by_recipe.RULE} Not assayed unless the couplings of an exact machine are inside and those of every negative "
    "control outside in something."
)
COUPLING, SLOPE, NEAR = 0.05, 0.2, 2.0
_OUTCOMES: Mapping[str, Outcome] = {"inside": "supported", "outside": "contradicted"}
_OF_LEARNED: Mapping[str, Outcome] = {"inside": "supported"}
_SAME = 1e-6  # distances


def claim_c_prime(results: Results) -> Verdict:
    """Judge claim C′ on the power-law models."""
    elsewhere = [recipe for model in models(results).values() if (recipe := controls(model).get("exact"))]
    findings = [judge_couplings(model, elsewhere) for model in of_kind(results, short_range=False)]
    return joined("C′", CLAIM, RULE, findings, "power-law model")


def judge_couplings(model: Results, exact: list[Recipe]) -> Finding:
    """Claim C′ for one model; `exact` are the exact machines of all models."""
    return finding(model, trained(model), _gate(model, exact), _judge)


def _judge(recipe: Recipe) -> Judged:
    side, effects = decide(coupling_effects(recipe))
    learned = recipe.stratum == "learned"
    return judged(recipe, side, summary(side, effects), effects, _OF_LEARNED if learned else _OUTCOMES)


def _gate(model: Results, exact: list[Recipe]) -> Gate:
    """The controls; an exact machine that is too large to be read is stood in for by one of another model."""
    readable = [recipe for recipe in exact if _entries(recipe)]

    def read(recipe: Recipe) -> tuple[Effect, ...]:
        large = recipe.name == "exact" and not _entries(recipe) and readable
        return coupling_effects(readable[0] if large else recipe)

    return gate(model, read)


def coupling_effects(recipe: Recipe) -> tuple[Effect, ...]:
    """J_eff(r)/(J(r)/T) − 1 at small r, and, of power laws, the slope less the lattice's."""
    near = tuple(_coupling(recipe, r) for r in _distances(recipe))
    if recipe.model.get("short_range") is True:
        return near
    return (*near, slope_effect(recipe))


def slope_effect(recipe: Recipe) -> Effect:
    """The slope of the learned couplings less the lattice's, whatever class a power law is in."""
    slope = over_machines(_slope(machine) for machine in recipe.machines)
    return effect("slope of ln J_eff − lattice", slope, SLOPE, recipe.subject)


def _coupling(recipe: Recipe, r: float) -> Effect:
    found = over_machines(_excess(machine, r) for machine in recipe.machines)
    return effect(f"J_eff/(J/T) − 1 at r = {r:.3g}", found, COUPLING, recipe.subject)


def _distances(recipe: Recipe) -> list[float]:
    """r ≤ 2 at which the lattice has a coupling, as the first machine with couplings lists them."""
    tables = _entries(recipe)
    return sorted(r for r, (_, J) in _table(tables[0]).items() if r <= NEAR + _SAME and J != 0) if tables else [1.0]


def _entries(recipe: Recipe) -> list[Results]:
    found = [section(machine, "couplings") for machine in recipe.machines]
    return [couplings for couplings in found if couplings]


def _table(couplings: Results) -> dict[float, tuple[Estimate | None, float]]:
    """By distance what was learned, and J(r)/T of the lattice."""
    columns = [couplings.get(key) for key in ("r", "learned", "error", "lattice")]
    rows = zip(*(column if isinstance(column, list | tuple) else () for column in columns), strict=False)
    known = [(finite(r), reference({"value": J, "error": s}), finite(lattice)) for r, J, s, lattice in rows]
    return {round(r, 6): (J, lattice) for r, J, lattice in known if r is not None and lattice is not None and r > 0}


def _excess(machine: Results, r: float) -> Estimate | None:
    learned, lattice = _table(section(machine, "couplings")).get(r, (None, 0.0))
    if learned is None or lattice == 0:
        return None
    return Estimate(learned.value / lattice - 1, learned.error / abs(lattice))


def _slope(machine: Results) -> Estimate | None:
    couplings = section(machine, "couplings")
    lattice = finite(couplings.get("lattice_slope"))
    return difference(reference(couplings.get("slope")), None if lattice is None else Estimate(lattice, 0.0))
