"""The titles of the two panels of the first screen follow the effects."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from made_up_study import Case, make
from spinlens.report.takeaways import of_flows, of_layers
from spinlens.study.claims import judge_all

WHERE = "power law σ = 1.2"


def judged(case: Case) -> dict[str, Any]:
    results, _ = make(0, case, case)
    return results | {"claims": [dataclasses.asdict(verdict) for verdict in judge_all(results)]}


def test_what_flows_miss_is_said_of_learned_machines_and_of_others() -> None:
    assert of_flows(judged(Case()), WHERE) == "flows of learned machines keep Δ_s, others miss it"
    assert of_flows(judged(Case("wrong")), WHERE) == "flows miss Δ_s, learned machines or not"
    assert of_flows(judged(Case("lazy")), WHERE) == "flows miss Δ_s where nothing has learned the lattice"


def test_what_is_not_decided_is_no_finding() -> None:
    assert of_flows({}, WHERE) == "by how much flows miss Δ_s"
    assert of_layers({}, WHERE) == "which T a layer leaves unchanged"


@pytest.mark.parametrize(
    ("value", "side", "others", "said"),
    [
        (0.2, "outside", (), "the learned layer cools where blocks heat, by energy"),
        (0.2, "outside", (("ξ", "inside"),), "whether the learned layer cools depends on the thermometer"),
        (-0.2, "outside", (("ξ", "outside"),), "the learned layer heats where blocks cool, by energy"),
        (0.01, "inside", (), "by energy, learned layer and blocks leave the same T unchanged"),
        (0.03, "undecided", (), "which T a layer leaves unchanged"),
    ],
)
def test_what_a_layer_does_is_read_by_energy(value: float, side: str, others: Any, said: str) -> None:
    own = [{"name": "(T* − T*_blocks)/T_c by energy", "value": value, "side": side},
           *({"name": f"(T* − T*_blocks)/T_c by {name}", "side": other} for name, other in others)]  # fmt: skip
    effects = [item | {"subject": f"{WHERE}, learned layer − majority blocks"} for item in own]
    assert of_layers({"claims": [{"id": "E", "effects": effects}]}, WHERE) == said
