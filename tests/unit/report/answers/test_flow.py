"""The first screen of a flow: the temperature where it ends, or that it ends at none."""

from __future__ import annotations

from typing import Any

import pytest

from spinlens.report.answers.flow import flow_answer


def document(p: float | None = 0.4, cold: float = 2.0, hot: float = 2.01) -> dict[str, Any]:
    def row(start: str, T: float) -> dict[str, Any]:
        return {
            "control": "given", "start": start, "steps": 50, "equilibrium_p": p, "equilibrium_T": T,
            "equilibrium_T_error": 0.02, "T_energy": T, "T_energy_error": 0.02, "in_range_energy": True,
            "reading_energy": f"{T:.2f}(2)", "T_xi": T + 0.1, "T_xi_error": 0.03, "in_range_xi": True,
            "gibbs_tau": 14.0, "gibbs_tau_error": 2.0,
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
        (document(p=None), "Where the flow ends cannot be said: no instrument was in its range."),
        ({}, "Where the flow ends cannot be said: no instrument was in its range."),
    ],
)
def test_the_answer_follows_the_test_of_equilibrium_and_both_starts(given: dict[str, Any], said: str) -> None:
    assert flow_answer(given).short == said


def test_each_start_and_the_fixed_points_are_said_and_the_extremes_shown() -> None:
    found = flow_answer(document())
    assert found.sentences == (
        "From cold states after 50 steps T / J by energy 2.00(2); equilibrium: p = 0.4.",
        "From hot states after 50 steps T / J by energy 2.01(2); equilibrium: p = 0.4.",
        "One step has, on states in equilibrium, an attractive fixed point at 2.020(10) J by energy.",
    )
    assert [fact.value for fact in found.facts] == ["1.005(10)", "1.055(15)", "0.4", "14(2)"]
