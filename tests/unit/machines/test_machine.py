"""What an RBM and a stack answer alike."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.stacked import StackedRBM

DATA = np.repeat(np.random.default_rng(0).choice([-1, 1], size=(300, 4)), 4, axis=1).astype(np.int8)
LATTICES = DATA.reshape(-1, 4, 4)
STACK = StackedRBM((8, 4), epochs=3).fit(DATA)
MACHINES = pytest.mark.parametrize("machine", [STACK.layers_[0], STACK], ids=["rbm", "stack"])


def test_an_rbm_is_its_only_layer():
    rbm = STACK.layers_[0]
    assert rbm.layers_ == [rbm]
    assert STACK.bottom is rbm.bottom is rbm


@MACHINES
def test_records_of_a_flow_come_in_the_shape_of_its_states(machine):
    found = dict(machine.records(LATTICES, [3, 0], seed=1))
    assert list(found) == [0, 3]
    np.testing.assert_array_equal(found[0], LATTICES)
    assert found[3].shape == LATTICES.shape
    assert found[3].dtype == np.int8
    np.testing.assert_array_equal(dict(machine.records(LATTICES, [3], seed=1))[3], found[3])  # whatever is recorded
    assert dict(machine.records(LATTICES, [1], kind="mean"))[1].dtype == np.float64


@MACHINES
def test_states_and_steps_that_do_not_fit_are_said(machine):
    with pytest.raises(InputError, match="16 units"):
        machine.records(LATTICES[:, :3], [1])
    with pytest.raises(InputError, match="record"):
        machine.records(LATTICES, [-1])
    with pytest.raises(InputError, match="record"):
        machine.records(LATTICES, [])


def test_an_rbm_has_a_gibbs_time_and_a_stack_has_none():
    tau = np.tanh(1.0) ** 2  # one unit on each side: ρ(t) = tanh^{2t} w, of m; |m| of three such pairs is faster
    rbm = RBM.from_weights(np.eye(3))
    assert 0.5 < rbm.gibbs_tau([[1, 1, 1], [-1, 1, 1]], chains=100).value < 0.5 + tau / (1 - tau)
    assert STACK.gibbs_tau(LATTICES) is None


@MACHINES
def test_weights_are_drawn_layer_by_layer(machine):
    ax = machine.plot()
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert [label for label in labels if label.startswith("layer")] == (
        ["layer 1", "layer 2"] if machine is STACK else []
    )
    assert machine.plot(ax) is ax
