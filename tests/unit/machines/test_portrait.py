"""What machines say of themselves."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

DATA = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(100, 4)), 2, axis=1).astype(np.int8)


def test_the_line_has_what_differs_from_the_defaults():
    assert repr(RBM(64)) == "RBM(n_hidden=64)"
    assert repr(RBM(64, steps=10, persistent=True, l1=0.0)) == "RBM(n_hidden=64, steps=10, persistent=True)"
    assert repr(StackedRBM((4, 2), epochs=5)) == "StackedRBM(n_hidden=(4, 2), epochs=5)"
    assert "not trained" in str(RBM(64))


def test_a_trained_machine_says_its_units_and_what_was_tracked():
    machine = RBM(3, epochs=2, track="exact").fit(DATA)
    assert repr(machine) == "RBM(n_hidden=3, epochs=2, track='exact'; 8 visible units)"
    row = str(machine).splitlines()[-1].split()
    assert row[:3] == ["0", "8", "3"]
    assert float(row[5]) == pytest.approx(machine.history_[-1]["log_likelihood"])
    assert "given" in str(RBM.from_weights([[1.0]]))


def test_a_bound_of_the_gibbs_time_is_said_to_be_one():
    machine = RBM(3, epochs=1).fit(DATA)
    machine.history_ = [{"gibbs_tau": 50.0, "gibbs_tau_error": 4.0, "gibbs_tau_settled": 0.0}]
    assert "≥ 50(4)" in str(machine)
    machine.history_[0]["gibbs_tau_settled"] = 1.0
    assert "≥" not in str(machine)


def test_a_stack_has_a_row_a_layer():
    stack = StackedRBM((4, 2), epochs=1).fit(DATA)
    assert [line.split()[:3] for line in str(stack).splitlines()[-2:]] == [["0", "8", "4"], ["1", "4", "2"]]
