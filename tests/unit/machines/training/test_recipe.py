"""The options of training: what is refused, and the learning rate of every epoch."""

import pytest

from spinlens.errors import InputError
from spinlens.machines.rbm import RBM
from spinlens.machines.training.recipe import Recipe, averages_in, judged_epochs, rate_in


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
    recipe = Recipe(3, learning_rate=0.1, epochs=9, final_rate=0.01)
    rates = [rate_in(recipe, epoch) for epoch in range(9)]
    assert rates[:5] == [0.1] * 5
    assert rates[4:] == pytest.approx([0.1 * 0.01 ** (k / 4) for k in range(5)])
    assert rate_in(Recipe(3, epochs=1), 0) == 0.02


def test_epochs_that_are_averaged_and_judged():
    recipe = Recipe(3, epochs=10, averaging=0.3, track_at=(0.01, 0.5, 1.0))
    assert [averages_in(recipe, epoch) for epoch in range(10)] == [False] * 7 + [True] * 3
    assert judged_epochs(recipe) == {1, 5, 10}
