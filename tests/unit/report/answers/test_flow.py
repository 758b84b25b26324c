"""The first screen of a flow: the temperature where it ends, or that it ends at none."""

from __future__ import annotations

from typing import Any

import pytest

from spinlens.report.answers.flow import flow_answer


def blind() -> dict[str, Any]:
    """A flow that no instrument can read."""
    found = document(p=None)
    for row in found["flows"]:
        row |= {"in_range_energy": False, "in_range_xi": False}
    return found


def document(p: float | None = 0.4, cold: float = 2.0, hot: float = 2.01, tau: float = 4.0) -> dict[str, Any]:
    def row(start: str, T: float) -> dict[str, Any]:
        return {
            "control": "given", "start": start, "steps": 50, "equilibrium_p": p, "equilibrium_T": T,
            "equilibrium_T_error": 0.02, "T_energy": T, "T_energy_error": 0.02, "in_range_energy": True,
            "reading_energy": f"{T:.2f}(2)", "T_xi": T + 0.1, "T_xi_error": 0.03, "in_range_xi": True,
            "gibbs_tau": tau, "gibbs_tau_error": 0.5,
        }  # fmt: skip

    field = {"energy": {"fixed_points": [{"temperature": {"value": 2.02, "error": 0.01}, "stable": True}]}}
    return {
        "title": "a lattice: flow of a machine", "unit": 2.0, "instruments": ["energy"], "machine": {"name": "machine"},
        "fields": {"machine": field}, "flows": [row("cold", cold), row("hot", hot)],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (document(), "At T = 2.005(14) J, which is 1.002(7) T_c."),
        (document(p=1e-90), "At no temperature: its states are those of no lattice (equilibrium test: p < 10^{−6})."),
        (document(p=1e-3), "Not decided: the equilibrium test gives p = 0.001, draw more states with --samples."),
        (document(hot=2.4), "Not yet anywhere: cold states are at T = 2.00(2) J and hot ones at 2.40(2) J."),
        (document(p=None),
         "Where the flow ends cannot be said: its states are out of the range of the test of equilibrium."),
        (blind(), "Where the flow ends cannot be said: no instrument was in its range."),
        ({}, "Where the flow ends cannot be said: no instrument was in its range."),
    ],
)  # fmt: skip
def test_the_answer_follows_the_test_of_equilibrium_and_both_starts(given: dict[str, Any], said: str) -> None:
    assert flow_answer(given).short == said


def test_each_start_and_the_fixed_points_are_said_and_the_extremes_shown() -> None:
    found = flow_answer(document())
    assert found.sentences == (
        "From cold states, after 50 steps, instruments read T / T_c from 1.000(10) by energy to 1.050(15) by ξ/L; the "
        "test of equilibrium gives p = 0.4.",
        "From hot states, after 50 steps, instruments read T / T_c from 1.005(10) by energy to 1.055(15) by ξ/L; the "
        "test of equilibrium gives p = 0.4.",
        "One step, on states in equilibrium, is drawn to T / T_c = 1.010(5) by energy.",
    )
    assert [fact.value for fact in found.facts] == ["1.005(10)", "1.055(15)", "0.4", "4.0(5)"]


def test_a_flow_that_is_too_short_for_its_chain_has_not_ended() -> None:
    """Whatever the test of equilibrium says of states on their way; those that agree already have arrived."""
    said = flow_answer(document(p=1e-90, hot=2.4, tau=33.0)).short
    assert said.startswith("Not yet anywhere: after 50 steps cold and hot states still differ")
    assert said.endswith("remembers 33 steps; follow it with --steps 350.")
    assert flow_answer(document(tau=33.0)).short.startswith("At T = 2.005(14) J")
    assert flow_answer(document(p=1e-90, hot=2.4)).short.startswith("At no temperature")


def test_the_title_asks_where_the_flow_of_the_machine_ends() -> None:
    found = flow_answer(document())
    assert found.title == "Where does the flow of the machine end? (a\N{NO-BREAK SPACE}lattice)"
    assert "Instruments are maps from states to a temperature" in found.words
