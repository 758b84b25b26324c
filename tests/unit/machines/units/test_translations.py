"""Machines with weights shared by all translations."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.units.translations import Translations


def states(n=300):
    return np.random.default_rng(0).choice([-1, 1], size=(n, 12)).astype(np.int8)


NATURAL = {"optimizer": "natural", "persistent": "growing", "biases": False, "batch_size": 50}


@pytest.mark.parametrize("options", [{"persistent": True}, {"optimizer": "adam"}, {"exact_gradient": True}, NATURAL])
def test_a_trained_machine_is_invariant_under_every_translation(options):
    machine = RBM(24, **{"torus": (3, 4), "epochs": 3, "biases": True, "learning_rate": 0.05, **options}).fit(
        states() | 1
    )
    X = states(20)
    for shift in [(1, 0), (0, 1), (2, 3)]:
        moved = np.roll(X.reshape(-1, 3, 4), shift, axis=(1, 2)).reshape(-1, 12)
        np.testing.assert_allclose(machine.free_energy(moved), machine.free_energy(X), rtol=1e-6)
    assert len(np.unique(machine.weights_)) <= 24
    assert len(np.unique(machine.hidden_bias_)) <= 2


def test_the_average_is_the_projection_onto_tied_weights():
    torus, generator = Translations((3, 4), 24), np.random.default_rng(0)
    gradient, tied = generator.normal(size=(12, 24)), torus.random(12, generator)
    averaged = torus.average(gradient)
    np.testing.assert_allclose(torus.average(averaged), averaged, atol=1e-15)
    np.testing.assert_allclose(torus.average(tied), tied, atol=1e-15)
    assert np.sum(gradient * tied) == pytest.approx(np.sum(averaged * tied))


def test_weights_are_numbered_as_the_docstring_says():
    tied = Translations((2, 3), 12).random(6, np.random.default_rng(1)).reshape(2, 3, 2, 2, 3)
    for t in np.ndindex(2, 3):
        np.testing.assert_array_equal(tied[:, :, :, t[0], t[1]], np.roll(tied[:, :, :, 0, 0], t, axis=(0, 1)))


def test_it_learns_an_invariant_distribution_from_few_states():
    """Where data are invariant, sharing weights gains likelihood on held-out states."""
    teacher = RBM.from_weights(Translations((8,), 8).random(8, np.random.default_rng(3)) * 0.35)
    drawn = teacher.sample(5100, steps=300)
    few, held_out = drawn[:60], drawn[60:]
    options = {"epochs": 200, "exact_gradient": True, "learning_rate": 0.1, "initial_scale": 0.1}
    found = [RBM(8, torus=torus, **options).fit(few).log_likelihood(held_out, "exact").value for torus in ((8,), None)]
    assert found[0] > found[1] + 0.1


def test_units_of_a_stride_stand_at_the_corners_of_blocks():
    """Moved by the stride, the states of a machine move its units; moved by less they do not."""
    machine = RBM(8, torus=(4, 4), stride=2, epochs=2, learning_rate=0.1, initial_scale=0.2, persistent=True)
    X = np.random.default_rng(0).choice([-1, 1], size=(200, 16)).astype(np.int8)
    machine.fit(X)
    field = machine.hidden_mean(X).reshape(-1, 2, 2, 2)
    for shift, expected in [((2, 0), True), ((2, 2), True), ((1, 0), False)]:
        moved = np.roll(X.reshape(-1, 4, 4), shift, axis=(1, 2)).reshape(-1, 16)
        found = machine.hidden_mean(moved).reshape(-1, 2, 2, 2)
        turned = np.roll(field, (shift[0] // 2, shift[1] // 2), axis=(2, 3))
        assert np.allclose(found, turned, atol=1e-5) == expected
    assert len(np.unique(machine.weights_)) <= 32


def test_a_tied_gradient_is_the_mean_of_dense_ones_over_translations():
    tied, generator = Translations((4, 4), 8, 2), np.random.default_rng(2)
    v, h = generator.choice([-1, 1], (1, 16)), generator.random((1, 8))
    dense = []
    for shift in np.ndindex(2, 2):
        moved = np.roll(v.reshape(4, 4), (2 * shift[0], 2 * shift[1]), axis=(0, 1)).reshape(1, 16)
        units = np.roll(h.reshape(2, 2, 2), shift, axis=(1, 2)).reshape(1, 8)
        dense.append(moved.T @ units)
    np.testing.assert_allclose(tied.average(v.T @ h), np.mean(dense, axis=0), atol=1e-12)


@pytest.mark.parametrize(("options", "said"), [({"torus": (6, 4), "stride": 4}, "divide"), ({"stride": 2}, "torus")])
def test_a_stride_that_does_not_fit_is_refused(options, said):
    with pytest.raises(InputError, match=said):
        RBM(8, **options)


@pytest.mark.parametrize(("torus", "hidden"), [((3, 4), 13), ((3, 4), 0), ((0, 4), 12), ((4, 4), 16)])
def test_a_torus_that_does_not_fit_is_refused(torus, hidden):
    with pytest.raises(InputError):
        RBM(hidden, torus=torus, epochs=1).fit(states())
