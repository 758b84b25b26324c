"""The law of gaps, of gaps that obey one and of machines that learn."""

from __future__ import annotations

import math

import numpy as np
import pytest

from spinlens import RBM, Estimate, IsingModel, NearestNeighbour, learning_law, plot
from spinlens.comparisons.law_of_gaps import LearningLaw
from spinlens.errors import ConvergenceError, InputError

COUNTS = (100, 400, 1600, 6400, 25600)


def drawn(amplitude=32.0, exponent=1.0, floor=0.002, spread=0.1, seeds=3, seed=0):
    rng = np.random.default_rng(seed)
    return {
        n: [
            Estimate((floor + amplitude * n**-exponent) * (1 + spread * rng.normal()), 1e-6)
            for _ in range(seeds)
        ]
        for n in COUNTS
    }  # fmt: skip


def test_errors_cover_the_law():
    """Pulls of 60 sets have a deviation of 1; with an exponent that is off by a tenth they do not."""
    laws = [LearningLaw.from_gaps(drawn(seed=seed)) for seed in range(60)]
    pulls = np.array(
        [(law.exponent.deviation(1.0), law.counting.deviation(32.0), law.needed(0.022).deviation(1600)) for law in laws]
    )
    assert (np.sqrt((pulls**2).mean(axis=0)) < 1.4).all()
    assert (np.sqrt((pulls**2).mean(axis=0)) > 0.6).all()
    assert np.sqrt(np.mean([law.exponent.deviation(1.1) ** 2 for law in laws])) > 1.6
    assert np.mean([law.p_value > 0.05 for law in laws]) > 0.7


def test_a_law_that_is_none_is_improbable():
    bumped = drawn(spread=0.01)
    bumped[1600] = [Estimate(3 * one.value, one.error) for one in bumped[1600]]
    assert LearningLaw.from_gaps(bumped).p_value < 1e-3
    assert LearningLaw.from_gaps(drawn(spread=0.01)).p_value > 1e-3


def test_what_is_needed_grows_without_end_towards_the_floor():
    law = LearningLaw.from_gaps(drawn(spread=0.001))
    assert law.needed(0.0025).value > 10 * law.needed(0.022).value
    assert law.needed(0.0025).error / law.needed(0.0025).value > law.needed(0.022).error / law.needed(0.022).value
    with pytest.raises(ConvergenceError, match="more states alone do not reach"):
        law.needed(0.0019)


def test_gaps_that_do_not_fall_are_kept_and_have_no_law():
    flat = LearningLaw.from_gaps({n: [Estimate(0.1 + n * 1e-6, 1e-3)] for n in COUNTS}, "updates")
    assert math.isnan(flat.exponent.value)
    assert flat.mean(400).value == pytest.approx(0.1004)
    with pytest.raises(ConvergenceError, match="gaps do not fall from 100 to 25600 updates"):
        flat.needed(0.01)
    assert flat.plot().get_xlabel() == "updates"


@pytest.mark.parametrize(
    ("states", "updates", "message"),
    [
        ((100, 200, 400), 10, "4 numbers of states or more, got 3"),
        (100, 10, "several numbers of states and one of updates"),
        ((100, 200, 400, 800), (10, 20, 40, 80), "or the other way round"),
        ((10, 200, 400, 800), 10, "at least the batches of 25"),
        ((100, 200, 400, 0), 10, "states"),
    ],
)
def test_numbers_that_give_no_law_are_refused(states, updates, message):
    square = IsingModel((3, 3), NearestNeighbour())
    with pytest.raises(InputError, match=message):
        learning_law(RBM.for_lattice((3, 3), batch_size=25), square, 3.0, states, updates)


def test_machines_of_more_states_come_nearer():
    ring, told = IsingModel((6,), NearestNeighbour()), []
    recipe = RBM.for_lattice((6,), batch_size=25)
    law = learning_law(recipe, ring, 2.0, (50, 200, 800, 3200), 100, seeds=2, workers=1, progress=told.append)
    assert law.counts == (50, 200, 800, 3200)
    assert [len(row) for row in law.gaps] == [2] * 4
    assert law.mean(50).value > law.mean(3200).value
    assert told[-1].share == 1
    assert not hasattr(recipe, "weights_")
    assert plot.learning_law(law, label="ring").get_legend() is not None
