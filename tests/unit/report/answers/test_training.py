"""The first screen of a training: whether the machine has learned its lattice, and its couplings."""

from __future__ import annotations

from typing import Any

import pytest

from spinlens.report.answers.training import training_answer

JUDGED: dict[str, Any] = {
    "log_likelihood": {"value": -36.2, "error": 0.1}, "gibbs_tau": {"value": 3.6, "error": 0.2}, "history": [{}, {}],
    "singular_values": [3.0, 2.0, 0.5], "noise_edge": 1.0,
    "couplings": [{"r": 1.0, "learned": 0.09, "true": 0.15}, {"r": 2.0, "learned": 0.03, "true": 0.02},
                  {"r": 3.0, "learned": -0.1, "true": 0.01}],
    "gap": {"value": 0.01, "error": 0.001, "method": "overlap", "learned": False},
}  # fmt: skip
ABOUT = {"machine": "an RBM", "states": "100 states"}


@pytest.mark.parametrize(
    ("gap", "said"),
    [
        (JUDGED["gap"], "It has not learned the lattice: its gap is 0.0100(10) nats a site"),
        ({"value": 2e-4, "error": 1e-5, "learned": True}, "It has learned the lattice: its gap is 2.00(10)·10^{−4}"),
        (None, "How near it is to a lattice is not known"),
    ],
)
def test_the_answer_is_the_gap(gap: Any, said: str) -> None:
    assert training_answer({**JUDGED, "gap": gap}, ABOUT).short.startswith(said)


def test_likelihood_couplings_mixing_and_modes_stand_behind_it() -> None:
    found = training_answer(JUDGED, ABOUT)
    assert found.title == "What the machine learned: an RBM, from 100 states"
    assert found.sentences[1:] == (
        "Beside J(r) / T of the lattice, its coupling is 0.60 times that at r = 1 and 1.50 times that at r = 2.",
        "Its chain remembers 3.6(2) Gibbs steps (τ of |m|).",
        "2 of its 3 singular values rise above the edge of random weights.",
    )
    assert [fact.note for fact in found.facts] == ["measured by overlap", "J(1)/T = 0.1500", "2 epochs", "of |m|"]


def test_an_empty_document_has_an_answer() -> None:
    assert training_answer({}, {}).sentences == ()


def test_modes_of_shared_weights_are_waves_and_are_not_counted() -> None:
    assert not [text for text in training_answer({**JUDGED, "filters": 1}, ABOUT).sentences if "singular" in text]
