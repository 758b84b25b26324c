"""Where training begins: fresh weights, a trained machine, chains at free spins or at the data."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.training.recipe import Recipe
from spinlens.machines.training.state import start, start_from

UP = np.ones((500, 12), np.int8)


def test_fresh_weights_have_their_scale_and_chains_are_free():
    state = start(Recipe(100, initial_scale=0.3, persistent=True, chains=300), 80, 1000)
    assert state.parameters.weights_.std() == pytest.approx(0.3, rel=4 / np.sqrt(2 * 8000))
    assert not state.parameters.visible_bias_.any()
    assert state.chains.shape == (300, 80)
    assert abs(state.chains.mean()) < 4 / np.sqrt(300 * 80)
    assert set(np.unique(state.chains)) == {-1.0, 1.0}


@pytest.mark.parametrize(
    ("options", "rows", "below"),
    [
        ({}, None, 100),
        ({"persistent": True}, 100, 100),
        ({"persistent": True, "chains": 30, "replicas": 4}, 120, 30),
        ({"persistent": True, "exact_gradient": True}, None, 0),
    ],
)
def test_there_are_as_many_chains_as_the_recipe_says(options, rows, below):
    recipe = Recipe(4, **options)
    state = start(recipe, 12, 500)
    assert (None if state.chains is None else len(state.chains)) == rows
    assert state.model_rows(recipe, 100) == below


def test_a_training_begins_at_the_machine_it_is_given():
    given = RBM.from_weights(np.random.default_rng(0).normal(size=(12, 3)), np.arange(12.0), np.arange(3.0))
    recipe = Recipe(3, persistent=True, biases=True)
    state = start_from(recipe, given, UP)
    for own, other in zip(state.parameters, (given.weights_, given.visible_bias_, given.hidden_bias_), strict=True):
        np.testing.assert_array_equal(own, other.astype(np.float32))
    assert np.all(state.chains == 1)  # states of the data
    assert not np.all(start_from(recipe, None, UP).chains == 1)
    with pytest.raises(InputError, match="start has weights"):
        start_from(Recipe(4), given, UP)


def test_exact_sums_over_a_large_machine_are_refused():
    with pytest.raises(InputError, match="at most 20"):
        start(Recipe(21, exact_gradient=True), 30, 100)
    start(Recipe(20, exact_gradient=True), 30, 100)
