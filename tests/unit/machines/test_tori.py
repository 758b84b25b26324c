"""Filters on another torus: exact lattices of any side, there and back, and what cannot be moved."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens import RBM, IsingModel, NearestNeighbour, StackedRBM, effective_couplings, on_torus
from spinlens.errors import InputError
from spinlens.exact.enumeration import all_states
from spinlens.machines.tori import carried, shared


def bonds(shape, temperature, axes=(0, 1)):
    """Filters of the exact machine: a unit for each bond along each axis."""
    filters = np.zeros((len(axes), *shape))
    filters[:, 0, 0] = np.arccosh(np.exp(2 / temperature)) / 2
    for number, axis in enumerate(axes):
        filters[number][(1, 0) if axis == 0 else (0, 1)] = filters[number, 0, 0]
    return filters


@pytest.mark.parametrize("shape", [(3, 3), (4, 3), (4, 4), (3, 5)])
def test_the_exact_machine_is_the_lattice_on_any_torus(shape):
    model, T = IsingModel(shape, NearestNeighbour()), 2.4
    machine = on_torus(shared((5, 5), bonds((5, 5), T)), shape)
    states = all_states(model.n_sites)[:: 2 ** (model.n_sites - 9)]
    log_p = -machine.free_energy(states)
    known = -model.energy(states.reshape(-1, *shape)) / T
    np.testing.assert_allclose(log_p - log_p[0], known - known[0], atol=1e-9)
    missing = on_torus(shared((5, 5), bonds((5, 5), T, axes=(0,))), shape)  # without the bonds along one axis
    log_p = -missing.free_energy(states)
    assert np.abs(log_p - log_p[0] - known + known[0]).max() > 0.5


@pytest.mark.parametrize(("old", "new"), [((4, 4), (8, 6)), ((5, 5), (9, 5)), ((4, 5), (12, 7))])
def test_there_and_back_is_the_same_machine(old, new):
    filters = np.random.default_rng(0).normal(size=(2, *old))
    machine = shared(old, filters, hidden_bias=np.array([0.1, -0.2]), visible_bias=np.full(old, 0.3))
    wide = on_torus(machine, new)
    assert (wide.torus, wide.n_hidden, wide.n_visible) == (new, 2 * np.prod(new), np.prod(new))
    back = on_torus(wide, old)
    np.testing.assert_allclose(back.weights_, machine.weights_, atol=1e-14)
    np.testing.assert_array_equal(back.hidden_bias_, machine.hidden_bias_)
    assert set(wide.visible_bias_) == {0.3}


def test_couplings_of_a_wider_torus_are_those_of_the_filter():
    """J(r) of a filter of three sites, the same where the torus has room for it and otherwise summed over images."""
    filters = np.zeros((1, 6, 6))
    filters[0, 0, :3] = 0.4, 0.3, 0.2
    small, wide = (effective_couplings(m) for m in (shared((6, 6), filters), on_torus(shared((6, 6), filters), (9, 9))))
    np.testing.assert_allclose(wide[0, :3], small[0, :3], atol=1e-12)
    assert wide[0, 3:7] == pytest.approx(0.0, abs=1e-12)


def test_strides_and_their_biases_go_along():
    machine = shared((4, 4), np.ones((1, 4, 4)), stride=2, visible_bias=np.tile([[1.0, 2.0], [3.0, 4.0]], (2, 2)))
    wide = on_torus(machine, (6, 8))
    assert (wide.stride, wide.n_hidden) == (2, 12)
    np.testing.assert_array_equal(wide.visible_bias_.reshape(6, 8)[:2, :4], [[1, 2, 1, 2], [3, 4, 3, 4]])


def test_a_moved_machine_is_kept_and_trained_on(tmp_path):
    rng = np.random.default_rng(1)
    machine = RBM.for_lattice((4, 4), epochs=1).fit(rng.choice([-1, 1], (400, 16)))
    wide = on_torus(machine, (6, 6))
    assert wide.weights_.dtype == np.float32
    wide.save(tmp_path / "wide.safetensors")
    np.testing.assert_array_equal(RBM.load(tmp_path / "wide.safetensors").weights_, wide.weights_)
    more = RBM.for_lattice((6, 6), epochs=1).fit(rng.choice([-1, 1], (400, 36)), start=wide)
    assert more.torus == (6, 6)


@pytest.mark.parametrize(
    ("machine", "shape", "said"),
    [
        (RBM.from_weights(np.ones((4, 4))), (4, 4), "not shared by translations"),
        (shared((4, 4), np.ones((1, 4, 4))), (4,), "torus of 2 sides"),
        (shared((4, 4), np.ones((1, 4, 4)), stride=2), (6, 5), "does not divide"),
        (shared((4, 4), np.ones((1, 4, 4))), (4, 0), "side"),
    ],
)
def test_what_cannot_be_moved_is_said(machine, shape, said):
    with pytest.raises(InputError, match=said):
        on_torus(machine, shape)


def test_a_stack_is_no_machine_of_one_layer():
    with pytest.raises(InputError, match="machine"):
        on_torus(StackedRBM([2]), (4, 4))


@pytest.mark.parametrize("stride", [1, 2])
def test_where_a_filter_stands_is_a_matter_of_numbering(stride):
    """Filters learned anywhere on their torus are one machine there, and one on the wider torus."""
    shape = (6, 6)
    near = np.exp(-((np.minimum(np.arange(6), 6 - np.arange(6))[:, None] ** 2 + np.arange(6) ** 2) / 2.0))
    filters = np.stack([0.5 * near, np.random.default_rng(2).normal(size=shape) * near])
    rolled = np.stack([np.roll(filters[0], (4, 2), (0, 1)), np.roll(filters[1], (2, 4), (0, 1))])
    states = np.random.default_rng(3).choice([-1, 1], (20, 100))
    machines = [on_torus(shared(shape, w, stride), (10, 10)) for w in (filters, rolled)]
    one, other = (machine.free_energy(states) for machine in machines)
    np.testing.assert_allclose(one, other, atol=1e-9)
    cut = shared((10, 10), np.stack([carried(w, (10, 10)) for w in rolled]), stride)  # about the origin: through them
    assert np.abs(cut.free_energy(states) - one).max() > 0.5
