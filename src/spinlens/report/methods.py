"""What was done, in words for a paper, and the words of the page explained; all numbers are those of the study."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from spinlens.report.machine_points import end_margin
from spinlens.study.claims import coarse_graining, ends
from spinlens.study.claims.recipes import LEARNED
from spinlens.study.results_document import Results, entries, section

_GLOSSARY: Mapping[str, str] = {
    "gap, learned": f"g = ⟨ln p_{{lattice}} − ln p_{{machine}}⟩ over states of the lattice at T_c, in nats a site; a "
    f"machine counts as learned below {LEARNED:g} by three errors.",
    "inside, outside, undecided": "An effect x with error s and a margin δ fixed beforehand: inside where |x| + 3s < "
    "δ, "
    "outside where |x| − 3s > δ, undecided else.",
    "end of a flow": "The states after at least ten autocorrelation times of the machine’s chain, from cold and from "
    "hot "
    "starts together.",
    "T_{end}": "The temperature that an instrument reads from these states.",
    "instruments": "Calibrated maps from states to a temperature: energy, |m|, ξ/L, G(r), pseudo-likelihood and a "
    "network. They agree on states of the lattice, and on those alone.",
    "no temperature": "What is said of states on which the instruments, or the equilibrium test, do not agree.",
    "spread": "The largest difference of T_{end} between instruments.",
    "D": "Distance of the states from equilibrium at their best temperature, over energy, |m|, ξ and the structure "
    f"factor together; its margin is {ends.DISTANCE:g}.",
    "effective Δ_s, Δ_ε": "Scaling dimensions estimated at one size L from G(L/2) and from the energy: they differ "
    "from "
    "those of the infinite lattice, and are compared with Monte Carlo at the same L and estimator.",
    "τ": "Integrated autocorrelation time of |m| in the machine’s own chain, in steps v → h → v′.",
    "plateau": "The longest stretch of steps in which no instrument drifts; it says how long a transient lasts.",
    "T*": "The temperature that a layer leaves as it is: the zero of ΔT.",
    "y_t, y_h": "Exponents of one step of coarse-graining by Monte Carlo renormalization; margin "
    f"{coarse_graining.MARGIN:g}.",
    "J_{eff}(r)": "Pair coupling of −ln p(v) of the machine between sites at distance r.",
    "controls": "Machines that know the lattice exactly, or cannot know it (trained for a moment, on T = 0 and T = ∞ "
    "alone, on mean-field states, or with weights drawn anew): they show what a rule can find.",
}  # fmt: skip


def methods(results: Results) -> list[str]:
    """Paragraphs: lattices and Monte Carlo, machines, flows and instruments, coarse-graining, rules."""
    study = section(results, "study")
    parts = (_lattices(study), _machines(study), _flows(study), _layers(study))
    return [part for part in parts if part] + ([_RULES] if results.get("claims") else [])


def glossary(results: Results) -> dict[str, str]:
    """Words of the page, those of the recipes of the study among them."""
    recipes = entries(section(section(results, "study"), "machines"), "recipes")
    return {**_GLOSSARY, **{str(recipe.get("name")): f"Recipe: {recipe_words(recipe)}." for recipe in recipes}}


def recipe_words(recipe: Results) -> str:
    """How machines of a recipe are trained.

    >>> recipe_words({"training_set": "critical", "steps": 1, "persistent": False, "updates": 4000, "optimizer": "sgd"})
    'CD-1, on states at T_c, 4000 updates, plain gradient'
    """
    chains = {False: "CD", True: "PCD", "growing": "chains that grow from CD to PCD"}
    kind = f"{chains.get(recipe.get('persistent', False), 'CD')}-{recipe.get('steps', 1)}"
    states = {"critical": "states at T_c", "grid": "the grid of temperatures"}
    named = str(recipe.get("training_set"))
    counts = [f"{recipe[key]} {key}" for key in ("updates", "epochs") if recipe.get(key)]
    gradient = {"sgd": "plain gradient", "adam": "Adam", "natural": "natural gradient"}
    more = [f"then {len(recipe['phases'])} more phases"] if recipe.get("phases") else []
    tied = ["weights shared over translations"] if recipe.get("torus") else []
    words = [kind, f"on {states.get(named, f'the grid “{named}”')}", *counts,
             gradient.get(str(recipe.get("optimizer", "sgd")), str(recipe.get("optimizer"))), *tied, *more]  # fmt: skip
    return ", ".join(words)


def _lattices(study: Results) -> str:
    scan, found = section(study, "criticality"), entries(study, "models")
    if not scan or not found:
        return ""
    named = " and ".join(_coupling(model) for model in found)
    return (
        f"Two-dimensional Ising lattices with {named} couplings were sampled by cluster Monte Carlo at "
        f"L = {_listed(scan.get('sizes'))}, {scan.get('points')} temperatures a size, {scan.get('chains')} chains of "
        f"{_count(scan.get('draws'))} sweeps each. T_c, Δ_s and Δ_ε follow from one fit of U_4, ξ/L and ⟨m²⟩ of all "
        f"sizes, "
        "reweighted by multiple histograms, with corrections to scaling; fits are averaged by their evidence."
    )


def _coupling(model: Results) -> str:
    sigma = model.get("sigma")
    return "nearest-neighbour" if sigma is None else f"power-law J(r) = J r^{{−(2+σ)}}, σ = {sigma},"


def _count(number: object) -> str:
    """A number with its thousands apart."""
    return f"{number:,}".replace(",", "\u202f") if isinstance(number, int) and number >= 10_000 else str(number)


def _listed(values: Any) -> str:
    return ", ".join(map(str, values)) if isinstance(values, list | tuple) else str(values)


def _machines(study: Results) -> str:
    ensembles, machines = section(study, "ensembles"), section(study, "machines")
    recipes = entries(machines, "recipes")
    if not recipes:
        return ""
    return (
        f"Restricted Boltzmann machines of ±1 units learned from independent states at L = {ensembles.get('size')}: "
        f"{_count(ensembles.get('critical', ensembles.get('training')))} at T_c, or "
        f"{_count(ensembles.get('training'))} at each "
        f"temperature of a grid, by {len(recipes)} recipes "
        f"({', '.join(str(recipe.get('name')) for recipe in recipes)}), "
        f"{machines.get('seeds')} machines each. The gap between a machine and its lattice was measured by the ratio "
        f"of "
        "acceptances of their states where these overlap, else by annealed importance sampling of ln Z."
    )


def _flows(study: Results) -> str:
    flows, ensembles = section(study, "flows"), section(study, "ensembles")
    if not flows:
        return ""
    return (
        f"Flows v → h → v′ of {_count(flows.get('samples'))} states were followed for {flows.get('steps')} steps, and "
        f"{_count(flows.get('ends'))} states after at least ten autocorrelation times are the end of a flow. "
        f"Temperatures were "
        f"read by instruments calibrated on {_count(ensembles.get('calibration'))} states a temperature and tested on "
        f"{_count(ensembles.get('test'))} others; a joint test of energy, |m|, ξ and S(k) says whether states are in "
        f"equilibrium."
    )


def _layers(study: Results) -> str:
    stack, coarse, rules = section(study, "stack"), section(study, "coarse"), section(study, "flows").get("rules")
    if not stack and not coarse:
        return ""
    said = f"Blocks of 2 × 2 spins ({_listed(rules)}) are the renormalization group. " if rules else ""
    if stack:
        said += f"Stacked machines have {_listed(stack.get('hidden'))} hidden units ({stack.get('seeds')} seeds). "
    if coarse:
        said += (
            f"Learned maps are machines with tied weights of stride 2 ({coarse.get('seeds')} seeds); exponents of one "
            f"step are those of the linearized flow of couplings on {_count(coarse.get('states'))} states."
        )
    return said.rstrip()


_RULES = (
    "Every claim has one rule, a function of the numbers with margins fixed before the data: T_end within "
    f"{end_margin():.0%} of T_c, instruments within {ends.TEMPERATURE:.0%}, D below {ends.DISTANCE:g}, Δ_s and Δ_ε "
    f"within "
    f"{ends.DELTA_SPIN:g} and {ends.DELTA_ENERGY:g} of Monte Carlo at the same L, estimator and temperature. A claim "
    f"is "
    "judged only where controls come out as they must. Errors are one standard deviation, over machines or by "
    "jackknife."
)
