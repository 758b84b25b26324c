"""All rules together: numbers that are missing or malformed, old results, more and fewer states, JSON."""

import copy
import dataclasses
import json
import math
import random
from dataclasses import replace

import numpy as np
import pytest

from made_up_machines import LATTICE, LAZY, Measured, Truth, family, model, results
from spinlens.files.plain import plain
from spinlens.study.claims import RULES, judge_all

NAMES = ["A", "B", "C", "C′", "D", "E", "F", "G"]
DECIDED = {"supported", "contradicted", "depends on training", "no temperature"}
GRIDS = ("low", "high")


def study(see=None, far=None, near=None, **grid):
    """A power law and the square, with a family of grids."""
    see = see or Measured()
    grids = family(see, {"grid": 0.0, "low": grid.get("low", 0.0), "high": grid.get("high", 0.0)})
    long_range = model(see=see, machines=grids, **(far or {}))
    return results(long_range, model(short_range=True, see=see, **(near or {})), grids=GRIDS)


def outcomes(document):
    return {verdict.id: verdict.outcome for verdict in judge_all(document)}


def test_every_rule_decides_a_good_study():
    assert outcomes(study()) == {
        "A": "supported",
        "B": "supported",
        "C": "contradicted",
        "C′": "supported",
        "D": "contradicted",
        "E": "contradicted",
        "F": "contradicted",
        "G": "supported",
    }


def test_lazily_trained_machines_alone_are_outside_and_decide_nothing():
    lazy = {"recipes": {"lazy": LAZY}}
    verdicts = judge_all(study(far=lazy, near=lazy))
    assert [verdict.outcome for verdict in verdicts[1:4]] == ["undecided"] * 3
    for verdict in verdicts[1:4]:
        assert verdict.parts[0].found == "outside"
        assert "a learned machine is missing" in verdict.because


def test_a_study_without_controls_or_learned_maps_decides_nothing_of_lazy_machines():
    """What shared studies of the negative control hold: recipes, no controls, no maps."""
    one = {"recipes": {"lazy": LAZY}, "controls": {}}
    document = study(far=one, near=one)
    for entry in document["models"].values():
        entry["coarse"], entry["fixed_points"] = [], []
        entry["machines"] = [machine for machine in entry["machines"] if machine["recipe"] == "lazy"]
    found = outcomes(document)
    assert not DECIDED & {found[name] for name in NAMES[1:]}


# --- more and fewer states -------------------------------------------------------------------------------------------


def drawn(rng):
    """A study whose every effect lies somewhere between zero and three margins, some of them at the margin."""

    def size(margin):
        return margin * rng.choice([0.0, 0.5, 0.97, 1.0, 1.03, 1.5, 3.0]) * rng.choice([-1, 1])

    def truth():
        return Truth(
            1 + size(0.02), abs(size(0.02)), size(0.02), abs(size(0.15)), size(0.03), size(0.15),
            rng.choice([1e-5, 9.5e-4, 1.05e-3, 0.1]), size(0.05), size(0.2),
        )  # fmt: skip

    def lattice():
        stars = {name: 1 + size(0.03) for name in ("energy", "magnetization", "xi")}
        recipes = {"learned": rng.choice([LATTICE, truth()]), "cd1-critical": rng.choice([LAZY, truth()])}
        return {"recipes": recipes, "learned_map": (size(0.1), size(0.1)), "stars": {"learned": stars}}

    far, near = lattice(), lattice()
    far["critical"] = {"T": 5 + 5 * size(0.002), "delta_spin": 0.4 + size(0.02)}
    return {"far": far, "near": near, "low": size(0.02), "high": size(0.02)}


@pytest.mark.parametrize("block", range(4))
def test_300_3000_and_30000_states_never_give_opposite_decisions(block):
    rng, noise = random.Random(block), np.random.default_rng(block)
    decided = dict.fromkeys(NAMES, 0)
    for _ in range(25):
        what = drawn(rng)
        found = [outcomes(study(Measured(n, noise), **what)) for n in (300, 3000, 30_000)]
        for name in NAMES:
            seen = {outcome[name] for outcome in found} & DECIDED
            assert len(seen) <= 1, (name, seen)
            decided[name] += bool(seen)
    assert all(decided.values())  # the test has power


def test_more_states_decide_and_keep_what_was_decided():
    """Without noise the outcomes are nested: each decision of fewer states is that of more."""
    rng = random.Random(9)
    for _ in range(20):
        what = drawn(rng)
        found = [outcomes(study(Measured(n), **what)) for n in (100, 1000, 10_000, 100_000)]
        for few, many in zip(found, found[1:], strict=False):
            assert all(many[name] == few[name] for name in NAMES if few[name] in DECIDED)


# --- what is not there -----------------------------------------------------------------------------------------------


def nothing_but_nulls(value):
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
    ],
)
def test_nothing_decides_nothing(broken):
    verdicts = judge_all(broken)
    assert [verdict.id for verdict in verdicts] == NAMES
    assert {verdict.outcome for verdict in verdicts} == {"undecided"}


def test_nulls_decide_nothing():
    assert not DECIDED & set(outcomes(nothing_but_nulls(study())).values())


def of_format_1(short_range):
    """A model as studies before margins wrote it."""
    number = {"value": 5.0, "error": 0.02}
    plateau = {"reached": True, "steps": [20, 60], "temperature": {"energy": number}, "in_range": {"energy": True}}
    plateau |= {"equilibrium_p": 0.4, "delta_spin": number, "delta_energy": number}
    machine = {"recipe": "cd1-grid", "training_set": "grid", "converged": True, "gibbs_tau": 12.0}
    layers = [{"size": 16, "temperature": {"energy": number}, "in_range": {"energy": True}}]
    return {
        "short_range": short_range,
        "equilibrium": {"temperature": 5.0, "delta_spin": number, "delta_energy": number, "equilibrium_p": 0.2},
        "thermometers": {"energy": {"bias": 0.0, "spread": 0.1, "pull": 1.0}},
        "machines": [{**machine, "seed": seed} for seed in range(8)],
        "flows": [{"recipe": "cd1-grid", "seed": seed, "start": "cold", "plateau": plateau} for seed in range(8)],
        "rg": [{"rule": "majority", "start": 1.1, "layers": layers}],
        "stack": [{"seed": seed, "start": 1.1, "converged": True, "layers": layers} for seed in range(8)],
    }


def test_results_of_format_1_read_as_undecided():
    found = outcomes({"format": 1, **results(of_format_1(False), of_format_1(True)), "study": {}})
    assert set(found.values()) == {"undecided"}


WRONG = [None, float("nan"), float("inf"), -1.0, "text", [], {}, True, [[None]], {"value": "x", "error": None}, 10**400]


def places(value, path=()):
    """Every place in a document."""
    yield path
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, item in items:
        yield from places(item, (*path, key))


def put(document, path, value):
    for key in path[:-1]:
        document = document[key]
    if value is ...:
        del document[path[-1]]
    else:
        document[path[-1]] = value


def test_damage_anywhere_never_raises():
    rng, whole = random.Random(0), study(far={"seeds": 4}, near={"seeds": 4})
    everywhere = [path for path in places(whole) if path]
    for path in rng.sample(everywhere, 100):
        broken = copy.deepcopy(whole)
        put(broken, path, rng.choice([*WRONG, ...]))
        assert len(judge_all(broken)) == len(RULES)


def number_places(document):
    """Places of numbers with errors, and of such as rules read bare."""
    return [path for path in places(document) if path and path[-1] in ("value", "error", "distance", "in_range")]


def test_a_number_that_is_missing_never_decides():
    """Whatever one takes away, an outcome stays what it was or is no decision."""
    rng, whole = random.Random(1), study(far={"seeds": 4}, near={"seeds": 4})
    before = outcomes(whole)
    for path in rng.sample(number_places(whole), 100):
        broken = copy.deepcopy(whole)
        put(broken, path, rng.choice([None, float("nan"), "text", ...]))
        after = outcomes(broken)
        assert all(after[name] == before[name] or after[name] not in DECIDED for name in NAMES), path


def test_verdicts_are_json_and_say_rule_reason_and_what_would_decide_them():
    documents = [study(), study(Measured(60)), results(), results(model(recipes={"lazy": replace(LAZY, gap=0.1)}))]
    for verdict in (verdict for document in documents for verdict in judge_all(document)):
        written = json.loads(json.dumps(plain(verdict), allow_nan=False))
        assert written["outcome"] == verdict.outcome
        assert dataclasses.asdict(verdict)["id"] == verdict.id
        assert verdict.rule.endswith(".")
        assert verdict.because.endswith(".")
        assert verdict.outcome not in ("undecided", "not assayed") or verdict.decides
        assert all(
            math.isclose(e["detectable"], e["margin"] + 3 * e["error"]) for e in written["effects"] if e["error"]
        )
