"""Gibbs autocorrelation times of machines whose spectrum is known."""

import numpy as np
import pytest

from spinlens.errors import SpinsError
from spinlens.machines.likelihood.gibbs_time import gibbs_autocorrelation
from spinlens.machines.rbm import RBM

W = 1.0
RATE = np.tanh(W) ** 2  # one unit on each side: ⟨v'⟩ = v tanh² w, so ρ(t) = tanh^{2t} w


def measured(weight):
    return gibbs_autocorrelation(RBM.from_weights(np.eye(3) * weight), chains=100, steps=10_000)


def test_pairs_of_units_have_the_known_time():
    assert abs(measured(W).deviation(0.5 + RATE / (1 - RATE))) < 4


def test_a_weight_wrong_by_three_percent_is_noticed():
    assert abs(measured(1.03 * W).deviation(0.5 + RATE / (1 - RATE))) > 4


def test_the_absolute_value_does_not_see_jumps():
    machine = RBM.from_weights(np.full((10, 3), 0.5))
    signed, absolute = (gibbs_autocorrelation(machine, steps=3000, absolute=flag).value for flag in (False, True))
    assert signed > 2 * absolute


def test_start_states_of_another_width_are_refused():
    with pytest.raises(SpinsError, match="start"):
        gibbs_autocorrelation(RBM.from_weights(np.eye(3)), start=np.ones((5, 2)))


def test_the_chain_is_as_long_as_its_time_needs():
    """Pairs of units with strong weights are slow, and settled only where enough steps are allowed."""
    slow = RBM.from_weights(np.eye(3) * 2.2)
    expected = 0.5 + np.tanh(2.2) ** 2 / (1 - np.tanh(2.2) ** 2)
    found = gibbs_autocorrelation(slow, chains=100)
    assert found.settled
    assert abs(found.deviation(expected)) < 4
    short = gibbs_autocorrelation(slow, chains=100, most_steps=100)
    assert not short.settled
    assert str(short).startswith("≥")
