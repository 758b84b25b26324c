"""Gradients by sampling and by sums against those of an independent reference machine, and what they lead to."""

import json
from pathlib import Path

import numpy as np
import pytest

from spinlens.machines.rbm import RBM
from spinlens.machines.training.engine_numpy import NumpyUpdates
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.training.state import start
from truths import machine_distribution

REFERENCE = json.loads((Path(__file__).parents[3] / "data" / "rbm_8x5.json").read_text())
MACHINE = RBM.from_weights(REFERENCE["W"], REFERENCE["a"], REFERENCE["b"])
DATA = np.array(REFERENCE["data"], np.int8)
COPIES = 200
PCD = {"persistent": True, "steps": 10, "chains": 20 * COPIES}


def gradient(machine, batch, updates=1, **options):
    """∂⟨ln p⟩/∂W, ∂b and ∂c of a batch at the parameters of a machine, after `updates` at a rate of nearly 0."""
    recipe = Recipe(5, biases=True, learning_rate=1e-30, **options)
    state = start(recipe, 8, len(batch))
    for own, given in zip(state.parameters, machine.to_arrays().values(), strict=True):
        own[:] = given
    found = NumpyUpdates(recipe, state, len(batch), np.random.default_rng(4))
    for _ in range(updates):
        found.step(batch, 0.0)
    return found.gradient


def exact_gradient():
    states, p = machine_distribution(MACHINE)
    mean = np.tanh(DATA @ MACHINE.weights_ + MACHINE.hidden_bias_)
    hidden = np.tanh(states @ MACHINE.weights_ + MACHINE.hidden_bias_)
    return REFERENCE["grad_W"], DATA.mean(axis=0) - p @ states, mean.mean(axis=0) - p @ hidden


def deviations(found, n):
    """Of every entry from the exact gradient, in errors of `n` independent states of the model."""
    states, p = machine_distribution(MACHINE)
    hidden = np.tanh(states @ MACHINE.weights_ + MACHINE.hidden_bias_)
    moments = (np.einsum("s,si,sa->sia", p, states, hidden).sum(axis=0), p @ states, p @ hidden)
    squares = (np.broadcast_to(p @ hidden**2, (8, 5)), np.ones(8), p @ hidden**2)
    errors = [np.sqrt((square - mean**2) / n) for square, mean in zip(squares, moments, strict=True)]
    parts = zip(found, exact_gradient(), errors, strict=True)
    return np.concatenate([((a - np.array(b)) / error).ravel() for a, b, error in parts])


def test_exact_gradients_are_those_of_the_reference():
    for found, exact in zip(gradient(MACHINE, DATA, exact_gradient=True), exact_gradient(), strict=True):
        np.testing.assert_allclose(found, exact, atol=2e-6)


@pytest.mark.parametrize(
    "options",
    [{"steps": 100}, PCD, {**PCD, "replicas": 3}],
    ids=["CD", "PCD", "tempered"],
)
def test_sampled_gradients_have_the_exact_mean_and_those_of_another_machine_do_not(options):
    batch = np.tile(DATA, (COPIES, 1))
    updates = 10 if "persistent" in options else 1  # chains begin at free spins
    z = deviations(gradient(MACHINE, batch, updates, **options), len(batch))
    assert np.abs(z).max() < 4  # 53 comparisons
    wrong = RBM.from_weights(1.1 * MACHINE.weights_, MACHINE.visible_bias_, MACHINE.hidden_bias_)
    assert np.abs(deviations(gradient(wrong, batch, updates, **options), len(batch))).max() > 4


def test_one_step_from_the_data_is_not_the_model():
    batch = np.tile(DATA, (COPIES, 1))
    assert np.abs(deviations(gradient(MACHINE, batch, steps=1), len(batch))).max() > 10


def test_without_biases_none_is_learned_and_with_them_the_magnetization():
    data = np.where(np.random.default_rng(0).random((2000, 5)) < 0.8, 1, -1)
    assert not RBM(2, epochs=2).fit(data).visible_bias_.any()
    biased = RBM(1, epochs=60, biases=True, exact_gradient=True, learning_rate=0.2).fit(data)
    states, p = machine_distribution(biased)
    np.testing.assert_allclose(p @ states, data.mean(axis=0), atol=0.02)


def test_exact_gradient_beats_pcd_beats_cd_in_likelihood():
    generator, final = np.random.default_rng(0), {}
    blocks = np.repeat(generator.choice([-1, 1], size=(1000, 2)), 4, axis=1)  # blocks of four, one unit in ten turned
    data = np.where(generator.random(blocks.shape) < 0.1, -blocks, blocks).astype(np.int8)
    settings = {"epochs": 60, "learning_rate": 0.1, "seed": 3}
    for name, options in {
        "exact": {"exact_gradient": True},
        "pcd": {"persistent": True, "steps": 30},
        "cd": {"steps": 1},
    }.items():
        final[name] = RBM(2, **settings, **options).fit(data).log_likelihood(data, "exact").value
    assert final["exact"] >= final["pcd"] - 0.002  # PCD's noise may help by chance, by less than this
    assert final["pcd"] > final["cd"] - 0.002
    flip_entropy = -0.1 * np.log(0.1) - 0.9 * np.log(0.9)
    best = -2 * np.log(2) - 8 * flip_entropy
    assert final["exact"] == pytest.approx(best, abs=0.1)  # statistical spread of 1000 states: 0.06
