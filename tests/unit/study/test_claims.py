"""Every rule on made-up results of each kind: supported, contradicted, undecided, and numbers that decide nothing."""

from __future__ import annotations

import copy
import dataclasses
import json
import math
from typing import Any

import pytest

from spinlens.study.claims import claim_a, claim_b, claim_c, claim_d, claim_e, claim_f, judge_all

T_C = 5.0
STARTS = (0.9, 0.95, 1.0, 1.05, 1.1)
INSTRUMENTS = ("energy", "magnetization", "network")


def e(value: float, error: float) -> dict[str, float]:
    return {"value": value, "error": error}


def plateau(temperature: float = T_C, delta_spin: float = 0.4, delta_energy: float = 0.9) -> dict[str, Any]:
    return {
        "reached": True,
        "steps": [20, 60],
        "temperature": {name: e(temperature, 0.02) for name in INSTRUMENTS},
        "in_range": dict.fromkeys(INSTRUMENTS, True),
        "equilibrium": {"p": 0.4},
        "delta_spin": e(delta_spin, 0.01),
        "delta_energy": e(delta_energy, 0.03),
    }


def layers(steps: float) -> list[dict[str, Any]]:
    """Three layers, each `steps` hotter than the one before."""
    return [
        {
            "size": 16 >> k,
            "temperature": {name: e(T_C + k * steps, 0.02) for name in INSTRUMENTS},
            "in_range": dict.fromkeys(INSTRUMENTS, True),
        }
        for k in range(3)
    ]


def localization(radius: float, peak: float) -> dict[str, Any]:
    return {"layer": 1, "rms_radius": e(radius, 0.01), "peak_to_background": e(peak, 0.05)}


def make_model(short_range: bool = False, seeds: int = 5, **shown: Any) -> dict[str, Any]:
    """A model whose machines do what the renormalization group does, unless `shown` says otherwise."""
    flow, heats = shown.get("flow", plateau()), shown.get("stack_heats", 0.5)
    stack_map = shown.get("stack_map", localization(1.0, 3.0))
    return {
        "label": "nearest neighbour" if short_range else "power law",
        "short_range": short_range,
        "reference": {
            "temperature": {**e(5.0, 0.0), "source": "exact"},
            "delta_spin": {**e(0.4, 0.0), "source": "exact"},
            "delta_energy": None,
        },
        "critical": {
            "temperature": e(5.01, 0.01),
            "delta_spin": e(0.41, 0.02),
            "delta_energy": e(0.9, 0.05),
            "crossings": [
                {"sizes": [16, 32], "temperature": e(5.01, 0.01), "delta_spin": e(0.41, 0.02)},
                {"sizes": [8, 16], "temperature": e(5.02, 0.01), "delta_spin": e(0.42, 0.02)},
            ],
        },
        "equilibrium": {"temperature": T_C, "delta_spin": e(0.4, 0.01), "delta_energy": e(0.9, 0.03)},
        "thermometers": {name: {"bias": 0.002, "spread": 0.1, "pull": 1.0} for name in INSTRUMENTS},
        "machines": [{"recipe": "cd1", "seed": s, "converged": True, "gibbs_tau": 12.0} for s in range(seeds)],
        "flows": [
            {"recipe": "cd1", "seed": s, "start": start, "plateau": copy.deepcopy(flow)}
            for s in range(seeds)
            for start in ("cold", "critical", "hot")
        ],
        "rg": [
            {"rule": "majority", "start": t, "layers": layers(0.5 if t > 1 else 0.0 if t == 1 else -0.5)}
            for t in STARTS
        ],
        "stack": [
            {"seed": s, "start": t, "converged": True, "layers": layers(heats if t > 1 else -0.5), "placement": [1, 1]}
            for s in range(seeds)
            for t in STARTS
        ],
        "localization": {
            "rg": [{"rule": rule, **localization(1.0, 3.0)} for rule in ("majority", "average")],
            "stack": [{"seed": s, "converged": True, **copy.deepcopy(stack_map)} for s in range(seeds)],
        },
    }


def results(*models: dict[str, Any]) -> dict[str, Any]:
    return {"models": {f"model {k}": model for k, model in enumerate(models)}}


def differing(**shown: Any) -> dict[str, Any]:
    """A model on which D and E hold."""
    return make_model(stack_map=localization(3.0, 1.2), stack_heats=-0.5, **shown)


# --- A ---------------------------------------------------------------------------------------------------------------


def test_a_is_supported_by_agreement() -> None:
    verdict = claim_a(results(make_model()))
    assert verdict.outcome == "supported"
    assert "5.010(10) against 5" in verdict.because


def far_from_reference(drift: float) -> dict[str, Any]:
    model = make_model()
    model["critical"]["temperature"] = e(5.2, 0.01)
    model["critical"]["crossings"][0]["temperature"] = e(5.2, 0.01)  # the largest pair is listed first on purpose
    model["critical"]["crossings"][1]["temperature"] = e(5.2 + drift, 0.01)
    return model


def test_a_is_contradicted_by_a_distant_value_without_drift() -> None:
    assert claim_a(results(far_from_reference(drift=0.0))).outcome == "contradicted"


def test_a_is_undecided_while_the_crossings_drift() -> None:
    assert claim_a(results(far_from_reference(drift=0.3))).outcome == "undecided"


def test_a_is_undecided_when_the_largest_pair_alone_is_not_far() -> None:
    model = far_from_reference(drift=0.0)
    model["critical"]["crossings"][0]["temperature"] = e(5.2, 0.05)
    assert claim_a(results(model)).outcome == "undecided"


@pytest.mark.parametrize(("quantity", "error"), [("temperature", 0.06), ("delta_spin", 0.06)])
def test_a_is_undecided_by_large_errors(quantity: str, error: float) -> None:
    model = make_model()
    model["critical"][quantity]["error"] = error
    assert claim_a(results(model)).outcome == "undecided"


def test_a_is_undecided_between_3_and_5_errors_and_without_a_reference() -> None:
    between, without = make_model(), make_model()
    between["critical"]["temperature"] = e(5.04, 0.01)
    without["reference"]["temperature"] = None
    assert claim_a(results(between)).outcome == "undecided"
    assert claim_a(results(without)).outcome == "undecided"
    assert "without a reference value" in claim_a(results(without)).because
    distant = far_from_reference(drift=0.0)
    distant["reference"]["delta_spin"] = None
    assert claim_a(results(distant)).outcome == "undecided"


def test_a_counts_the_energy_dimension_only_where_it_is_known() -> None:
    model = make_model()
    model["reference"]["delta_energy"] = e(1.3, 0.0)
    assert claim_a(results(model)).outcome == "undecided"  # 8 errors away, but no crossing shows it free of drift


def test_a_needs_a_power_law_and_unanimity() -> None:
    assert claim_a(results(make_model(short_range=True))).outcome == "undecided"
    assert claim_a(results(make_model(), far_from_reference(drift=0.0))).outcome == "undecided"


# --- B and C ---------------------------------------------------------------------------------------------------------


def test_b_is_supported_and_c_contradicted_by_flows_that_end_at_the_critical_point() -> None:
    assert claim_b(results(make_model(short_range=True))).outcome == "supported"
    assert claim_c(results(make_model())).outcome == "contradicted"


def test_b_is_contradicted_and_c_supported_by_wrong_dimensions() -> None:
    wrong = plateau(delta_spin=0.2)
    assert claim_b(results(make_model(short_range=True, flow=wrong))).outcome == "contradicted"
    assert claim_c(results(make_model(flow=wrong))).outcome == "supported"


def test_a_wrong_temperature_alone_contradicts_b_but_says_nothing_on_c() -> None:
    wrong = plateau(temperature=5.5)
    assert claim_b(results(make_model(short_range=True, flow=wrong))).outcome == "contradicted"
    assert claim_c(results(make_model(flow=wrong))).outcome == "undecided"


def test_b_is_contradicted_by_one_instrument_or_by_the_equilibrium_test() -> None:
    disagreeing, rejected = plateau(), plateau()
    disagreeing["temperature"]["magnetization"] = e(4.0, 0.02)
    rejected["equilibrium"]["p"] = 1e-9
    for flow in (disagreeing, rejected):
        assert claim_b(results(make_model(short_range=True, flow=flow))).outcome == "contradicted"


def spoiled(key: str, value: Any) -> dict[str, Any]:
    flow = plateau(delta_spin=0.2)
    flow[key] = value
    return flow


@pytest.mark.parametrize(
    "flow",
    [
        spoiled("reached", False),
        spoiled("steps", [20, 28]),  # shorter than 10 steps
        spoiled("steps", [20, 31]),  # shorter than the machine's own memory
        spoiled("delta_spin", None),
        spoiled("delta_spin", e(math.nan, 0.01)),
        spoiled("delta_spin", e(0.2, 0.0)),
        spoiled("delta_spin", e(0.2, math.inf)),
        {},
        None,
    ],
)
def test_plateaus_that_do_not_last_and_numbers_that_are_none_decide_nothing(flow: Any) -> None:
    model = make_model()
    for entry in model["flows"]:
        entry["plateau"] = flow
    assert claim_c(results(model)).outcome == "undecided"
    model["short_range"] = True
    assert claim_b(results(model)).outcome == "undecided"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("delta_energy", e(0.9, 0.5)),  # agreement within a useless error
        ("equilibrium", {"p": 1e-4}),
        ("equilibrium", {"p": math.nan}),
        ("in_range", {"energy": False, "magnetization": True, "network": True}),
        ("temperature", {"energy": None, "magnetization": e(T_C, 0.02), "network": e(T_C, 0.02)}),
        ("temperature", {name: e(T_C, 0.5) for name in INSTRUMENTS}),
    ],
)
def test_weak_agreement_is_not_a_pass(key: str, value: Any) -> None:
    flow = plateau()
    flow[key] = value
    assert claim_b(results(make_model(short_range=True, flow=flow))).outcome == "undecided"


@pytest.mark.parametrize("flow", [plateau(), plateau(delta_spin=0.2)])
def test_four_of_five_seeds_decide_and_three_do_not(flow: dict[str, Any]) -> None:
    model = make_model(flow=flow)
    for entry in model["flows"]:
        entry["plateau"]["reached"] = entry["seed"] != 4
    assert claim_c(results(model)).outcome != "undecided"
    for entry in model["flows"]:
        entry["plateau"]["reached"] = entry["seed"] < 3
    assert claim_c(results(model)).outcome == "undecided"


@pytest.mark.parametrize("flow", [plateau(), plateau(delta_spin=0.2)])
def test_too_few_or_unconverged_or_repeated_machines_decide_nothing(flow: dict[str, Any]) -> None:
    few, unconverged, repeated = make_model(seeds=4, flow=flow), make_model(flow=flow), make_model(seeds=3, flow=flow)
    for machine in unconverged["machines"][:2]:
        machine["converged"] = False
    repeated["machines"] *= 2
    for model in (few, unconverged, repeated):
        verdict = claim_c(results(model))
        assert verdict.outcome == "undecided"
        assert "fewer than 5" in verdict.because


def test_both_starts_must_pass_and_the_critical_one_does_not_count() -> None:
    model = make_model(short_range=True)
    for entry in model["flows"]:
        if entry["start"] == "critical":
            entry["plateau"] = plateau(delta_spin=0.0)
    assert claim_b(results(model)).outcome == "supported"
    model["flows"] = [entry for entry in model["flows"] if entry["start"] != "hot"]
    assert claim_b(results(model)).outcome == "undecided"


def test_c_is_undecided_when_recipes_differ_and_names_each_outcome() -> None:
    model, other = make_model(flow=plateau(delta_spin=0.2)), make_model()
    for entry in other["machines"] + other["flows"]:
        entry["recipe"] = "pcd10"
    model["machines"] += other["machines"]
    model["flows"] += other["flows"]
    verdict = claim_c(results(model))
    notes = [item.note for item in verdict.evidence]
    assert verdict.outcome == "undecided"
    assert any(note.startswith("this recipe: supported") for note in notes)
    assert any(note.startswith("this recipe: contradicted") for note in notes)


def test_a_recipe_with_too_few_seeds_is_left_out() -> None:
    model = make_model(flow=plateau(delta_spin=0.2))
    model["machines"].append({"recipe": "pcd10", "seed": 0, "converged": True, "gibbs_tau": 1.0})
    assert claim_c(results(model)).outcome == "supported"


def test_the_bias_of_a_thermometer_widens_its_error() -> None:
    model = make_model(short_range=True, flow=plateau(temperature=5.2))
    assert claim_b(results(model)).outcome == "contradicted"
    for thermometer in model["thermometers"].values():
        thermometer["bias"] = 0.03
    assert claim_b(results(model)).outcome != "contradicted"
    for thermometer in model["thermometers"].values():
        thermometer["bias"] = None
    assert claim_b(results(model)).outcome == "undecided"


def test_the_pull_of_a_thermometer_multiplies_its_error() -> None:
    model = make_model(short_range=True, flow=plateau(temperature=5.2))
    for thermometer in model["thermometers"].values():
        thermometer["pull"] = 3.0
    assert claim_b(results(model)).outcome == "undecided"
    for thermometer in model["thermometers"].values():
        thermometer["pull"] = math.nan
    assert claim_b(results(model)).outcome == "undecided"
    for thermometer in model["thermometers"].values():
        thermometer["pull"] = 0.1  # never taken to make an error smaller
    model["flows"] = make_model(flow=plateau(temperature=5.08))["flows"]
    assert claim_b(results(model)).outcome == "undecided"


# --- D ---------------------------------------------------------------------------------------------------------------


def test_d_each_outcome() -> None:
    assert claim_d(results(differing())).outcome == "supported"
    assert claim_d(results(make_model())).outcome == "contradicted"
    assert claim_d(results(make_model(stack_map=localization(3.0, 3.0)))).outcome == "undecided"


def test_d_a_significant_but_small_difference_is_not_one_in_kind() -> None:
    assert claim_d(results(make_model(stack_map=localization(1.15, 3.5)))).outcome == "undecided"


def test_d_agreement_within_large_errors_is_not_agreement() -> None:
    model = make_model()
    for entry in model["localization"]["stack"]:
        entry["rms_radius"]["error"] = 0.3
    assert claim_d(results(model)).outcome == "undecided"


def test_d_must_differ_from_every_rule_and_agree_with_one() -> None:
    model = differing()
    model["localization"]["rg"][1].update(localization(3.0, 1.2))
    assert claim_d(results(model)).outcome == "contradicted"


def test_d_counts_the_scatter_of_the_seeds() -> None:
    model = differing()
    for entry, radius in zip(model["localization"]["stack"], (1.0, 9.0, 1.0, 9.0, 1.0), strict=True):
        entry["rms_radius"] = e(radius, 0.01)
    assert claim_d(results(model)).outcome == "undecided"


@pytest.mark.parametrize("value", [None, e(math.nan, 0.1), e(3.0, 0.0), "3.0(1)"])
def test_d_numbers_that_decide_nothing(value: Any) -> None:
    model = differing()
    model["localization"]["stack"][0]["rms_radius"] = value
    assert claim_d(results(model)).outcome == "undecided"


def test_d_needs_converged_stacks_and_blocks() -> None:
    few, unconverged, unmarked, bare = differing(seeds=4), differing(), differing(), differing()
    unconverged["localization"]["stack"][0]["converged"] = False
    del unmarked["localization"]["stack"][0]["converged"]
    bare["localization"]["rg"] = []
    assert [claim_d(results(m)).outcome for m in (few, unconverged, unmarked, bare)] == ["undecided"] * 4


# --- E and F ---------------------------------------------------------------------------------------------------------


def test_e_each_outcome() -> None:
    assert claim_e(results(differing())).outcome == "supported"
    assert claim_e(results(make_model())).outcome == "contradicted"
    assert claim_e(results(make_model(stack_heats=0.01))).outcome == "undecided"


def test_e_one_start_that_does_not_cool_leaves_it_undecided_and_says_where() -> None:
    model = differing()
    for entry in model["stack"]:
        if entry["start"] == 1.05:
            entry["layers"] = layers(+0.5)
    verdict = claim_e(results(model))
    assert verdict.outcome == "undecided"
    assert "fails at 1.05" in verdict.because


def change(model: dict[str, Any], instrument: str, layer: int, **values: Any) -> dict[str, Any]:
    for entry in model["stack"]:
        for key, value in values.items():
            entry["layers"][layer][key][instrument] = value
    return model


@pytest.mark.parametrize(
    "model",
    [
        change(differing(), "magnetization", 1, temperature=e(T_C + 1, 0.02)),  # another instrument disagrees
        change(differing(), "energy", 2, temperature=e(T_C + 1, 0.02)),  # the second layer turns round
        change(differing(), "energy", 1, in_range=False),
        change(differing(), "energy", 1, temperature=None),
        change(differing(), "energy", 1, temperature=e(math.nan, 0.1)),
        change(differing(), "energy", 1, temperature=e(T_C - 0.5, 0.0)),
        differing(seeds=4),
    ],
)
def test_e_is_undecided_where_the_instruments_cannot_be_read_together(model: dict[str, Any]) -> None:
    assert claim_e(results(model)).outcome == "undecided"


def test_e_layers_are_read_with_what_is_known_of_the_instruments_of_their_own_size() -> None:
    model = differing()
    model["thermometers_by_size"] = {
        str(L): {name: {"bias": 0.002 if L > 8 else 0.2, "spread": 0.1, "pull": 1.0} for name in INSTRUMENTS}
        for L in (16, 8, 4)
    }
    assert claim_e(results(model)).outcome == "undecided"  # steps of a tenth of T_c, a bias of a fifth at L = 8
    for table in model["thermometers_by_size"].values():
        for row in table.values():
            row["bias"] = 0.002
    assert claim_e(results(model)).outcome == "supported"


def test_e_an_instrument_out_of_range_has_no_say() -> None:
    model = change(differing(), "magnetization", 1, temperature=e(T_C + 1, 0.02), in_range=False)
    assert claim_e(results(model)).outcome == "supported"


def test_e_needs_converged_stacks_and_all_five_starts() -> None:
    unconverged, missing = differing(), differing()
    for entry in unconverged["stack"]:
        entry["converged"] = entry["seed"] != 0
    missing["rg"] = [entry for entry in missing["rg"] if entry["start"] != 1.1]
    assert claim_e(results(unconverged)).outcome == "undecided"
    assert claim_e(results(missing)).outcome == "undecided"


def test_f_each_outcome() -> None:
    near_same, near_differs = make_model(short_range=True), differing(short_range=True)
    assert claim_f(results(differing(), near_same)).outcome == "supported"
    assert claim_f(results(differing(), near_differs)).outcome == "contradicted"
    assert claim_f(results(make_model(), near_same)).outcome == "contradicted"
    assert claim_f(results(make_model(), near_differs)).outcome == "undecided"  # different, but the other way round
    assert claim_f(results(differing())).outcome == "undecided"  # no control
    assert claim_f(results(differing(), make_model(short_range=True, seeds=4))).outcome == "undecided"


# --- all -------------------------------------------------------------------------------------------------------------


def nothing_but_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: nothing_but_nulls(item) for key, item in value.items()}
    if isinstance(value, list):
        return [nothing_but_nulls(item) for item in value]
    return value if isinstance(value, bool | str) else None


@pytest.mark.parametrize(
    "broken",
    [
        {},
        {"models": None},
        {"models": {"a": {}, "b": None}},
        {"models": {"a": {"short_range": False}, "b": {"short_range": True}}},
        nothing_but_nulls(results(make_model(), make_model(short_range=True))),
    ],
)
def test_nothing_decides_nothing(broken: dict[str, Any]) -> None:
    verdicts = judge_all(broken)
    assert [verdict.id for verdict in verdicts] == list("ABCDEF")
    assert {verdict.outcome for verdict in verdicts} == {"undecided"}


def test_verdicts_are_json_and_say_rule_and_reason() -> None:
    for verdict in judge_all(results(make_model(), make_model(short_range=True))):
        assert json.loads(json.dumps(dataclasses.asdict(verdict), allow_nan=False))["outcome"] == verdict.outcome
        assert verdict.rule
        assert verdict.because.endswith(".")
        assert verdict.evidence
