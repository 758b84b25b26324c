"""How long a machine of a study is trained, and on which of its states."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.study.stages.learning import passes


@pytest.mark.parametrize(
    ("updates", "states", "epochs", "count"),
    [(4000, 400_000, 1, 400_000), (4000, 640_000, 1, 400_000), (1000, 16_000, 7, 14_300), (3, 50, 3, 50)],
)
def test_whole_passes_over_part_of_the_states_make_the_updates_asked_for(updates, states, epochs, count):
    arguments, rows = passes({"updates": updates, "batch_size": 100}, states)
    taken = len(np.zeros(states, np.int8)[rows])
    assert (arguments["epochs"], taken) == (epochs, count)
    assert abs(epochs * (taken // min(100, states)) - updates) <= epochs / 2


def test_states_that_are_left_out_are_spread_over_all_temperatures():
    temperature = np.repeat(np.arange(10), 1000)
    _, rows = passes({"updates": 30, "batch_size": 100}, len(temperature))
    assert list(np.bincount(temperature[rows])) == [300] * 10


def test_epochs_are_passes_over_all_states():
    assert passes({"epochs": 3, "batch_size": 100}, 1000) == ({"epochs": 3, "batch_size": 100}, slice(None))
