"""Operator values of samples on every level: bins within chains, means without a bin, joining, and bad input."""

from __future__ import annotations

import numpy as np
import pytest

from spinlens.errors import InputError, SpinsError
from spinlens.renormalization.block_spin import block_spins
from spinlens.renormalization.default_operators import default_operators
from spinlens.renormalization.measurements import Measurements, bin_slices, kept_means, measure
from truths import smoothed_noise


def test_bins_stay_within_chains_and_parts_join() -> None:
    states = smoothed_noise(90, 4)
    coarse = block_spins(states, generator=np.random.default_rng(0))
    whole = measure([states, coarse], chains=3)
    assert [(part.start, part.stop) for part in whole.bins(6)] == [
        (0, 15),
        (15, 30),
        (30, 45),
        (45, 60),
        (60, 75),
        (75, 90),
    ]
    assert [(part.start, part.stop) for part in whole.bins(12)][3:5] == [(21, 28), (30, 37)]
    halves = [measure([states[part], coarse[part]]) for part in (slice(0, 45), slice(45, 90))]
    joined = Measurements.joined(halves)
    assert joined.chains == 2
    assert all(np.array_equal(a, b) for a, b in zip(joined.values, whole.values, strict=True))


def test_kept_means_are_means_without_a_bin() -> None:
    values = np.random.default_rng(0).normal(size=(32, 3))
    parts = bin_slices(32, 2, 5)
    assert [(part.start, part.stop) for part in parts] == [(0, 8), (8, 16), (16, 24), (24, 32)]
    means = kept_means(values, parts)
    assert np.allclose(means[0], values.mean(axis=0))
    assert np.allclose(means[2], np.delete(values, np.arange(8, 16), axis=0).mean(axis=0))


def test_bad_input_gets_one_clear_error() -> None:
    states = smoothed_noise(64, 8)
    coarse = block_spins(states, generator=np.random.default_rng(5))
    with pytest.raises(InputError, match="before and after"):
        measure([states])
    with pytest.raises(InputError, match="same samples"):
        measure([states, coarse[1:]])
    with pytest.raises(InputError, match="multiple of 3 chains"):
        measure([states, coarse], chains=3)
    with pytest.raises(InputError, match="divided by one scale"):
        measure([states, states[:, ::2]])
    with pytest.raises(InputError, match="divided by one scale"):
        measure([coarse, states])
    with pytest.raises(SpinsError, match="level 1 must hold only"):
        measure([states, block_spins(states, rule="average")])
    with pytest.raises(InputError, match="m are not even"):
        measure([states, coarse], even=default_operators(2, "odd")[:1])
    with pytest.raises(InputError, match="give operators, each once"):
        measure([states, coarse], even=(), odd=())
    with pytest.raises(InputError, match="give operators, each once"):
        measure([states, coarse], even=default_operators(2, "even")[:1] * 2)
    with pytest.raises(InputError, match="to be joined"):
        Measurements.joined([measure([states, coarse]), measure([states, coarse], odd=())])
    with pytest.raises(InputError, match="nothing to join"):
        Measurements.joined([])
