"""The options of training: what is refused, and the learning rate of every epoch."""

import numpy as np
import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.training.recipe import Recipe, averages_at, judged_epochs, rate_at, restart_at


@pytest.mark.parametrize(
    "options",
    [
        {"n_hidden": 0},
        {"learning_rate": -1.0},
        {"learning_rate": float("nan")},
        {"momentum": 1.0},
        {"momentum": None},
        {"averaging": -0.1},
        {"averaging": 1.0},
        {"averaging": float("nan")},
        {"engine": "abacus"},
        {"steps": 0},
        {"optimizer": "lbfgs"},
        {"seed": -1},
        {"track": "yes"},
        {"track_at": (0.0, 1.0)},
        {"patience": 2},
        {"replicas": 4},
        {"torus": (2, 3)},
    ],
)
def test_bad_options_are_refused(options):
    (name,) = options
    with pytest.raises(InputError, match=f"{name}|torus"):
        RBM(**{"n_hidden": 4, **options})


def test_options_are_changed_all_together_or_not_at_all():
    machine = RBM(3)
    with pytest.raises(InputError, match="no parameter 'n_hiden'"):
        machine.set_params(n_hiden=3)
    with pytest.raises(InputError, match="epochs"):
        machine.set_params(l1=0.5, epochs=0)
    assert machine.l1 == 0.0
    assert machine.set_params(l1=0.5).get_params()["l1"] == 0.5


def test_the_rate_is_constant_for_the_first_half_and_then_falls_to_its_last_fraction():
    recipe = Recipe(3, learning_rate=0.1, final_rate=0.01)
    rates = [rate_at(recipe, k / 8) for k in range(9)]
    assert rates[:5] == [0.1] * 5
    assert rates[4:] == pytest.approx([0.1 * 0.01 ** (k / 4) for k in range(5)])
    assert rate_at(recipe, 2.5) == rates[-1]  # a training that is gone on with


def test_growing_chains_are_restarted_ever_more_rarely_and_not_at_the_end():
    growing = Recipe(3, persistent="growing")
    assert [restart_at(growing, done) for done in (0.0, 0.2, 0.5, 0.8, 0.9)] == pytest.approx(
        [1.0, 1.0, 10**-1.5, 1e-3, 0.0]
    )
    assert restart_at(Recipe(3, persistent=True), 0.5) == 0.0


def test_the_schedules_of_a_training_do_not_depend_on_how_many_passes_it_makes():
    once, often = (fitted(epochs) for epochs in (1, 4))
    assert once.history_[-1]["learning_rate"] == often.history_[-1]["learning_rate"] < 0.04 * once.learning_rate
    assert np.array_equal(once.weights_, often.weights_)


def fitted(epochs):
    """A machine of 60 updates from one state that is repeated, so that passes over the data differ in nothing else."""
    options = {"learning_rate": 0.1, "batch_size": 2, "averaging": 0.5, "exact_gradient": True}
    return RBM(2, epochs=epochs, **options).fit(np.ones((120 // epochs, 3), np.int8))


def test_updates_that_are_averaged_and_epochs_that_are_judged():
    recipe = Recipe(3, epochs=10, averaging=0.25, track_at=(0.01, 0.5, 1.0))
    assert [averages_at(recipe, k / 20) for k in range(20)] == [False] * 15 + [True] * 5
    assert judged_epochs(recipe) == {1, 5, 10}
