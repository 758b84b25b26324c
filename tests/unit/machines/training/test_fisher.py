"""The Fisher information in the space of states against sums over all states of a small machine."""

import numpy as np
import pytest

from spinlens.machines.rbm import RBM
from spinlens.machines.training.fisher import Fisher
from spinlens.machines.units.translations import Translations
from truths import machine_distribution

TORUS = {None: None, 1: Translations((3, 3), 9, 1), 2: Translations((4,), 4, 2)}


def machine(stride):
    tied, generator = TORUS[stride], np.random.default_rng(3)
    weights = 0.4 * generator.normal(size=(6, 4)) if tied is None else 0.3 * tied.random(tied.n_sites, generator)
    return RBM.from_weights(weights), tied


def exact_information(rbm, tied):
    """Cov of ∂ ln p̃/∂w over p(v) in the free numbers, by direct sums, (P, P)."""
    states, p = machine_distribution(rbm)
    hidden = np.tanh(states @ rbm.weights_)
    rows = np.einsum("si,sa->sia", states, hidden)
    flat = np.array([row.ravel() if tied is None else tied.sum(row) for row in rows])
    flat -= p @ flat
    return flat.T @ (p[:, None] * flat)


def fisher_of(rbm, tied):
    states, p = machine_distribution(rbm)
    hidden = np.tanh(states @ rbm.weights_)
    return Fisher(states.astype(np.float32), hidden.astype(np.float32), tied, p)


@pytest.mark.parametrize("stride", TORUS)
@pytest.mark.parametrize("damping", [0.05, 3.0])
def test_a_natural_step_is_that_of_the_exact_information(stride, damping):
    rbm, tied = machine(stride)
    information = exact_information(rbm, tied)
    gradient = np.random.default_rng(0).normal(size=len(information)).astype(np.float32)
    shape = rbm.weights_.shape if tied is None else (len(information),)
    step, change = fisher_of(rbm, tied).solve(gradient.reshape(shape), damping)
    expected = np.linalg.solve(information + damping * np.eye(len(information)), gradient)
    np.testing.assert_allclose(step.ravel(), expected, rtol=2e-3, atol=2e-4 * np.abs(expected).max())
    assert change == pytest.approx(np.sqrt(expected @ information @ expected), rel=1e-3)


def test_shared_numbers_of_a_large_ordered_lattice_can_be_solved_for(monkeypatch):
    """Sums over 32 × 32 sites are so large that products rounded to float32 miss them by more than the damping."""
    tied, rng = Translations((32, 32), 256, 2), np.random.default_rng(0)
    visible = np.where(rng.random((200, 1024)) < 0.02, -1, 1) * rng.choice([-1, 1], size=(200, 1))
    hidden = np.tanh(3 * visible.reshape(200, 16, 2, 16, 2).mean(axis=(2, 4))).reshape(200, 256)
    fisher = Fisher(visible.astype(np.float32), hidden.astype(np.float32), tied)
    gradient = rng.normal(size=tied.n_shared).astype(np.float32)
    rows = tied.statistics(visible.astype(np.float32), hidden.astype(np.float32)).astype(np.float64)
    rows -= rows.mean(axis=0)
    step, _ = fisher.solve(gradient, 0.5)
    expected = np.linalg.solve(rows.T @ rows / 200 + 0.5 * np.eye(len(gradient)), gradient)
    np.testing.assert_allclose(step, expected, rtol=0.02, atol=0.01 * np.abs(expected).max())
    monkeypatch.setattr(Fisher, "overlap", lambda self: self._statistics @ self._statistics.T)
    single = Fisher(visible.astype(np.float32), hidden.astype(np.float32), tied)
    with pytest.raises(np.linalg.LinAlgError):
        single.solve(gradient, 0.5)


@pytest.mark.parametrize("damping", [0.05, 3.0])
def test_both_systems_of_equations_give_one_step(damping, monkeypatch):
    """More states than shared numbers, 512 and 9: F is solved; with fewer numbers said to be many, A Aᵀ is."""
    rbm, tied = machine(1)
    gradient = np.random.default_rng(0).normal(size=9).astype(np.float32)
    assert fisher_of(rbm, tied)._few
    step, change = fisher_of(rbm, tied).solve(gradient, damping)
    monkeypatch.setattr(Fisher, "_few", False)
    other, same = fisher_of(rbm, tied).solve(gradient, damping)
    np.testing.assert_allclose(step, other, rtol=1e-3, atol=1e-4 * np.abs(step).max())
    assert change == pytest.approx(same, rel=1e-4)


def test_uncentred_statistics_would_give_another_step(monkeypatch):
    monkeypatch.setattr(Fisher, "_centred", lambda self, rows: rows)
    monkeypatch.setattr(Fisher, "_combination", lambda self, y: self.combination((y * self._root).astype(np.float32)))
    with pytest.raises(AssertionError):
        test_a_natural_step_is_that_of_the_exact_information(2, 0.05)


@pytest.mark.parametrize("stride", [1, 2])
def test_the_gradient_of_tied_weights_is_the_sum_over_translations(stride):
    _, tied = machine(stride)
    generator = np.random.default_rng(1)
    visible, hidden = generator.choice([-1.0, 1.0], (50, tied.n_sites)), generator.random((50, 4 if stride == 2 else 9))
    by_state = tied.statistics(visible.astype(np.float32), hidden.astype(np.float32))
    np.testing.assert_allclose(by_state.sum(axis=0), tied.sum(visible.T @ hidden), rtol=1e-4, atol=1e-4)
