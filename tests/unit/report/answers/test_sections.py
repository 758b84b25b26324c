"""The lines of folded sections: made of results alone, empty where these say nothing."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from spinlens.report.answers.sections import leads
from spinlens.study.claims import judge_all


@pytest.fixture(scope="module")
def results(made_up_study: Any) -> dict[str, Any]:
    found, _ = made_up_study(0)
    found["claims"] = [dataclasses.asdict(verdict) for verdict in judge_all(found)]
    return dict(found)


def test_every_section_says_what_it_holds(results: dict[str, Any]) -> None:
    found = leads(results, {"runs": [{"wall_seconds": 60.0, "workers": 2}, {"wall_seconds": 120.0, "workers": 2}]})
    assert all(line.endswith(".") for line in found.values())
    point = results["models"]["power-law"]["critical"]["temperature"]
    assert f"T_c / J = {point['value']:.2f}"[:-1] in found["critical"]
    assert found["provenance"].endswith("3 min on 2 cores.")


def test_machines_are_counted_as_learned_by_their_gap(results: dict[str, Any]) -> None:
    machines = [m for model in results["models"].values() for m in model["machines"] if not m["control"]]
    learned = sum(m["gap"]["learned"] for m in machines)
    assert 0 < learned < len(machines)
    assert leads(results, {})["machines"].startswith(f"{len(machines)} machines by ")
    assert f" {learned} have learned their lattice" in leads(results, {})["machines"]
    assert f"the {learned} machines that have learned their lattice end within" in leads(results, {})["flows"]


def test_nothing_is_said_of_nothing() -> None:
    said = leads({"models": {"a": None}, "claims": [None]}, {})
    assert {name for name, line in said.items() if line} == {"lattices"}
