"""Claims B and C: does the machine's flow end at the critical point of the lattice it learned from?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from spinlens.statistics.estimate import Estimate
from spinlens.study.claims.verdict import (
    AGREE,
    DIFFER,
    MIN_SEEDS,
    SEED_FRACTION,
    Evidence,
    Outcome,
    Verdict,
    evidence,
    of_kind,
    temperature,
    unanimous,
)
from spinlens.study.results_document import Results, entries, finite, label, measured, section

CLAIM_B = "The flow of a machine trained on nearest-neighbour states goes to T_c and has the right Δ_s and Δ_ε there."
CLAIM_C = "The flow of a machine trained on long-range states does not converge to the right Δ_s and Δ_ε."
TEST = (
    "From cold and from hot starts the flow of a converged machine must reach a plateau of at least 10 steps and one "
    "Gibbs autocorrelation time, on which every instrument in range, the energy among them, agrees with T_c within 3 "
    "errors (error, with bias and pull of the instrument, below 5 %), equilibrium is not rejected (p ≥ 0.0027), and "
    "Δ_s (error below 0.05) and Δ_ε (error below 0.15) agree within 3 combined errors with Monte Carlo at the same L "
    "and by the same estimator"
)
RULE_B = (
    f"{TEST}. Supported when at least 4 of 5 seeds of every recipe with 5 or more converged seeds pass; contradicted "
    "when at least 4 of 5 seeds of every such recipe fail one of these by more than 5 errors (p < 5.7e-7) on such a "
    "plateau; undecided otherwise."
)
RULE_C = (
    f"{TEST}. Supported when, for at least 4 of 5 seeds of every recipe with 5 or more converged seeds, Δ_s or Δ_ε on "
    "such a plateau differs by more than 5 combined errors; contradicted when at least 4 of 5 seeds of every such "
    "recipe pass; undecided otherwise, and the recipes are judged one by one in the evidence."
)
P_AGREE, P_DIFFER = 0.0027, 5.7e-7  # two-sided probabilities of 3 and 5 errors
STARTS = ("cold", "hot")
MIN_PLATEAU = 10
TOLERANCE = {"delta_spin": 0.05, "delta_energy": 0.15}
Judgement = Literal["pass", "fail", "unclear"]


@dataclass(frozen=True)
class SeedResult:
    """What the flows of one machine show: `passes` in everything, `fails_anything`, `fails_dimensions`."""

    passes: bool
    fails_anything: bool
    fails_dimensions: bool


@dataclass(frozen=True)
class RecipeResult:
    """The outcome for one training recipe of one model."""

    model: Results
    recipe: str
    converged: int
    passed: int
    failed: int
    outcome: Outcome  # whether the flow ends at the critical point
    counts: bool  # enough converged seeds


def claim_b(results: Results) -> Verdict:
    """Judge claim B on the short-range models."""
    recipes = [recipe for model in of_kind(results, True) for recipe in judge_recipes(model, dimensions_only=False)]
    return _verdict("B", CLAIM_B, RULE_B, recipes, claimed="supported")


def claim_c(results: Results) -> Verdict:
    """Judge claim C on the power-law models: supported where the fixed-point test fails in Δ_s or Δ_ε."""
    recipes = [recipe for model in of_kind(results, False) for recipe in judge_recipes(model, dimensions_only=True)]
    return _verdict("C", CLAIM_C, RULE_C, recipes, claimed="contradicted")


def judge_recipes(model: Results, dimensions_only: bool) -> list[RecipeResult]:
    """Whether the flows of each training recipe end at the critical point, seeds counted once."""
    machines: dict[str, dict[Any, Results]] = {}
    for machine in entries(model, "machines"):
        machines.setdefault(str(machine.get("recipe")), {})[machine.get("seed")] = machine
    return [_judge_recipe(model, name, seeds, dimensions_only) for name, seeds in machines.items()]


def _judge_recipe(model: Results, recipe: str, seeds: dict[Any, Results], dimensions_only: bool) -> RecipeResult:
    converged = [machine for machine in seeds.values() if machine.get("converged") is True]
    tests = [fixed_point_test(model, machine) for machine in converged]
    passed = sum(test.passes for test in tests)
    failed = sum(test.fails_dimensions if dimensions_only else test.fails_anything for test in tests)
    needed, counts = SEED_FRACTION * len(tests), len(tests) >= MIN_SEEDS
    outcome: Outcome = "undecided"
    if counts and passed >= needed:
        outcome = "supported"
    elif counts and failed >= needed:
        outcome = "contradicted"
    return RecipeResult(model, recipe, len(tests), passed, failed, outcome, counts)


def fixed_point_test(model: Results, machine: Results) -> SeedResult:
    """The fixed-point test of one machine, over its cold and its hot flow."""
    dimensions: list[Judgement] = []
    others: list[Judgement] = []
    for start in STARTS:
        plateau = _plateau(model, machine, start)
        dimensions += [_dimension(model, plateau, name) for name in TOLERANCE]
        others += [*_temperatures(model, plateau), _equilibrium(plateau)]
    return SeedResult(
        passes=all(judgement == "pass" for judgement in dimensions + others),
        fails_anything="fail" in dimensions + others,
        fails_dimensions="fail" in dimensions,
    )


def _plateau(model: Results, machine: Results, start: str) -> Results:
    """The plateau of the machine's flow from `start`; empty when there is none that lasts."""
    wanted = (machine.get("recipe"), machine.get("seed"), start)
    flows = [f for f in entries(model, "flows") if (f.get("recipe"), f.get("seed"), f.get("start")) == wanted]
    plateau = section(flows[0], "plateau") if len(flows) == 1 else {}
    return plateau if plateau.get("reached") is True and _lasts(plateau, machine) else {}


def _lasts(plateau: Results, machine: Results) -> bool:
    tau = finite(machine.get("gibbs_tau"))
    steps = [finite(step) for step in plateau.get("steps") or ()]
    if tau is None or tau <= 0 or len(steps) != 2 or steps[0] is None or steps[1] is None:
        return False
    return steps[1] - steps[0] >= max(MIN_PLATEAU, tau)


def _temperatures(model: Results, plateau: Results) -> list[Judgement]:
    """One judgement an instrument in range; unclear when the energy thermometer is not among them."""
    target = critical_temperature(model)
    readings, in_range = section(plateau, "temperature"), section(plateau, "in_range")
    judgements: list[Judgement] = []
    for instrument in readings:
        if in_range.get(instrument) is not True:
            continue
        reading = temperature(model, instrument, readings[instrument])
        if reading is None or target is None:
            judgements.append("unclear")
        else:
            judgements.append(_compare(reading, target, 0.05 * target.value))
    return judgements if in_range.get("energy") is True and "energy" in readings else [*judgements, "unclear"]


def critical_temperature(model: Results) -> Estimate | None:
    """The T_c at which the reference ensembles were drawn, with the error of its determination."""
    used = finite(section(model, "equilibrium").get("temperature"))
    found = measured(section(model, "critical").get("temperature"))
    return None if used is None or found is None else Estimate(used, found.error)


def _dimension(model: Results, plateau: Results, name: str) -> Judgement:
    flowed, equilibrium = measured(plateau.get(name)), measured(section(model, "equilibrium").get(name))
    if flowed is None or equilibrium is None:
        return "unclear"
    return _compare(flowed, equilibrium, TOLERANCE[name])


def _compare(found: Estimate, expected: Estimate, tolerance: float) -> Judgement:
    deviation = abs(found.deviation(expected))
    if deviation > DIFFER:
        return "fail"
    return "pass" if deviation <= AGREE and found.error < tolerance else "unclear"


def _equilibrium(plateau: Results) -> Judgement:
    p = finite(section(plateau, "equilibrium").get("p"))
    if p is None or not 0 <= p <= 1:
        return "unclear"
    return "fail" if p < P_DIFFER else "pass" if p >= P_AGREE else "unclear"


def _verdict(id: str, claim: str, rule: str, recipes: list[RecipeResult], claimed: Outcome) -> Verdict:
    """The verdict of a claim that says the test comes out as `claimed` for every recipe with enough seeds."""
    own = [recipe for recipe in recipes if recipe.counts]
    outcome = unanimous(_relative(recipe.outcome, claimed) for recipe in own)
    shown = tuple(item for recipe in recipes for item in _evidence(recipe, claimed))
    return Verdict(id, claim, rule, outcome, _because(recipes), shown)


def _relative(outcome: Outcome, claimed: Outcome) -> Outcome:
    if outcome == "undecided":
        return "undecided"
    return "supported" if outcome == claimed else "contradicted"


def _because(recipes: list[RecipeResult]) -> str:
    if not recipes:
        return "The study holds no machine for this claim."
    return " ".join(f"{name}: {_counts([r for r in recipes if label(r.model) == name])}." for name in _labels(recipes))


def _labels(recipes: list[RecipeResult]) -> list[str]:
    return list(dict.fromkeys(label(recipe.model) for recipe in recipes))


def _counts(recipes: list[RecipeResult]) -> str:
    return "; ".join(
        f"{recipe.recipe} {recipe.passed} passed and {recipe.failed} failed of {recipe.converged} converged seeds"
        + ("" if recipe.counts else f", fewer than {MIN_SEEDS}")
        for recipe in recipes
    )


def _evidence(result: RecipeResult, claimed: Outcome) -> list[Evidence]:
    name = f"{label(result.model)}, {result.recipe}"
    own = _relative(result.outcome, claimed)
    note = f"this recipe: {own}; {result.passed} pass, {result.failed} fail"
    lines = [Evidence(f"{name}: converged seeds", float(result.converged), None, float(MIN_SEEDS), note)]
    target = critical_temperature(result.model)
    for flow in entries(result.model, "flows"):
        if flow.get("recipe") == result.recipe and flow.get("start") in STARTS:
            lines += _flow_evidence(name, result.model, flow, target)
    return lines


def _flow_evidence(name: str, model: Results, flow: Results, target: Estimate | None) -> list[Evidence]:
    plateau, equilibrium = section(flow, "plateau"), section(model, "equilibrium")
    where = f"{name}, seed {flow.get('seed')}, {flow.get('start')} start"
    if plateau.get("reached") is not True:
        return [Evidence(where, note="no plateau reached")]
    energy = measured(section(plateau, "temperature").get("energy"))
    p = finite(section(plateau, "equilibrium").get("p"))
    note = f"plateau of steps {plateau.get('steps')}"
    lines = [evidence(f"{where}: T (energy)", energy, target.value if target else None, note)]
    lines.append(Evidence(f"{where}: p of equilibrium", p, None, P_AGREE))
    for key, symbol in (("delta_spin", "Δ_s"), ("delta_energy", "Δ_ε")):
        expected = measured(equilibrium.get(key))
        lines.append(evidence(f"{where}: {symbol}", measured(plateau.get(key)), expected.value if expected else None))
    return lines
